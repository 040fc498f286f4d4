/** @file The target score F: the answer to one question, as graph nodes and as plain arithmetic. METHOD 1. */

import { InvalidOptionError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type { Asked } from "./question.ts";
import { type QuestionName, questionNamed } from "./questions.ts";

/** What is asked. `kind` and `activation` select a program; the classes are fed to it. */
export interface ScoreSpec extends Asked {
  /** Name of the question. */
  readonly kind: QuestionName;
  /** The token whose label is explained, for models that label every token. */
  readonly position?: number;
}

const TARGET = "score.target";
const POSITION = "score.position";

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
  const rows = per === "token" ? emitRow(builder, logits) : logits;
  const target = builder.input(TARGET, "float32", [classes, 1]);
  return questionNamed(kind).emit({
    builder,
    logits: rows,
    activation,
    classes,
    pick: (values) => builder.matmul(values, target),
  });
}

/** The logits of the token that is fed: [rows, tokens, classes] -> [rows, classes]. */
function emitRow(builder: GraphBuilder, logits: string): string {
  const position = builder.input(POSITION, "float32", ["positions", 1]);
  return builder.reduceSum(builder.mul(logits, position), [1], false);
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
  return { ...feeds, ...questionNamed(spec.kind).feeds?.(spec, classes) };
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
export const evaluateScore = (spec: ScoreSpec, logits: ArrayLike<number>): number =>
  questionNamed(spec.kind).evaluate(logits, spec);

/** @throws {InvalidOptionError} When the model's head has no such score. */
export function checkScore(spec: ScoreSpec, classes: number): void {
  const question = questionNamed(spec.kind);
  if (question.compares !== undefined && spec.against !== undefined) {
    throw new InvalidOptionError(
      `Cannot combine score "${spec.kind}" with "against": ${question.compares}; use score "logit"`,
      "score",
      spec.kind,
    );
  }
  const refusal = question.refusal?.(spec, classes);
  if (refusal === undefined) return;
  throw new InvalidOptionError(`Cannot use score "${spec.kind}": ${refusal}`, "score", spec.kind);
}
