/** @file What a model says to variants of one input, in batches; each variant is run once. */

import { InvalidOptionError } from "../errors.ts";
import { type Activation, probabilities } from "../program/activation.ts";
import { evaluateScore, type ScoreSpec } from "../program/score.ts";
import { largest } from "../util/largest.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Kept, Variants } from "./perturbable.ts";
import type { OpenReplacement } from "./replacement.ts";

/** What the model says to one variant; where the replacement is drawn several times, the mean over the draws. */
export interface VariantOutput {
  /**
   * Probability of the target class, which is fixed at the original input; where it is a number (regression), that number; of
   * what a language model is asked, of an answer in a text, and of a similarity the target score.
   */
  readonly value: number;
  /** The target score: what attributions are measured in. */
  readonly score: number;
  /**
   * Whether the target class is predicted: it has the largest logit (the first one of equals), or is above 50 % where each
   * class is judged by itself. Of a number (regression) always. Of several draws: of more than half of them.
   */
  readonly predictsTarget: boolean;
  /** Logit of the target minus the largest of all others; absent where there are no other classes. */
  readonly margin?: number;
}

/** The same with what the model predicts. */
export interface PredictedOutput extends VariantOutput {
  /** Index of the class with the largest logit, the first one of equals; of several draws that of most of them. */
  readonly predicted: number;
  /** Its probability, or its number (regression); of several draws the mean of those that predict it. */
  readonly predictedValue: number;
}

/** Answers questions about variants of one input. */
export interface Probe {
  readonly featureCount: number;
  /** The output for each variant, in their order. */
  outputs(variants: readonly Kept[]): Promise<readonly VariantOutput[]>;
  /** Whether values are probabilities; otherwise they are numbers in units of the target score. */
  readonly givesProbabilities: boolean;
  /** As `outputs`, the value alone. */
  values(variants: readonly Kept[]): Promise<readonly number[]>;
  /** Forward passes spent so far. */
  evaluations(): number;
}

/** Answers what the model predicts, too. */
export interface ModelProbe extends Probe {
  outputs(variants: readonly Kept[]): Promise<readonly PredictedOutput[]>;
}

/** How a model is asked about changed inputs. */
export interface ProbeOptions {
  /** Variants per run. Default: as many as have 2048 positions together, at most 64. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** What the model says, from the logits of an input of one part. Default: by the score, a class among all. */
  readonly read?: (logits: Float32Array) => PredictedOutput;
}

const PREDICTS: Readonly<Record<Activation, (value: number, isBest: boolean) => boolean>> = {
  softmax: (_, isBest) => isBest,
  sigmoid: (value) => value > 0.5,
  none: () => true,
};

/** Positions of one run: beyond this the engine gains nothing from larger batches, and memory grows. */
const RUN_POSITIONS = 2048;
const MOST_VARIANTS = 64;

/**
 * A probe of the variants that a replacement makes.
 *
 * Variants that were asked for before, by whichever metric or method, are not run again. Batches change results by no
 * more than the rounding of the engine.
 *
 * Cost: one forward pass per new variant, part and draw.
 *
 * @throws {InvalidOptionError} When the batch size is not a whole number of at least 1.
 */
export function createProbe(
  model: Pick<ExplainableModel, "activation">,
  { featureCount, draws }: Pick<OpenReplacement, "featureCount" | "draws">,
  score: ScoreSpec,
  options: ProbeOptions = {},
): ModelProbe {
  const positions = Math.max(...draws.map((draw) => draw.positions));
  const { batchSize = Math.max(1, Math.min(MOST_VARIANTS, Math.floor(RUN_POSITIONS / positions))), signal } = options;
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new InvalidOptionError(
      `Cannot use a batch size of ${batchSize}: give a whole number of at least 1`,
      "batchSize",
      batchSize,
    );
  }
  const isAnswer = score.asks !== undefined || score.question?.asks === "embedding";
  const known = new Map<string, PredictedOutput>();
  let evaluations = 0;

  /** What the parts say of one variant, joined as explanations join them: means weighted by the shares. */
  const read = ({ parts }: Variants, logits: readonly Float32Array[]): PredictedOutput => {
    if (options.read !== undefined) return options.read(logits[0] as Float32Array);
    if (isAnswer) {
      // Of a prompt or a text that answers, which is one part. An answer of several tokens is no class among others.
      const own = evaluateScore(score, logits[0] as Float32Array);
      return { value: own, score: own, predictsTarget: true, predicted: score.target, predictedValue: own };
    }
    const mean = (value: (of: Float32Array) => number) =>
      logits.reduce((sum, of, p) => sum + (parts[p]?.share ?? 0) * value(of), 0);
    const classes = Array.from(logits[0] as Float32Array, (_, index) => mean((of) => of[index] as number));
    const values = probabilities(classes, model.activation);
    const value = values[score.target] as number;
    const others = classes.filter((_, index) => index !== score.target);
    const best = classes.reduce((best, logit, index) => (logit > (classes[best] as number) ? index : best), 0);
    return {
      value,
      score: mean((of) => evaluateScore(score, of)),
      predictsTarget: PREDICTS[model.activation](value, best === score.target),
      predicted: best,
      predictedValue: values[best] as number,
      ...(others.length === 0 || model.activation === "none"
        ? {}
        : { margin: (classes[score.target] as number) - largest(others) }),
    };
  };

  async function outputs(variants: readonly Kept[]): Promise<readonly PredictedOutput[]> {
    const keys = variants.map((kept) => kept.join(""));
    const fresh = new Map<string, Kept>();
    keys.forEach((key, index) => {
      if (!known.has(key)) fresh.set(key, variants[index] as Kept);
    });
    const pending = [...fresh];
    for (let start = 0; start < pending.length; start += batchSize) {
      signal?.throwIfAborted();
      const batch = pending.slice(start, start + batchSize);
      const outputs: PredictedOutput[][] = batch.map(() => []);
      for (const draw of draws) {
        const rows: Float32Array[][] = batch.map(() => []);
        for (const part of draw.parts) {
          const { data } = await part.logits(batch.map(([, kept]) => kept));
          const classes = data.length / batch.length;
          for (const [row, of] of rows.entries()) of.push(data.subarray(row * classes, (row + 1) * classes));
          evaluations += batch.length;
        }
        rows.forEach((of, row) => {
          outputs[row]?.push(read(draw, of));
        });
      }
      batch.forEach(([key], row) => {
        known.set(key, meanOutput(outputs[row] as PredictedOutput[]));
      });
    }
    return keys.map((key) => known.get(key) as PredictedOutput);
  }

  return {
    featureCount,
    outputs,
    givesProbabilities: model.activation !== "none" && (!isAnswer || options.read !== undefined),
    values: async (variants) => (await outputs(variants)).map(({ value }) => value),
    evaluations: () => evaluations,
  };
}

/** The mean over the draws. */
function meanOutput(outputs: readonly PredictedOutput[]): PredictedOutput {
  const [only] = outputs;
  if (only !== undefined && outputs.length === 1) return only;
  const mean = (of: (output: PredictedOutput) => number, among = outputs) =>
    among.reduce((sum, output) => sum + of(output), 0) / among.length;
  const of = (index: number) => outputs.filter(({ predicted }) => predicted === index);
  const [first] = [...outputs].sort((a, b) => of(b.predicted).length - of(a.predicted).length);
  const predicted = first?.predicted ?? 0;
  return {
    value: mean(({ value }) => value),
    score: mean(({ score }) => score),
    ...(first?.margin === undefined ? {} : { margin: mean(({ margin = 0 }) => margin) }),
    predictsTarget: mean(({ predictsTarget }) => (predictsTarget ? 1 : 0)) > 0.5,
    predicted,
    predictedValue: mean(({ predictedValue }) => predictedValue, of(predicted)),
  };
}
