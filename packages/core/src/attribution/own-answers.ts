/** @file How far what is explained lies from what the file of the model answers, where calig computes it otherwise. */

import { DifferenceError } from "../errors.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { entityOf } from "../program/questions/entity.ts";
import { logitsRow, type ScoreSpec } from "../program/score.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { largest as mostOf } from "../util/largest.ts";
import type { ExplainableModel, OwnAnswers } from "./explainable-model.ts";
import type { Warning } from "./explanation.ts";
import type { Part } from "./prepared-input.ts";

/** Largest share of the largest logit by which float32 arithmetic may move a logit. */
export const MOST_MOVED = 0.05;

/** Moves of files of half precision that are not worth a word, as shares of the largest logit. */
const WORTH_TELLING = 0.01;

/** Two answers to one input. */
export interface Difference {
  /** Largest |difference| of a logit; NaN or infinite where an answer is. */
  readonly moved: number;
  /** Largest |logit| of the file. */
  readonly largest: number;
  /** The classes that win, where they are not the same. */
  readonly winners?: readonly [original: number, explained: number];
}

/** @param original, explained - Logits of one row [classes]; of one class, its sign decides. */
export function compareLogits(original: ArrayLike<number>, explained: ArrayLike<number>): Difference {
  const [before, after] = [Array.from(original), Array.from(explained)];
  const differences = before.map((value, i) => Math.abs(value - (after[i] as number)));
  const moved = mostOf(differences); // NaN stays NaN
  const winners = [winner(before), winner(after)] as const;
  return { moved, largest: mostOf(before.map(Math.abs)), ...(winners[0] === winners[1] ? {} : { winners }) };
}

/** The winner of logits that are not numbers. */
const NONE = -1;

const winner = (logits: readonly number[]): number =>
  logits.length === 1 ? Number((logits[0] as number) > 0) : logits.indexOf(mostOf(logits));

/** Whether two answers are so far apart that an explanation of the one says little of the other. */
export const isFar = ({ moved, largest, winners }: Difference): boolean =>
  winners !== undefined || !Number.isFinite(moved) || moved > MOST_MOVED * largest;

/** "moves the logits of this input by at most 0.01 (the largest of them is 3.2)" */
export function movedText({ moved, largest }: Difference, of: string): string {
  if (!Number.isFinite(moved)) return `cannot be compared with its answer to ${of}, where one of them is not finite`;
  return `moves the logits of ${of} by at most ${digits(moved)} (the largest of them is ${digits(largest)})`;
}

const digits = (value: number): string => String(Number(value.toPrecision(2)));

/** The same model without a look at its file: for inputs that nobody is shown the explanation of. */
export function withoutOwnAnswers(model: ExplainableModel): ExplainableModel {
  const { ownAnswers: _, ...rest } = model;
  return rest;
}

/** What came of the comparison. */
export interface Compared {
  /** What readers must know of this model and of this input, the warnings of the model included. */
  readonly warnings: readonly Warning[];
  /** Forward passes of the file. */
  readonly modelEvaluations: number;
}

/**
 * Compares the logits that are explained with those of the model's own file on the same input. Models that are computed
 * as their file has it are left alone. Cost: one forward pass of the file for each part.
 *
 * @param score - Of models that label every token only the explained one is compared.
 * @throws {DifferenceError} When float32 arithmetic moves a logit by more than 5 % of the largest, or lets another class
 * win, and nobody accepted that.
 */
export async function compareWithFile(
  model: ExplainableModel,
  parts: readonly Part[],
  forwards: readonly ForwardResult[],
  score: ScoreSpec,
): Promise<Compared> {
  const { ownAnswers, warnings = [] } = model;
  if (ownAnswers === undefined) return { warnings, modelEvaluations: 0 };
  const [first] = forwards as readonly [ForwardResult];
  // Of an entity its first word is compared.
  const position = score.asks === "entity" ? entityOf(score).places[0]?.position : score.position;
  const size = logitsRow(first.logits, position).length;
  const explained = new Float64Array(size);
  const own = new Float64Array(size);
  for (const [p, { input, share }] of parts.entries()) {
    const { logits } = forwards[p] as ForwardResult;
    const answer = await ownAnswers.logits(input.feeds);
    // What is known is in the warnings of the model.
    if (answer === undefined) return { warnings, modelEvaluations: 0 };
    add(explained, logitsRow(logits, position), share);
    add(own, logitsRow(floatTensor(answer, logits.shape), position), share);
  }
  const difference = compareLogits(own, explained);
  if (isFar(difference) && !ownAnswers.accepted) throw tooFar(model, ownAnswers, difference);
  const others = warnings.filter(({ code }) => code !== "dequantised");
  return {
    warnings: [...differenceWarnings(model, ownAnswers, difference), ...others],
    modelEvaluations: parts.length,
  };
}

function add(sum: Float64Array, row: ArrayLike<number>, share: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + share * (row[i] as number);
}

function differenceWarnings(model: ExplainableModel, { file, kind }: OwnAnswers, difference: Difference): Warning[] {
  const { moved, largest } = difference;
  if (isFar(difference)) {
    const message = `This is not what the file "${file}" answers: it is ${nameOf(kind)}, and the float32 arithmetic that is explained ${movedText(difference, "this input")}${otherWinner(model, difference)}. The difference was accepted by option; explain the float32 file of the model to be sure`;
    return [{ code: "difference-accepted", message }];
  }
  if (kind === "half-precision" && moved <= WORTH_TELLING * largest) return [];
  const message = `The model "${file}" is ${nameOf(kind)}; it is explained with the same weights and arithmetic in float32, which ${movedText(difference, "this input")}`;
  return [{ code: "dequantised", message }];
}

function tooFar(model: ExplainableModel, { file, kind }: OwnAnswers, difference: Difference): DifferenceError {
  return new DifferenceError(
    `Cannot explain this input with model "${model.facts.id}": the file "${file}" is ${nameOf(kind)}, and the float32 arithmetic that gradients need ${movedText(difference, "this input")}${otherWinner(model, difference)}; wanted at most ${100 * MOST_MOVED} % and the same class. Explain the float32 file of the model, or accept the difference (--accept-difference, acceptDifference)`,
    difference.moved,
    difference.largest,
  );
}

function otherWinner({ labels }: ExplainableModel, { winners }: Difference): string {
  if (winners === undefined || winners.includes(NONE)) return "";
  if (labels.length === 1) return ", to the other side of 0";
  const [before, after] = winners.map((index) => `"${labels[index] ?? index}"`);
  return ` and lets another class win: ${after} instead of ${before}`;
}

export const nameOf = (kind: OwnAnswers["kind"]): string => (kind === "quantised" ? "quantised" : "of half precision");
