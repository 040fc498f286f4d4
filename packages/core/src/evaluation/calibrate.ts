/**
 * @file What is measured of a model to say how sure it is in words, and how strong evidence is: how often it is right at each
 * probability, and what evidence and inputs of it usually look like.
 */

import { calibrationPoints, expectedAccuracy, type JudgedAnswer } from "../attribution/calibration.ts";
import { explain } from "../attribution/explain.ts";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Explanation, ModelCard, Prediction, TypicalFigures } from "../attribution/explanation.ts";
import type { TextInput } from "../attribution/input.ts";
import { weightedLogits } from "../attribution/join-parts.ts";
import { prepareInput } from "../attribution/modality.ts";
import { DEFAULTS } from "../attribution/options.ts";
import { rankPredictions } from "../attribution/target.ts";
import { type CommonWords, commonWords, extraTokens, fullColour } from "../attribution/typical.ts";
import { InputError, InvalidOptionError, isCaligError } from "../errors.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { createRandom } from "../util/random.ts";
import { type Dataset, type DatasetInput, type DatasetItem, readInput } from "./dataset.ts";
import { checkTask } from "./measure-input.ts";
import { truthReader, verdictOf } from "./truth.ts";

export interface CalibrateOptions {
  /** Inputs that are explained to see what evidence usually looks like. Default 100. */
  readonly explained?: number;
  /** Of the choice of these inputs, and of the parts. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, activity: string) => void;
}

/** An answer of the model, and what points of the other inputs say of it. */
export interface CheckedAnswer extends JudgedAnswer {
  /** Probability of the class after it; 1 - probability where there is one output. */
  readonly next: number;
  /** Share of right answers that was to be expected, by points measured on the other four fifths of the inputs. */
  readonly expected: number;
}

export interface Calibrated {
  /** What is stored beside the model. */
  readonly card: ModelCard & { readonly sha256: string; readonly commonWords?: CommonWords };
  /** One of each input with a label. */
  readonly answers: readonly CheckedAnswer[];
  /** Inputs that could not be read or explained. */
  readonly failures: readonly { readonly line: number; readonly message: string }[];
}

const EXPLAINED = 100;
/** Parts of which each is judged by points of the others. */
const FOLDS = 5;

/**
 * Measures a model on inputs with labels.
 *
 * Cost: one forward pass for each input, and one explanation for each of `explained`.
 *
 * @throws {InputError} When no input has a label that says something to the model.
 * @throws {InvalidOptionError} For a model that does not answer with one class.
 */
export async function calibrate(
  model: ExplainableModel,
  { name, items }: Pick<Dataset, "name" | "items">,
  { explained = EXPLAINED, seed = DEFAULTS.seed, signal, onProgress }: CalibrateOptions = {},
): Promise<Calibrated> {
  checkTask(model);
  if (model.activation !== "softmax" && !(model.activation === "sigmoid" && model.labels.length === 1)) {
    throw new InvalidOptionError(
      `Cannot calibrate model "${model.facts.id}": it does not answer with one class (its outputs are ${model.activation === "none" ? "numbers" : "judged each by itself"}); give a model that does`,
      "model",
      model.facts.id,
    );
  }
  const order = createRandom(`${seed} calibrate`).shuffle([...items]);
  const failures: { line: number; message: string }[] = [];
  const attempt = async <T>(item: DatasetItem, work: () => Promise<T>): Promise<T | undefined> => {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted === true || error instanceof InvalidOptionError || !isCaligError(error)) throw error;
      failures.push({ line: item.line, message: error.message });
      return undefined;
    }
  };
  const wanted = Math.min(explained, order.length);
  const all = order.length + wanted * EXPLAINED_COST;
  const readTruth = truthReader(model, items, undefined);
  const answers: Omit<CheckedAnswer, "expected">[] = [];
  const read: DatasetItem[] = [];
  for (const [i, item] of order.entries()) {
    onProgress?.(i / all, "predicting");
    const answer = await attempt(item, async () => answerTo(model, item, readTruth(item)));
    if (answer === undefined) continue;
    answers.push(answer);
    read.push(item);
  }
  if (answers.length === 0) {
    throw new InputError(
      `Cannot calibrate model "${model.facts.id}" on ${name}: none of its ${items.length} inputs has a label that could be compared; give a data set with labels`,
    );
  }
  const explanations: Explanation[] = [];
  for (const [i, item] of read.slice(0, wanted).entries()) {
    onProgress?.((order.length + i * EXPLAINED_COST) / all, "explaining");
    const made = await attempt(item, async () => explain<object>(model, await readInput(item.input), { seed }));
    if (made !== undefined) explanations.push(made);
  }
  // Of all inputs that could be read, not of those alone that were explained.
  const common = commonWords(read.flatMap(({ input }) => textsOf(input)));
  return {
    card: {
      sha256: model.facts.sha256,
      dataset: name,
      calibration: calibrationPoints(answers),
      ...(explanations.length === 0 ? {} : { typical: typicalOf(explanations) }),
      ...(common === undefined ? {} : { commonWords: common }),
    },
    answers: crossFitted(answers, model.labels.length),
    failures,
  };
}

/** An explanation costs about as much as so many forward passes, for progress. */
const EXPLAINED_COST = 30;

const textsOf = (input: DatasetInput): readonly string[] => {
  const { text, pair } = input as Partial<TextInput>;
  return [text, pair].filter((each) => typeof each === "string");
};

async function answerTo(
  model: ExplainableModel,
  item: DatasetItem,
  truth: ReturnType<ReturnType<typeof truthReader>>,
): Promise<Omit<CheckedAnswer, "expected"> | undefined> {
  if (truth === undefined) return undefined;
  const { parts } = await prepareInput(model, await readInput(item.input));
  const forwards: ForwardResult[] = [];
  for (const part of parts) forwards.push(await model.programs.forward(part.input.feeds));
  const predictions = rankPredictions(model, weightedLogits(parts, forwards));
  const { correct } = verdictOf(model, predictions, predictions[0]?.index ?? 0, truth);
  return correct === undefined ? undefined : { ...sureness(predictions), correct };
}

/** The probability of what the model answers, and of what it would answer next. */
function sureness([best, next]: readonly Prediction[]): { readonly probability: number; readonly next: number } {
  const first = best?.probability ?? 0;
  if (next !== undefined) return { probability: first, next: next.probability ?? 0 };
  const probability = Math.max(first, 1 - first);
  return { probability, next: 1 - probability };
}

/** Every answer beside what the points of the other parts say of its probability. */
function crossFitted(answers: readonly Omit<CheckedAnswer, "expected">[], classes: number): CheckedAnswer[] {
  const points = Array.from({ length: FOLDS }, (_, fold) =>
    calibrationPoints(answers.filter((_, i) => i % FOLDS !== fold)),
  );
  return answers.map((answer, i) => ({
    ...answer,
    expected: expectedAccuracy(points[i % FOLDS]!, answer.probability, classes) ?? answer.probability,
  }));
}

function typicalOf(explanations: readonly Explanation[]): TypicalFigures {
  const [first] = explanations as [Explanation];
  const differences = explanations.flatMap(({ completeness }) =>
    completeness === null ? [] : [Math.abs(completeness.scoreAtInput - completeness.scoreAtBaseline)],
  );
  const extra = explanations.flatMap(({ layout, features }) => (layout === "text" ? extraTokens(features) : []));
  return {
    inputs: explanations.length,
    score: first.target.kind,
    strongest: rounded(median(explanations.map(fullColour))),
    difference: rounded(median(differences)),
    ...(extra.length === 0 ? {} : { extraTokens: spreadOf(extra) }),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

function spreadOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean: rounded(mean), deviation: rounded(Math.sqrt(variance)) };
}
