/** @file The target score F: which number of the model is explained, as graph nodes and as plain arithmetic. METHOD 1. */

import { InvalidOptionError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { assertNever } from "../util/assert-never.ts";
import { largest } from "../util/largest.ts";

/** How logits become probabilities: one label of many, each label for itself, or not at all (regression). */
export type Activation = "softmax" | "sigmoid" | "none";

/** What is read off the logits. `kind` and `activation` select a program; the classes are fed to it. */
export interface ScoreSpec {
  readonly kind: "logit" | "probability" | "log-probability" | "margin";
  readonly activation: Activation;
  readonly target: number;
  /** The score is that of `target` minus that of this class. */
  readonly against?: number;
  /** The token whose label is explained, for models that label every token. */
  readonly position?: number;
}

const TARGET = "score.target";
const EXCLUDED = "score.excluded";
const POSITION = "score.position";
/** Low enough to lose every maximum, high enough to stay finite in float32 sums. */
const NEVER = -1e30;

/**
 * Emits F for every row of the batch. Declares the inputs that `scoreFeeds` fills, so that one program serves every
 * target.
 *
 * Shapes: logits [rows, classes], or [rows, tokens, classes] where `per` is "token" -> F [rows, 1].
 */
export function emitScore(
  builder: GraphBuilder,
  logits: string,
  { kind, activation }: Pick<ScoreSpec, "kind" | "activation">,
  classes: number,
  per: "input" | "token" = "input",
): string {
  return emitRowScore(builder, per === "token" ? emitRow(builder, logits) : logits, { kind, activation }, classes);
}

/** The logits of the token that is fed: [rows, tokens, classes] -> [rows, classes]. */
function emitRow(builder: GraphBuilder, logits: string): string {
  const position = builder.input(POSITION, "float32", ["positions", 1]);
  return builder.reduceSum(builder.mul(logits, position), [1], false);
}

function emitRowScore(
  builder: GraphBuilder,
  logits: string,
  { kind, activation }: Pick<ScoreSpec, "kind" | "activation">,
  classes: number,
): string {
  const target = builder.input(TARGET, "float32", [classes, 1]);
  const pick = (values: string) => builder.matmul(values, target);
  switch (kind) {
    case "logit":
      return pick(logits);
    case "probability":
      return pick(emitProbabilities(builder, logits, activation));
    case "log-probability":
      return pick(emitLogProbabilities(builder, logits, activation));
    case "margin": {
      const excluded = builder.input(EXCLUDED, "float32", [classes]);
      const best = builder.reduceMax(builder.add(logits, excluded), [1]);
      return builder.sub(pick(logits), best);
    }
    default:
      return assertNever(kind);
  }
}

function emitProbabilities(builder: GraphBuilder, logits: string, activation: Activation): string {
  if (activation === "softmax") return builder.emit("Softmax", [logits], { attributes: { axis: int(-1) } });
  return activation === "sigmoid" ? builder.emit("Sigmoid", [logits]) : logits;
}

function emitLogProbabilities(builder: GraphBuilder, logits: string, activation: Activation): string {
  if (activation === "softmax") return builder.emit("LogSoftmax", [logits], { attributes: { axis: int(-1) } });
  return activation === "sigmoid" ? builder.neg(builder.emit("Softplus", [builder.neg(logits)])) : logits;
}

/**
 * The feeds that select the classes, and the token, of `spec` in a program built by `emitScore`.
 *
 * @param positions - Tokens of the input; read only when the score is that of one token.
 */
export function scoreFeeds(spec: ScoreSpec, classes: number, positions: number): Feeds {
  const target = new Float32Array(classes);
  target[spec.target] = 1;
  if (spec.against !== undefined) target[spec.against] = -1;
  const feeds: Record<string, FloatTensor> = { [TARGET]: floatTensor(target, [classes, 1]) };
  if (spec.position !== undefined) {
    const chosen = new Float32Array(positions);
    chosen[spec.position] = 1;
    feeds[POSITION] = floatTensor(chosen, [positions, 1]);
  }
  if (spec.kind === "margin") {
    const excluded = new Float32Array(classes);
    excluded[spec.target] = NEVER;
    feeds[EXCLUDED] = floatTensor(excluded, [classes]);
  }
  return feeds;
}

/** Probabilities of one row of logits. */
export function probabilities(logits: ArrayLike<number>, activation: Activation): number[] {
  const values = Array.from(logits);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((logit) => 1 / (1 + Math.exp(-logit)));
  const highest = largest(values);
  const powers = values.map((logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The row of logits [classes] that a score is read from: that of one token, or the only one of the first input. */
export function logitsRow(logits: FloatTensor, position: number | undefined): Float32Array {
  const classes = logits.shape.at(-1) as number;
  const start = (position ?? 0) * classes;
  return logits.data.subarray(start, start + classes);
}

/** Largest |logit| of all rows: what the rounding of scores is relative to. */
export const largestLogit = (...all: readonly (FloatTensor | undefined)[]): number =>
  all.reduce((most, logits) => logits?.data.reduce((max, value) => Math.max(max, Math.abs(value)), most) ?? most, 0);

/** F of one row of logits; the same function that `emitScore` writes as nodes. */
export function evaluateScore(spec: ScoreSpec, logits: ArrayLike<number>): number {
  const pick = (values: ArrayLike<number>) =>
    (values[spec.target] as number) - (spec.against === undefined ? 0 : (values[spec.against] as number));
  switch (spec.kind) {
    case "logit":
      return pick(logits);
    case "probability":
      return pick(probabilities(logits, spec.activation));
    case "log-probability":
      return pick(logProbabilities(logits, spec.activation));
    case "margin":
      return pick(logits) - largest(Array.from(logits).filter((_, index) => index !== spec.target));
    default:
      return assertNever(spec.kind);
  }
}

function logProbabilities(logits: ArrayLike<number>, activation: Activation): number[] {
  const values = Array.from(logits);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((logit) => -softplus(-logit));
  const highest = largest(values);
  const logTotal = highest + Math.log(values.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
  return values.map((logit) => logit - logTotal);
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** @throws {InvalidOptionError} When the model's head has no such score. */
export function checkScore(spec: ScoreSpec, classes: number): void {
  if (spec.kind === "margin" && spec.against !== undefined) {
    throw new InvalidOptionError(
      'Cannot combine score "margin" with "against": the margin already compares with the best other class; use score "logit"',
      "score",
      spec.kind,
    );
  }
  if (spec.kind === "margin" && classes < 2) {
    throw new InvalidOptionError(
      `Cannot use score "margin": the model has ${classes} output; use score "logit"`,
      "score",
      spec.kind,
    );
  }
  if (spec.activation === "none" && spec.kind !== "logit") {
    throw new InvalidOptionError(
      `Cannot use score "${spec.kind}": the model is a regression without probabilities; use score "logit"`,
      "score",
      spec.kind,
    );
  }
}
