/** @file The target score F: the answer to one question, as graph nodes and as plain arithmetic. METHOD 1. */

import { InvalidOptionError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type { Asked, Question } from "./question.ts";
import { type OwnKindQuestion, ownQuestionNamed, questionNamed } from "./questions.ts";

/** What is asked. `kind` and `activation` select a program; the classes are fed to it. */
export interface ScoreSpec extends Asked {
  /** Name of the question. */
  readonly kind: string;
  /** Whether it is about the tokens that follow, where an answer lies, or the label of several words. Absent for classes. */
  readonly asks?: OwnKindQuestion["asks"];
  /** The question itself where it is one from outside; otherwise `kind` names it. */
  readonly question?: Question;
  /** The token whose label is explained, for models that label every token. */
  readonly position?: number;
}

/** What programs are made for: other fields of a specification are fed to them. */
export type ProgramScore = Pick<ScoreSpec, "kind" | "activation" | "question" | "asks">;

const questionOf = ({ kind, question }: Pick<ScoreSpec, "kind" | "question">): Question =>
  question ?? questionNamed(kind);

/** The question where it is about no classes. */
const ownQuestion = ({ kind, asks }: Pick<ScoreSpec, "kind" | "asks">): OwnKindQuestion | undefined =>
  asks === undefined ? undefined : ownQuestionNamed(asks, kind);

const TARGET = "score.target";
const POSITION = "score.position";

/**
 * Emits F for every row of the batch. Declares the inputs that `scoreFeeds` fills, so that one program serves every
 * target.
 *
 * Shapes: logits [rows, classes], or [rows, tokens, classes] where `per` is "token", or [rows, asked, vocabulary] where it
 * is "asked" (of a masked word, which is a class among all words, one is asked), or [rows, tokens, 2] where it is "span" -> F
 * [rows, 1].
 */
export function emitScore(
  builder: GraphBuilder,
  logits: string,
  score: ProgramScore,
  classes: number,
  per: "input" | "token" | "asked" | "span" = "input",
): string {
  const about = ownQuestion(score);
  if (about !== undefined) return about.emit({ builder, logits, activation: score.activation, classes });
  const rows = per === "token" ? emitRow(builder, logits) : per === "asked" ? builder.squeeze(logits, [1]) : logits;
  const target = builder.input(TARGET, "float32", [classes, 1]);
  return emitAnswer(builder, rows, target, score, classes);
}

const emitAnswer = (builder: GraphBuilder, logits: string, target: string, score: ProgramScore, classes: number) =>
  questionOf(score).emit({
    builder,
    logits,
    activation: score.activation,
    classes,
    pick: (values) => builder.matmul(values, target),
  });

/** What questions from outside write, each text by the number that stands for it. */
const WRITTEN = new Map<string, number>();
const NUMBERS = new WeakMap<Question, Map<string, number>>();

/**
 * What tells programs of a score from those of others: the name of a question of calig; of others what they write, so that
 * two objects share programs exactly where they ask the same.
 */
export function programKey(score: ProgramScore, classes: number): string {
  const { kind, activation, question, asks } = score;
  if (asks !== undefined) return `${asks} ${kind}`;
  if (question === undefined) return kind;
  const numbers = NUMBERS.get(question) ?? new Map<string, number>();
  NUMBERS.set(question, numbers);
  const head = `${activation} ${classes}`;
  const number = numbers.get(head) ?? numberOf(textOf(score, classes));
  numbers.set(head, number);
  return `${kind} (${number})`;
}

function numberOf(text: string): number {
  const number = WRITTEN.get(text) ?? WRITTEN.size + 1;
  WRITTEN.set(text, number);
  return number;
}

/** The nodes of an answer, constants included. */
function textOf(score: ProgramScore, classes: number): string {
  const builder = new GraphBuilder();
  const logits = builder.input("logits", "float32", ["rows", classes]);
  const answer = emitAnswer(builder, logits, builder.input(TARGET, "float32", [classes, 1]), score, classes);
  return JSON.stringify([answer, builder.build()], (_, value: unknown) => plain(value));
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value;
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
  const about = ownQuestion(spec);
  if (about !== undefined) return about.feeds(spec);
  const target = new Float32Array(classes);
  target[spec.target] = 1;
  if (spec.against !== undefined) target[spec.against] = -1;
  const feeds: Record<string, FloatTensor> = { [TARGET]: floatTensor(target, [classes, 1]) };
  if (spec.position !== undefined) {
    const chosen = new Float32Array(positions);
    chosen[spec.position] = 1;
    feeds[POSITION] = floatTensor(chosen, [positions, 1]);
  }
  return { ...feeds, ...questionOf(spec).feeds?.(spec, classes) };
}

/**
 * The logits of the first input that a score is read from: those of one token [classes], or all of it: [classes], [asked x
 * vocabulary] where next tokens are asked for, [tokens x 2] where a span is, or [tokens x classes] where an entity is.
 */
export function logitsRow(logits: FloatTensor, position: number | undefined): Float32Array {
  const classes = logits.shape.at(-1) as number;
  if (position === undefined) return logits.data.subarray(0, logits.data.length / (logits.shape[0] ?? 1));
  const start = position * classes;
  return logits.data.subarray(start, start + classes);
}

/** Largest |logit| of all rows: what the rounding of scores is relative to. */
export const largestLogit = (...all: readonly (FloatTensor | undefined)[]): number =>
  all.reduce((most, logits) => logits?.data.reduce((max, value) => Math.max(max, Math.abs(value)), most) ?? most, 0);

/** F of one row of logits; the same function that `emitScore` writes as nodes. */
export const evaluateScore = (spec: ScoreSpec, logits: ArrayLike<number>): number =>
  (ownQuestion(spec) ?? questionOf(spec)).evaluate(logits, spec);

/** @throws {InvalidOptionError} When the model's head has no such score. */
export function checkScore(spec: ScoreSpec, classes: number): void {
  const question = questionOf(spec);
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
