/**
 * @file One function for each kind of extension. Each checks what can be checked before anything runs, and marks the
 * object so that plugins are recognised. The test kits beside this file check the rest.
 */

import type { BaselineContext } from "../attribution/baseline/state-baseline.ts";
import { type BLOCK_METHOD_OPTIONS, type BlockMethod, blockMethod } from "../attribution/block-method.ts";
import type { FileForm, Modality, PreparedWhole, Replacement } from "../attribution/explainable-model.ts";
import type { AttributionMethod } from "../attribution/method.ts";
import { type BaselineObject, GENERAL_OPTIONS, INTEGRAL_OPTIONS, METHOD_OPTIONS } from "../attribution/options.ts";
import type { OwnQuestion } from "../attribution/question-object.ts";
import { BESIDES } from "../attribution/resolve-run.ts";
import type { RuleEntry } from "../autodiff/rule.ts";
import type { Pass } from "../canonical/pass.ts";
import { ExtensionError, quote } from "../errors.ts";
import type { DatasetLayout } from "../evaluation/dataset-layout.ts";
import type { Metric } from "../evaluation/metric.ts";
import { OPTION_GROUPS, type OptionDeclaration, type OptionGroup, type OptionTable } from "../options/option.ts";
import { en } from "../reading/words/en.ts";
import type { Words } from "../reading/words/words.ts";
import type { Renderer } from "../render/renderer.ts";
import type { CueKind } from "../shortcuts/cue.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { ModelFamily } from "../transformer/family.ts";
import type { Check } from "../verification/check.ts";
import { type ExtensionKind, KIND_NAMES, marked } from "./extension.ts";
import type { RuntimeDefinition } from "./runtime-definition.ts";

const NAME = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;

/** An attribution method. @throws {ExtensionError} When a field is missing or of another kind. */
export function defineMethod<Table extends OptionTable = Record<never, never>>(
  method: AttributionMethod<Table>,
): AttributionMethod<Table> {
  const { settings, revision } = method;
  check("method", method, { name: isName, summary: isLine, signed: isFlag, classSpecific: isFlag, run: isFunction });
  if (settings !== undefined && !isPlain(settings)) {
    throw fieldError("method", method.name, "settings", "plain data: what JSON can hold");
  }
  if (revision !== undefined && !Number.isSafeInteger(revision)) {
    throw fieldError("method", method.name, "revision", "a whole number");
  }
  checkOptions(method.name, method.options ?? {});
  return marked("method", method as AttributionMethod) as AttributionMethod<Table>;
}

/** Tables with the declarations of calig: what an effort decides by default in one method is a plain option of others. */
const BUILT_IN: readonly OptionTable[] = [METHOD_OPTIONS, INTEGRAL_OPTIONS];

/** An option that several methods take is one option, whichever of them is asked: it has one declaration. */
function checkOptions(method: string, options: OptionTable): void {
  for (const [name, declaration] of Object.entries(options)) {
    const known = BUILT_IN.filter((table) => Object.hasOwn(table, name)).map((table) => table[name]);
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw fieldError("method", method, `options.${name}`, "called in camelCase, as noiseLevel is");
    }
    if (
      Object.hasOwn(GENERAL_OPTIONS, name) ||
      BESIDES.includes(name) ||
      (known.length > 0 && !known.includes(declaration))
    ) {
      throw fieldError("method", method, `options.${name}`, "called otherwise: calig has an option of that name");
    }
    if (!isDeclaration(declaration)) {
      throw fieldError("method", method, `options.${name}`, "made by defineOption, with type, group and summary");
    }
  }
}

function isDeclaration(declaration: unknown): boolean {
  const { type, group, summary } = (declaration ?? {}) as Partial<OptionDeclaration>;
  const isTyped = type?.schema !== undefined && type.control !== undefined;
  return isTyped && OPTION_GROUPS.includes(group as OptionGroup) && isLine(summary);
}

/** A baseline, whose first hidden state is computed for each input. */
export interface OwnBaseline {
  /** Results state it, and `--baseline` takes it. */
  readonly name: string;
  /** What it was made with, as plain data: results state it. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** [positions, width] or [1, positions, width], special positions included; the model computes all other states from it. */
  hiddenState(context: BaselineContext): FloatTensor | Promise<FloatTensor>;
}

/** A baseline. @throws {ExtensionError} When a field is missing or of another kind. */
export function defineBaseline(baseline: OwnBaseline): BaselineObject {
  check("baseline", baseline, { name: isName, hiddenState: isFunction });
  if (baseline.settings !== undefined && !isPlain(baseline.settings)) {
    throw fieldError("baseline", baseline.name, "settings", "plain data: what JSON can hold");
  }
  return marked("baseline", baseline as BaselineObject);
}

/** A question that is asked of a model's outputs. @throws {ExtensionError} When a field is missing or of another kind. */
export function defineQuestion(question: OwnQuestion): OwnQuestion {
  check("question", question, { name: isName, emit: isFunction, evaluate: isFunction });
  const { name, asks, settings, revision } = question;
  if (asks !== "logits") throw fieldError("question", name, "asks", 'the output that it is about: "logits"', asks);
  for (const field of ["title", "summary", "subject", "baseline", "compares"] as const) {
    const value = question[field];
    if (value !== undefined && !isLine(value)) throw fieldError("question", name, field, isLine.what, value);
  }
  for (const field of ["choose", "feeds", "refusal"] as const) {
    const value = question[field];
    if (value !== undefined && !isFunction(value)) throw fieldError("question", name, field, isFunction.what, value);
  }
  if (settings !== undefined && !isPlain(settings)) {
    throw fieldError("question", name, "settings", "plain data: what JSON can hold");
  }
  if (revision !== undefined && !Number.isSafeInteger(revision)) {
    throw fieldError("question", name, "revision", "a whole number");
  }
  return marked("question", question);
}

/**
 * A method that differs from CA-LIG in how blocks are fused, or weighted.
 *
 * @throws {ExtensionError} When a field is missing or of another kind.
 */
export const defineBlockMethod = (method: BlockMethod): AttributionMethod<typeof BLOCK_METHOD_OPTIONS> =>
  defineMethod(blockMethod(method));

/** A metric. @throws {ExtensionError} */
export function defineMetric(metric: Metric): Metric {
  check("metric", metric, { name: isName, summary: isLine, revision: isNumber, measure: isFunction });
  const { name, figures } = metric;
  const whole = Array.isArray(figures) && figures.length > 0;
  if (!whole || !figures.every((figure) => isName(figure.name) && isFunction(figure.of))) {
    throw fieldError("metric", name, "figures", "a list of at least one { name, better, of }");
  }
  if (figures.some(({ better }) => !["higher", "lower", "none"].includes(better))) {
    throw fieldError("metric", name, "better", '"higher", "lower" or "none"');
  }
  return marked("metric", metric);
}

/** A model family that is built from checkpoints. @throws {ExtensionError} */
export function defineFamily(family: ModelFamily): ModelFamily {
  check("family", family, { name: isName, kind: isName, maxLength: isFunction, build: isFunction });
  const { name, modelTypes } = family;
  if (!Array.isArray(modelTypes) || modelTypes.length === 0 || !modelTypes.every(isLine)) {
    throw fieldError("family", name, "modelTypes", 'the values of "model_type" that it builds, at least one');
  }
  return marked("family", family);
}

/** A kind of input. @throws {ExtensionError} */
export function defineModality<Input extends object, Whole extends PreparedWhole>(
  modality: Modality<Input, Whole>,
): Modality<Input, Whole> {
  check("modality", modality, {
    name: isName,
    field: isLine,
    noun: isRecord,
    layerWeights: isLine,
    meanHasSpecials: isFlag,
    baselines: isRecord,
    replacements: isRecord,
    prepare: isFunction,
    describe: isFunction,
    perturb: isFunction,
  });
  const { name, noun, featureKinds, baselines, replacements, file, written } = modality;
  if (file !== undefined) checkFileForm(name, file as FileForm);
  if (written !== undefined && !(isLine(written.called) && isFunction(written.read))) {
    throw fieldError("modality", name, "written", '{ called: "text", read: (text) => input }');
  }
  if (!isLine(noun.one) || !isLine(noun.many)) {
    throw fieldError("modality", name, "noun", '{ one: "a text", many: "texts" }');
  }
  const lists = { featureKinds, "baselines.names": baselines.names };
  for (const [field, list] of Object.entries(lists)) {
    if (!Array.isArray(list) || list.length === 0 || !list.every(isName)) {
      throw fieldError("modality", name, field, "a list of at least one name");
    }
  }
  if (!Array.isArray(replacements.all) || replacements.all.length === 0) {
    throw fieldError("modality", name, "replacements.all", "a list of at least one replacement");
  }
  for (const replacement of replacements.all) {
    defineReplacement(replacement as Replacement);
    if (replacement.kind !== name) {
      throw fieldError("replacement", replacement.name, "kind", `"${name}", as the kind of input that has it`);
    }
  }
  return marked("modality", modality) as Modality<Input, Whole>;
}

function checkFileForm(name: string, form: FileForm): void {
  const wanted = { called: isLine, calledMany: isLine, formats: isLine, read: isFunction };
  for (const [field, is] of Object.entries(wanted)) {
    const value = (form as unknown as Readonly<Record<string, unknown>>)[field];
    if (!is(value)) throw fieldError("modality", name, `file.${field}`, is.what, value);
  }
  const { endings, options = {} } = form;
  if (!Array.isArray(endings) || endings.length === 0 || !endings.every((one) => /^\.[a-z0-9.]+$/.test(String(one)))) {
    throw fieldError("modality", name, "file.endings", 'a list of at least one ending in lower case, as ".wav" is');
  }
  const vague = Object.entries(options).find(([, declaration]) => !isDeclaration(declaration));
  if (vague === undefined) return;
  throw fieldError("modality", name, `file.options.${vague[0]}`, "made by defineOption, with type, group and summary");
}

/** What stands in for removed features of one kind of input. @throws {ExtensionError} */
export function defineReplacement<Whole extends PreparedWhole>(replacement: Replacement<Whole>): Replacement<Whole> {
  check("replacement", replacement, { name: isName, kind: isName, becomes: isLine, open: isFunction });
  const { name, settings, revision } = replacement;
  for (const field of ["drawn", "fromOthers"] as const) {
    if (replacement[field] !== undefined && replacement[field] !== true) {
      throw fieldError("replacement", name, field, "true, or left out");
    }
  }
  if (settings !== undefined && !isPlain(settings)) {
    throw fieldError("replacement", name, "settings", "plain data: what JSON can hold");
  }
  if (revision !== undefined && !Number.isSafeInteger(revision)) {
    throw fieldError("replacement", name, "revision", "a whole number");
  }
  return marked("replacement", replacement as Replacement) as Replacement<Whole>;
}

/** A kind of cue that shortcuts are looked for among. @throws {ExtensionError} When a field is missing or of another kind. */
export function defineCue<Input extends object>(cue: CueKind<Input>): CueKind<Input> {
  check("cue", cue, { name: isName, kind: isName, noun: isLine, summary: isLine, open: isFunction });
  const { name, controls } = cue;
  if (controls !== undefined && !isName(controls)) {
    throw fieldError("cue", name, "controls", `the name of another kind of cue, ${isName.what}`, controls);
  }
  return marked("cue", cue as unknown as CueKind) as unknown as CueKind<Input>;
}

/** The gradient rule of one operator since a version. @throws {ExtensionError} */
export function defineRule(rule: RuleEntry): RuleEntry {
  check("rule", rule, { opType: isLine, domain: isText, since: isNumber }, rule?.opType);
  if (rule.rule !== "none" && !isFunction(rule.rule)) throw fieldError("rule", rule.opType, "rule", "a function");
  return marked("rule", rule);
}

/** A rewrite of graphs of ONNX files, made before calig's own. @throws {ExtensionError} */
export function definePass(pass: Pass): Pass {
  if (!isFunction(pass)) throw new ExtensionError(`Cannot define a ${KIND_NAMES.pass}: give a function`, "pass");
  return marked("pass", pass);
}

/** A format that explanations are written in. @throws {ExtensionError} */
export function defineRenderer(renderer: Renderer): Renderer {
  check("renderer", renderer, {
    name: isName,
    extension: isName,
    mediaType: isMediaType,
    binary: isFlag,
    render: isFunction,
  });
  return marked("renderer", renderer);
}

/** The functions of a language: each makes a sentence, or a part of one. */
const SENTENCES = Object.entries(en).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));

/**
 * A language of summaries: its words and sentences, which `--language` takes by its code. The test kit `checkLanguage` says
 * whether it can tell every explanation.
 *
 * @throws {ExtensionError} When a field is missing or of another kind.
 */
export function defineLanguage(language: Words): Words {
  check("language", language, { code: isLanguage, name: isLine }, language?.code);
  for (const field of ["titles", "certainties", "strengths", "regions"] as const) {
    const missing = Object.keys(en[field]).filter(
      (key) => typeof (language[field] as InWords | undefined)?.[key] !== "string",
    );
    if (missing.length > 0) throw fieldError("language", language.code, field, `a text for ${missing.join(", ")} too`);
  }
  const missing = SENTENCES.filter((name) => typeof (language as unknown as InWords)[name] !== "function");
  if (missing.length > 0)
    throw fieldError("language", language.code, missing[0] as string, "a function that makes a sentence");
  return marked("language", language);
}

type InWords = Readonly<Record<string, unknown>>;

/** A layout of data sets. @throws {ExtensionError} */
export function defineDatasetLayout(layout: DatasetLayout): DatasetLayout {
  check("datasetLayout", layout, { name: isLine, summary: isLine, matches: isFunction, read: isFunction });
  return marked("datasetLayout", layout);
}

/** An engine, by a name that `--device` takes. @throws {ExtensionError} */
export function defineRuntime(runtime: RuntimeDefinition): RuntimeDefinition {
  check("runtime", runtime, { name: isName, summary: isLine, open: isFunction });
  return marked("runtime", runtime);
}

/** A check of verify(). @throws {ExtensionError} */
export function defineCheck(own: Check): Check {
  check("check", own, { name: isName, compares: isLine, doubt: isLine, weight: isNumber, run: isFunction });
  return marked("check", own);
}

interface Wanted {
  /** What a field must be, for messages. */
  readonly what: string;
  (value: unknown): boolean;
}

const wanted = (what: string, test: (value: unknown) => boolean): Wanted => Object.assign(test, { what });

const isName = wanted(
  "lower-case letters and digits, in words joined by hyphens",
  (value) => typeof value === "string" && NAME.test(value),
);
const isLanguage = wanted(
  'a code of BCP 47 such as "fr" or "pt-BR"',
  (value) => typeof value === "string" && /^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$/i.test(value),
);
const isText = wanted("a text", (value) => typeof value === "string");
const isLine = wanted("a text of one line", (value) => typeof value === "string" && /^\S[^\r\n]*$/.test(value));
const isMediaType = wanted(
  'a media type such as "text/plain; charset=utf-8"',
  (value) => typeof value === "string" && /^[\w.+-]+\/[\w.+-]+(;.*)?$/.test(value),
);
const isFlag = wanted("true or false", (value) => typeof value === "boolean");
const isNumber = wanted("a finite number", (value) => Number.isFinite(value));
const isRecord = wanted("a record", (value) => typeof value === "object" && value !== null);
const isFunction = wanted("a function", (value) => typeof value === "function");

/** Whether JSON gives back what it was given. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== "object") return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

function check(
  kind: ExtensionKind,
  extension: object,
  fields: Readonly<Record<string, Wanted>>,
  called: unknown = (extension as { readonly name?: unknown } | undefined)?.name,
): void {
  if (typeof extension !== "object" || extension === null) {
    throw new ExtensionError(`Cannot define a ${KIND_NAMES[kind]}: give an object, not ${quote(extension)}`, kind);
  }
  for (const [field, is] of Object.entries(fields)) {
    const value = (extension as Readonly<Record<string, unknown>>)[field];
    if (!is(value)) throw fieldError(kind, called, field, is.what, value);
  }
}

function fieldError(kind: ExtensionKind, called: unknown, field: string, what: string, value?: unknown) {
  const name = typeof called === "string" && called !== "" ? ` "${called}"` : "";
  const found = value === undefined ? "" : `, not ${typeof value === "function" ? "a function" : quote(value)}`;
  return new ExtensionError(
    `Cannot define the ${KIND_NAMES[kind]}${name}: its field "${field}" must be ${what}${found}`,
    kind,
  );
}
