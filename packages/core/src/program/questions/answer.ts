/**
 * @file Answers of language models: each is one string or several, whose probabilities are added up; of an answer held
 * against another one the difference. A string has the sum of what its tokens have, each behind those before it.
 */

import type { GraphBuilder } from "../../graph/builder.ts";
import { int } from "../../onnx/model.ts";
import { floatTensor, intTensor } from "../../tensor/tensor.ts";
import { logProbabilities } from "../activation.ts";
import type { Asked, NextTokenGraph, NextTokenQuestion } from "../question.ts";

/** An answer: any of these strings. */
export interface AskedAlternative {
  /** What it counts for in the score: 1, or -1 for what it is held against. */
  readonly sign: 1 | -1;
  /** Indices of its strings. */
  readonly strings: readonly number[];
}

/** What is asked, as `Asked.parameters` of such a question. */
export interface AskedAnswers {
  /** The token at each position that is asked for [asked]. */
  readonly tokens: readonly number[];
  /** Which string each of them belongs to [asked]. */
  readonly stringOf: readonly number[];
  readonly alternatives: readonly AskedAlternative[];
  readonly vocabulary: number;
  /** The only place [asked] that counts, where one token of an answer is asked about. */
  readonly only?: number;
}

const answersOf = ({ parameters }: Asked): AskedAnswers => parameters as AskedAnswers;

const TOKENS = "score.tokens";
const STRINGS = "score.strings";
const ALTERNATIVES = "score.alternatives";
const SIGNS = "score.signs";
/** What is added to strings of other alternatives: no probability is left of them, and sums stay finite in float32. */
const OTHER = -1e30;

/** The value of each alternative [rows, alternatives]: the logarithm of the sum of the exponentials of its strings. */
function emitAlternatives({ builder: b, logits }: NextTokenGraph, values: string): string {
  const tokens = b.input(TOKENS, "int64", [1, "asked", 1]);
  const rows = b.sizeOf(logits, 0);
  const rest = b.slice(b.shapeOf(tokens), 0, 1, 3);
  const places = b.emit("Expand", [tokens, b.concat([rows, rest], 0)]); // [rows, asked, 1]
  const picked = b.emit("GatherElements", [values, places], { attributes: { axis: int(2) } });
  const strings = b.matmul(b.squeeze(picked, [2]), b.input(STRINGS, "float32", ["asked", "strings"])); // [rows, strings]
  const apart = b.add(b.unsqueeze(strings, [1]), b.input(ALTERNATIVES, "float32", ["alternatives", "strings"]));
  return logSumExp(b, apart);
}

/** Over the last axis, which goes; ReduceLogSumExp has its axes as an input since operator set 18. */
function logSumExp(b: GraphBuilder, values: string): string {
  const largest = b.reduceMax(values, [2]);
  const sum = b.reduceSum(b.emit("Exp", [b.sub(values, largest)]), [2]);
  return b.squeeze(b.add(b.emit("Log", [sum]), largest), [2]);
}

const total = (b: GraphBuilder, values: string): string =>
  b.matmul(values, b.input(SIGNS, "float32", ["alternatives", 1]));

const logShares = ({ builder, logits }: NextTokenGraph): string =>
  builder.emit("LogSoftmax", [logits], { attributes: { axis: int(-1) } });

function feeds(asked: Asked) {
  const { tokens, stringOf, alternatives, only } = answersOf(asked);
  const strings = Math.max(...stringOf) + 1;
  const member = new Float32Array(tokens.length * strings);
  stringOf.forEach((string, place) => {
    if (only === undefined || only === place) member[place * strings + string] = 1;
  });
  const others = new Float32Array(alternatives.length * strings).fill(OTHER);
  alternatives.forEach((alternative, a) => {
    for (const string of alternative.strings) others[a * strings + string] = 0;
  });
  return {
    [TOKENS]: intTensor(tokens, [1, tokens.length, 1]),
    [STRINGS]: floatTensor(member, [tokens.length, strings]),
    [ALTERNATIVES]: floatTensor(others, [alternatives.length, strings]),
    [SIGNS]: floatTensor(
      alternatives.map(({ sign }) => sign),
      [alternatives.length, 1],
    ),
  };
}

/** Of each alternative, as `emitAlternatives`; `valueAt` has the values of the tokens at a position that is asked for. */
function alternativeValues(asked: Asked, valueAt: (place: number, token: number) => number): readonly number[] {
  const { tokens, stringOf, alternatives, only } = answersOf(asked);
  const strings = new Array<number>(Math.max(...stringOf) + 1).fill(0);
  tokens.forEach((token, place) => {
    if (only !== undefined && only !== place) return;
    (strings[stringOf[place] as number] as number) += valueAt(place, token);
  });
  return alternatives.map((alternative) => {
    const own = alternative.strings.map((string) => strings[string] as number);
    const largest = Math.max(...own);
    return largest + Math.log(own.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  });
}

const signed = (asked: Asked, values: readonly number[]): number =>
  answersOf(asked).alternatives.reduce((sum, { sign }, a) => sum + sign * (values[a] as number), 0);

/** The logarithms of the probabilities of the tokens that are asked for. */
function logSharesOf(logits: ArrayLike<number>, asked: Asked) {
  const { vocabulary } = answersOf(asked);
  const rows = new Map<number, readonly number[]>();
  return (place: number, token: number): number => {
    const row =
      rows.get(place) ??
      logProbabilities(Array.prototype.slice.call(logits, place * vocabulary, (place + 1) * vocabulary), "softmax");
    rows.set(place, row);
    return row[token] as number;
  };
}

/** log p(answer), or log p(answer) - log p(other answer). */
export const answerLogProbability: NextTokenQuestion = {
  name: "log-probability",
  asks: "next-token",
  emit: (graph) => total(graph.builder, emitAlternatives(graph, logShares(graph))),
  feeds,
  evaluate: (logits, asked) => signed(asked, alternativeValues(asked, logSharesOf(logits, asked))),
};

/** The same with logits in the place of logarithms of probabilities: defined up to a shift. */
export const answerLogit: NextTokenQuestion = {
  name: "logit",
  asks: "next-token",
  emit: (graph) => total(graph.builder, emitAlternatives(graph, graph.logits)),
  feeds,
  evaluate(logits, asked) {
    const { vocabulary } = answersOf(asked);
    return signed(
      asked,
      alternativeValues(asked, (place, token) => logits[place * vocabulary + token] as number),
    );
  },
};

/** p(answer), or p(answer) - p(other answer). */
export const answerProbability: NextTokenQuestion = {
  name: "probability",
  asks: "next-token",
  emit: (graph) => total(graph.builder, graph.builder.emit("Exp", [emitAlternatives(graph, logShares(graph))])),
  feeds,
  evaluate: (logits, asked) =>
    signed(
      asked,
      alternativeValues(asked, logSharesOf(logits, asked)).map((value) => Math.exp(value)),
    ),
};
