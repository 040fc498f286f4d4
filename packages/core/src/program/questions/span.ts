/**
 * @file Where an answer starts and ends: the logit that its first token is a start plus the logit that its last one is an end,
 * or their log-probabilities over the tokens that may be either.
 */

import type { GraphBuilder } from "../../graph/builder.ts";
import { int } from "../../onnx/model.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import { logProbabilities } from "../activation.ts";
import type { Asked, SpanGraph, SpanQuestion } from "../question.ts";

/** What is asked, as `Asked.parameters` of such a question. */
export interface AskedSpan {
  /** Tokens of the input. */
  readonly tokens: number;
  /** Positions of the first and the last token of the answer. */
  readonly start: number;
  readonly end: number;
  /** Positions that can be a start or an end: those of the text that answers, and the one that says that there is no answer. */
  readonly possible: readonly number[];
}

/** Start and end. */
const ENDS = 2;
const SELECTED = "score.span";
const IMPOSSIBLE = "score.impossible";
/** Low enough to lose every probability, finite in float32 sums. */
const NEVER = -1e9;

export const spanOf = ({ parameters }: Asked): AskedSpan => parameters as AskedSpan;

/** Of values [rows, 2, tokens] those of the two ends, added up [rows, 1]. */
function total(b: GraphBuilder, values: string): string {
  const chosen = b.mul(values, b.input(SELECTED, "float32", [ENDS, "positions"]));
  return b.reduceSum(b.reduceSum(chosen, [2], false), [1]);
}

const turned = ({ builder, logits }: SpanGraph): string => builder.transpose(logits, [0, 2, 1]);

function logShares(graph: SpanGraph): string {
  const { builder: b } = graph;
  const possible = b.add(turned(graph), b.input(IMPOSSIBLE, "float32", [1, "positions"]));
  return b.emit("LogSoftmax", [possible], { attributes: { axis: int(-1) } });
}

function selected(asked: Asked) {
  const { tokens, start, end } = spanOf(asked);
  const chosen = new Float32Array(ENDS * tokens);
  chosen[start] = 1;
  chosen[tokens + end] = 1;
  return { [SELECTED]: floatTensor(chosen, [ENDS, tokens]) };
}

function selectedAndPossible(asked: Asked) {
  const { tokens, possible } = spanOf(asked);
  const impossible = new Float32Array(tokens).fill(NEVER);
  for (const position of possible) impossible[position] = 0;
  return { ...selected(asked), [IMPOSSIBLE]: floatTensor(impossible, [1, tokens]) };
}

/** Logarithms of the probabilities of all positions to be the start (0) or the end (1) of the answer; of those that cannot be, -Infinity. */
export function endLogProbabilities(
  logits: ArrayLike<number>,
  { tokens, possible }: Pick<AskedSpan, "tokens" | "possible">,
  end: 0 | 1,
): Float64Array {
  const shares = logProbabilities(
    possible.map((position) => logits[ENDS * position + end] as number),
    "softmax",
  );
  const all = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY);
  possible.forEach((position, p) => {
    all[position] = shares[p] as number;
  });
  return all;
}

function logProbability(logits: ArrayLike<number>, asked: Asked): number {
  const span = spanOf(asked);
  const [starts, ends] = [endLogProbabilities(logits, span, 0), endLogProbabilities(logits, span, 1)];
  return (starts[span.start] as number) + (ends[span.end] as number);
}

/** start logit + end logit */
export const spanLogit: SpanQuestion = {
  name: "logit",
  asks: "span",
  emit: (graph) => total(graph.builder, turned(graph)),
  feeds: selected,
  evaluate(logits, asked) {
    const { start, end } = spanOf(asked);
    return (logits[ENDS * start] as number) + (logits[ENDS * end + 1] as number);
  },
};

/** log p(start) + log p(end) */
export const spanLogProbability: SpanQuestion = {
  name: "log-probability",
  asks: "span",
  emit: (graph) => total(graph.builder, logShares(graph)),
  feeds: selectedAndPossible,
  evaluate: logProbability,
};

/** p(start) p(end) */
export const spanProbability: SpanQuestion = {
  name: "probability",
  asks: "span",
  emit: (graph) => graph.builder.emit("Exp", [total(graph.builder, logShares(graph))]),
  feeds: selectedAndPossible,
  evaluate: (logits, asked) => Math.exp(logProbability(logits, asked)),
};
