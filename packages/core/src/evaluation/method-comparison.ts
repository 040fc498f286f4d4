/** @file One input under several methods: what each says of every word or patch, how faithful it is, and how far they agree. */

import type { ExplainableModel, Replacement } from "../attribution/explainable-model.ts";
import type {
  ImageExplanation,
  ModelFacts,
  Prediction,
  Target,
  Warning,
  WrittenExplanation,
} from "../attribution/explanation.ts";
import { methodOf } from "../attribution/methods.ts";
import type { ExplainOptions, WorkHooks } from "../attribution/options.ts";
import { scoreNameOf } from "../attribution/question-object.ts";
import { noOthers, replacementOf } from "../attribution/replacement.ts";
import { resolveRun, withQuestion } from "../attribution/resolve-run.ts";
import type { GivenOptions, OptionsOf } from "../options/option.ts";
import { resolveOptions } from "../options/resolve.ts";
import type { Dataset } from "./dataset.ts";
import { checkMeasured, featureKindOf, type OpenInput, openInput } from "./measure-input.ts";
import { curveArea, deletionCurve, insertionCurve, stepSizes } from "./metrics/curve.ts";
import { resampledCurve } from "./metrics/curves.ts";
import type { NamedMethod } from "./named-methods.ts";
import { checkDraws, forModality, MEASURING_OPTIONS } from "./options.ts";
import { poolOf } from "./pool.ts";
import { describeReplacement, type ReplacementFacts } from "./replacement-facts.ts";
import { spearman } from "./statistics/rank-correlation.ts";

/** What one method says of an input. */
export interface ComparedMethod {
  readonly name: string;
  /** Present where the values have no sign: larger matters more, for or against. */
  readonly signed?: false;
  /** Stands for knowing nothing. */
  readonly randomControl: boolean;
  /** Of each feature, in units of the method: compare orders and signs, not sizes. */
  readonly attribution: readonly number[];
  /** Lower is better, higher is better. */
  readonly deletion: number;
  readonly insertion: number;
  /** Probability of the target, or its number (regression), with 0, 5, ... 100 % of the features removed and restored, most supportive first. */
  readonly curves: { readonly removed: readonly number[]; readonly restored: readonly number[] };
  readonly milliseconds: number;
  /** What the method says of this input, as that a tolerance was not met; absent where there is nothing. */
  readonly warnings?: readonly Warning[];
}

/** What comparisons of texts and pictures share. */
export interface ComparisonCommon {
  readonly version: 3;
  readonly model: ModelFacts;
  readonly target: Pick<Target, "index" | "label" | "probability"> & Pick<Prediction, "logit">;
  readonly settings: {
    readonly replacement: ReplacementFacts;
    /** "word", "token" or "patch". */
    readonly features: string;
    readonly score: string;
    readonly seed: number;
  };
  readonly methods: readonly ComparedMethod[];
  /** Spearman's rank correlation of every method with every other one; rows and columns in the order of the methods. */
  readonly agreement: readonly (readonly number[])[];
  readonly warnings: readonly Warning[];
}

/** On a text, or on features with names in a line. */
export interface TextComparison extends ComparisonCommon {
  readonly input: WrittenExplanation["input"];
  /** UTF-16 offsets into the text, end exclusive. */
  readonly features: readonly { readonly text: string; readonly start: number; readonly end: number }[];
}

/** Methods compared on one picture. */
export interface ImageComparison extends ComparisonCommon {
  readonly input: ImageExplanation["input"];
  readonly features: readonly { readonly row: number; readonly column: number }[];
}

/** All of a comparison. `version` changes when a field changes meaning. */
export type MethodComparison = TextComparison | ImageComparison;

/** Whether the features are in a line, as words are; they are patches otherwise. (The compiler does not narrow by a nested field.) */
export const isTextComparison = (comparison: MethodComparison): comparison is TextComparison =>
  !("grid" in comparison.input);

/** Options of measuring, and how the work is watched. */
export interface CompareOptions
  extends OptionsOf<typeof MEASURING_OPTIONS>,
    Pick<ExplainOptions, "question">,
    WorkHooks {
  readonly namedMethods: readonly NamedMethod[];
  /** Inputs of which replacements from other inputs take something. Default: there are none. */
  readonly pool?: Pick<Dataset, "name" | "items">;
}

/**
 * Explains one text or picture by several methods, for the same class.
 *
 * @throws {InputError} When there is nothing to explain, or the model reads inputs of another kind.
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 */
export async function compareMethods(
  model: ExplainableModel,
  input: object,
  given: CompareOptions,
): Promise<MethodComparison> {
  const options: CompareOptions = withQuestion(given);
  checkMeasured(model);
  const { namedMethods, signal, onProgress } = options;
  const { table, defaults } = forModality(model, MEASURING_OPTIONS, { ...options });
  const values = resolveOptions(table, options as unknown as GivenOptions, {
    known: ["namedMethods", "pool", "signal", "onProgress"],
    defaults,
  });
  const { features, score, seed, draws } = values;
  const replacement = replacementOf(model, values.replacement as string | Replacement);
  checkDraws(options, replacement);
  const pool = options.pool === undefined ? undefined : poolOf(options.pool);
  if (replacement.fromOthers === true && pool === undefined) throw noOthers(replacement);
  // What is wrong with an option is said before anything is measured.
  for (const named of namedMethods) resolveRun(model, named.options);
  const open = await openInput(
    model,
    { line: 1, input },
    {
      ...values,
      replacements: [replacement],
      ...(pool === undefined ? {} : { pool }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const methods: ComparedMethod[] = [];
  for (const [c, namedMethod] of namedMethods.entries()) {
    onProgress?.(c / namedMethods.length, namedMethod.name);
    methods.push(await comparedMethod(open, namedMethod));
  }
  const common: ComparisonCommon = {
    version: 3,
    model: model.facts,
    target: {
      index: open.target,
      label: open.label,
      probability: open.probability,
      logit: open.logit,
    },
    settings: {
      replacement: describeReplacement(replacement, draws, pool),
      features: featureKindOf(model, features),
      score: scoreNameOf(score),
      seed,
    },
    methods,
    agreement: methods.map((a) => methods.map((b) => spearman(a.attribution, b.attribution))),
    warnings: [...(model.warnings ?? []), ...open.warnings],
  };
  return { ...common, ...open.shown } as MethodComparison;
}

async function comparedMethod(
  open: OpenInput,
  { name, options, randomControl = false }: NamedMethod,
): Promise<ComparedMethod> {
  // Each method shows what it takes alone.
  const subject = await open.explain(options, "alone");
  const { attribution, cost, curveSteps } = subject;
  const sizes = stepSizes(attribution.length, curveSteps);
  const [removed, restored] = [await deletionCurve(subject), await insertionCurve(subject)];
  const warnings = subject.warnings.filter(({ code }) => !OF_THE_METHOD.includes(code));
  return {
    name,
    ...(methodOf(options.method).signed ? {} : { signed: false as const }),
    randomControl,
    attribution,
    deletion: curveArea(removed),
    insertion: curveArea(restored),
    curves: { removed: resampledCurve(removed, sizes), restored: resampledCurve(restored, sizes) },
    milliseconds: cost.milliseconds,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** What holds of a method whatever the input is: `signed`, and docs/methods.md. */
const OF_THE_METHOD = ["unsigned", "not-class-specific"];
