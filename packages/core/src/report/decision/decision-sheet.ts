/** @file The evidence sheet of one decision as plain, versioned data: what the model said, what that rests on as far as it was tested, and how to get the same numbers again. */

import { hasCounterfactuals } from "../../attribution/counterfactual/counterfactuals.ts";
import { explain } from "../../attribution/explain.ts";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import { DEFAULTS, type ExplainOptions } from "../../attribution/options.ts";
import { InvalidOptionError } from "../../errors.ts";
import { testDecision } from "../../evaluation/decision/decision-tests.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import { className, headKind, isPredictedClass } from "../../reading/head.ts";
import { wordsOf } from "../../reading/languages.ts";
import { summarise } from "../../reading/summarise.ts";
import type { Words } from "../../reading/words/words.ts";
import { isSigned, isWritten, scoreName, targetName } from "../../render/evidence.ts";
import { contentOf } from "../../util/content.ts";
import { sha256 } from "../../util/sha256.ts";
import { VERSION } from "../../util/version.ts";
import { measuredOf } from "../case/case-report.ts";
import { type Repeat, type RepeatOptions, repeatCommand } from "../case/command.ts";
import { checksumsOf } from "./checksums.ts";
import { checkSystem, type GivenDecisionContext, parseContext } from "./context.ts";
import type { DecisionSheet, SheetFile } from "./sheet-data.ts";

/** What a platform knows of how a sheet is made; all of it is stated in the sheet, and changes no number. */
export interface SheetCircumstances extends Pick<RepeatOptions, "model"> {
  /** When. Default: now. */
  readonly at?: Date;
  /** Names and versions of what it is made with: { node: "20.19.0" }. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly contextFile?: SheetFile;
  readonly evaluationFile?: SheetFile;
  /** Of the picture that is explained. */
  readonly inputFile?: SheetFile;
  /** The picture as a data URI, as the page will show it. */
  readonly picture?: string;
  /** Flags and values in turn that the command needs besides: of how the model is loaded. */
  readonly flags?: readonly string[];
}

export interface DecisionSheetOptions extends ExplainOptions {
  /** What whoever uses the model states of the decision. Default: nothing is stated. */
  readonly context?: GivenDecisionContext;
  /** Measurements of the method on this model. */
  readonly evaluation?: Evaluation;
  /** Of all sentences: a code, or the words of one. Default "en". */
  readonly language?: string | Words;
  readonly circumstances?: SheetCircumstances;
}

/**
 * Explains what a model decides of one input, tests it on the model, and states it with what is needed to check it. The same
 * input, options and version give the same `checksums.numbers`.
 *
 * Cost: three explanations and up to about 1200 forward passes (`testDecision`).
 *
 * @throws {InvalidOptionError} For an option that cannot be used, another class than the one that was decided, a method
 * without sign, and a model that decides nothing.
 * @throws {InputError} When there is nothing to explain, the context is none or of another model, or the evaluation is of
 * another model or has nothing of the method.
 */
export async function decisionSheet(
  model: ExplainableModel,
  input: string | object,
  options: DecisionSheetOptions = {},
): Promise<DecisionSheet> {
  const { context: givenContext = {}, evaluation, language, circumstances = {}, ...asked } = options;
  const context = parseContext(givenContext);
  checkSystem(context, model.facts);
  refuseModel(model, asked);
  const words = wordsOf(language ?? "en");
  const given = typeof input === "string" ? { text: input } : input;
  const { counterfactuals: _, onProgress, ...explaining } = asked;
  const explanation = await explain<object>(model, given, {
    ...explaining,
    ...(onProgress === undefined ? {} : { onProgress: (done, activity) => onProgress(done / 3, activity) }),
  });
  refuseQuestion(explanation);
  const measured = evaluation === undefined ? null : measuredOf(explanation, evaluation);
  onProgress?.(1 / 3, "testing on the model");
  const tests = await testDecision(model, given, explanation, explaining);
  const { target, predictions } = explanation;
  const sheet = {
    version: 1,
    kind: "decision-sheet",
    calig: VERSION,
    language: words.code,
    context,
    input: await inputOf(explanation, given, circumstances),
    model: explanation.model,
    result: {
      label: targetName(explanation),
      probability: target.probability,
      score: target.score,
      runnerUp: runnerUpOf(explanation),
      predictions,
    },
    summary: summarise(explanation, { language: words }),
    unit: scoreName(explanation),
    tests,
    measured,
    explanation,
    seed: explaining.seed ?? DEFAULTS.seed,
    made: {
      at: (circumstances.at ?? new Date()).toISOString(),
      versions: circumstances.versions ?? {},
      command: commandOf(explanation, words, circumstances),
      files: { context: circumstances.contextFile ?? null, evaluation: circumstances.evaluationFile ?? null },
      picture: circumstances.picture === undefined ? null : await textSha256(circumstances.picture),
    },
  } as const satisfies Omit<DecisionSheet, "checksums">;
  // As JSON has it, which knows no undefined: what is read again has the same checksums.
  const plain = JSON.parse(JSON.stringify(sheet)) as typeof sheet;
  return { ...plain, checksums: await checksumsOf(plain) };
}

const textSha256 = (text: string): Promise<string> => sha256([new TextEncoder().encode(text)]);

function refuseModel(model: ExplainableModel, { score, against }: ExplainOptions): void {
  const { facts } = model;
  if (facts.task === "text-generation" || !hasCounterfactuals(model)) {
    throw new InvalidOptionError(
      `Cannot make a decision sheet with model "${facts.id}": its task is ${facts.task}; give a model that decides between classes or gives a number`,
      "model",
      facts.id,
    );
  }
  if (typeof score === "object" || against !== undefined) {
    throw new InvalidOptionError(
      "Cannot make a decision sheet of another question than what the model decides: leave score and against out",
      "score",
      score,
    );
  }
}

/** Sheets are on decisions, and on what speaks for and against them. */
function refuseQuestion(explanation: Explanation): void {
  const { method, target, predictions } = explanation;
  if (!isSigned(explanation)) {
    throw new InvalidOptionError(
      `Cannot make a decision sheet by method "${method.name}": it does not say what speaks for and what against; use ca-lig or integrated-gradients`,
      "method",
      method.name,
    );
  }
  const own = predictions.find(({ index }) => index === target.index);
  if (headKind(explanation) !== "classes" || own === undefined || isPredictedClass(explanation, own)) return;
  throw new InvalidOptionError(
    `Cannot make a decision sheet of class "${target.label}": the model decided "${predictions[0]?.label}"; leave the target out (calig explain explains other classes)`,
    "target",
    target.label,
  );
}

/** The best of the other classes; where each is judged by itself, or there is one number, nothing comes second. */
function runnerUpOf(explanation: Explanation): DecisionSheet["result"]["runnerUp"] {
  if (headKind(explanation) !== "classes") return null;
  const second = explanation.predictions.find(({ index }) => index !== explanation.target.index);
  if (second === undefined) return null;
  const { index, probability, logit } = second;
  return { index, label: className(explanation, second), probability, logit };
}

async function inputOf(
  explanation: Explanation,
  given: object,
  { inputFile }: SheetCircumstances,
): Promise<DecisionSheet["input"]> {
  const { input } = explanation;
  if (isWritten(explanation) && explanation.layout === "text") {
    const { text } = explanation.input;
    return { kind: input.kind, text, sha256: inputFile?.sha256 ?? (await textSha256(text)), of: "text" };
  }
  const size = isWritten(explanation)
    ? { text: explanation.input.text }
    : { width: explanation.input.width, height: explanation.input.height };
  if (inputFile !== undefined) return { kind: input.kind, ...size, sha256: inputFile.sha256, of: "file" };
  const content = await contentOf(given);
  const checksum = content === undefined ? "" : await textSha256(JSON.stringify(content.content));
  return { kind: input.kind, ...size, sha256: checksum, of: isWritten(explanation) ? "input" : "pixels" };
}

function commandOf(explanation: Explanation, { code }: Words, circumstances: SheetCircumstances): Repeat {
  const { model, inputFile, contextFile, evaluationFile, flags = [] } = circumstances;
  return repeatCommand(explanation, {
    run: "decision",
    ...(model === undefined ? {} : { model }),
    ...(inputFile === undefined ? {} : { file: inputFile.name }),
    more: [
      ...flags,
      ...(code === "en" ? [] : ["--language", code]),
      ...(contextFile === undefined ? [] : ["--context", contextFile.name]),
      ...(evaluationFile === undefined ? [] : ["--evaluation", evaluationFile.name]),
    ],
  });
}
