/** @file What is asked of a model that answers by a span of a text: its best answer, or the one that is named. */

import { InvalidOptionError, quote } from "../errors.ts";
import { type AskedSpan, endLogProbabilities, spanOf } from "../program/questions/span.ts";
import { SPAN_QUESTIONS } from "../program/questions.ts";
import { evaluateScore, type ScoreSpec } from "../program/score.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction, Warning } from "./explanation.ts";
import type { ChosenAnswer } from "./next-token-target.ts";
import { DEFAULTS, type ExplainOptions } from "./options.ts";
import type { AnswerableText, PreparedInput } from "./prepared-input.ts";
import type { PredictedOutput } from "./probe.ts";

/** How many answers results list. */
const LISTED = 20;
/** Most tokens of an answer that is found, as in the pipeline of transformers; one that is named may be longer. */
const LONGEST = 15;
/** The index of an answer that is none of those listed. */
const UNLISTED = -1;

/** A span of tokens. */
interface Span {
  readonly start: number;
  readonly end: number;
  /** Start logit plus end logit. */
  readonly logit: number;
  /** p(start) p(end), each among all tokens of the text, and the one that stands for no answer. */
  readonly probability: number;
}

/** How probable spans are. */
function spansOf(logits: ArrayLike<number>, { positions, none }: AnswerableText) {
  const tokens = logits.length / 2;
  const possible = none === undefined ? positions : [none, ...positions];
  const [starts, ends] = ([0, 1] as const).map((end) => endLogProbabilities(logits, { tokens, possible }, end));
  const at = (start: number, end: number): Span => ({
    start,
    end,
    logit: (logits[2 * start] as number) + (logits[2 * end + 1] as number),
    probability: Math.exp((starts?.[start] as number) + (ends?.[end] as number)),
  });
  return { tokens, possible, at };
}

/** All spans of the text that are not too long, best first; of equals the first one. */
function rankedSpans(logits: ArrayLike<number>, text: AnswerableText): readonly Span[] {
  const { at } = spansOf(logits, text);
  const { positions } = text;
  const all = positions.flatMap((start, p) => positions.slice(p, p + LONGEST).map((end) => at(start, end)));
  return all.sort((a, b) => b.logit - a.logit || a.start - b.start || a.end - b.end);
}

/** The most probable answer. */
export const bestSpan = (logits: ArrayLike<number>, text: AnswerableText): Span => rankedSpans(logits, text)[0] as Span;

/**
 * The score of the answer that `target` names, by its text, its place in the list of answers, or its tokens ("#7-9"); by
 * default of the best one.
 *
 * @param logits - That a token is the first of the answer, and the last [1, tokens, 2].
 * @throws {InvalidOptionError} For an answer that the text does not have, or a score that answers do not have.
 */
export function chooseSpan(
  model: ExplainableModel,
  { answerable }: PreparedInput,
  { data: logits }: FloatTensor,
  options: Pick<ExplainOptions, "score" | "target" | "against" | "token">,
): ChosenAnswer {
  const text = answerable as AnswerableText;
  const { score: kind = DEFAULTS.score, target: wanted } = options;
  if (typeof kind === "object" || !SPAN_QUESTIONS.some(({ name }) => name === kind)) {
    const name = typeof kind === "object" ? kind.name : kind;
    throw new InvalidOptionError(
      `Cannot use score "${name}" with model "${model.facts.id}", which answers by a span of the text: use one of ${SPAN_QUESTIONS.map((one) => `"${one.name}"`).join(", ")}`,
      "score",
      name,
    );
  }
  for (const option of ["token", "against"] as const) {
    if (options[option] === undefined) continue;
    throw new InvalidOptionError(
      `Cannot use ${option} with model "${model.facts.id}": what is explained is an answer of the text, which target names; leave ${option} out`,
      option,
      options[option],
    );
  }
  const { tokens, possible, at } = spansOf(logits, text);
  const labelled = distinct(rankedSpans(logits, text), text);
  const listed = labelled.slice(0, LISTED);
  const chosen = wanted === undefined ? (listed[0] as Span) : namedSpan(model, text, listed, wanted, at);
  const index = listed.findIndex(({ start, end }) => start === chosen.start && end === chosen.end);
  const parameters: AskedSpan = { tokens, possible, start: chosen.start, end: chosen.end };
  const score: ScoreSpec = { kind, asks: "span", activation: "softmax", target: index, parameters };
  const predictions = listed.map(
    ({ logit, probability, label }, rank): Prediction => ({ index: rank, label, logit, probability }),
  );
  return {
    score,
    predictions,
    named: { index: index < 0 ? UNLISTED : index, label: text.text(chosen.start, chosen.end) },
    probability: evaluateScore({ ...score, kind: "probability" }, logits),
    warnings: noAnswer(text, at, chosen),
  };
}

/** Spans that show other words than better ones. */
function distinct(spans: readonly Span[], text: AnswerableText): readonly (Span & { readonly label: string })[] {
  const found: (Span & { readonly label: string })[] = [];
  const seen = new Set<string>();
  for (const span of spans) {
    const label = text.text(span.start, span.end);
    if (seen.has(label)) continue;
    seen.add(label);
    found.push({ ...span, label });
    if (found.length === LISTED) break;
  }
  return found;
}

/**
 * What the model answers to variants of an input: the best span, by the number that its words get when they are first found.
 *
 * @param score - Of the span that is explained, on the input itself.
 */
export function spanReader({ answerable }: PreparedInput, score: ScoreSpec) {
  const text = answerable as AnswerableText;
  const { start, end } = spanOf(score);
  const names = [text.text(start, end)];
  const read = (logits: Float32Array): PredictedOutput => {
    const best = bestSpan(logits, text);
    const name = text.text(best.start, best.end);
    const known = names.indexOf(name);
    const predicted = known < 0 ? names.push(name) - 1 : known;
    return {
      value: evaluateScore({ ...score, kind: "probability" }, logits),
      score: evaluateScore(score, logits),
      predictsTarget: predicted === 0,
      predicted,
      predictedValue: best.probability,
    };
  };
  return { read, labels: (index: number): string => names[index] ?? String(index) };
}

const PLACES = /^#(\d+)-(\d+)$/;
const NUMBERED = /^#?(\d+)$/;

function namedSpan(
  { facts }: ExplainableModel,
  text: AnswerableText,
  listed: readonly Span[],
  wanted: string | number,
  at: (start: number, end: number) => Span,
): Span {
  const places = PLACES.exec(String(wanted))?.slice(1).map(Number);
  const [start, end] = places ?? [];
  if (start !== undefined && end !== undefined && start <= end) {
    if (text.positions.includes(start) && text.positions.includes(end)) return at(start, end);
  }
  const found = typeof wanted === "string" && wanted.trim() !== "" ? text.find(wanted.trim()) : [];
  const [best] = found.map(([first, last]) => at(first, last)).sort((a, b) => b.logit - a.logit);
  if (best !== undefined) return best;
  const number = typeof wanted === "number" ? wanted : Number(NUMBERED.exec(wanted)?.[1] ?? Number.NaN);
  const byNumber = listed[number];
  if (byNumber !== undefined) return byNumber;
  const shown = listed.slice(0, 3).map((span) => quote(text.text(span.start, span.end)));
  throw new InvalidOptionError(
    `Cannot find target ${JSON.stringify(wanted)} in the text that model "${facts.id}" answers from; give an answer as it stands there (the best ones are ${shown.join(", ")}), or its tokens, as in "#${listed[0]?.start}-${listed[0]?.end}"`,
    "target",
    wanted,
  );
}

/** What to say where the model finds it likelier that the text has no answer. */
function noAnswer(
  { none }: AnswerableText,
  at: (start: number, end: number) => Span,
  chosen: Span,
): readonly Warning[] {
  if (none === undefined) return [];
  const { probability } = at(none, none);
  if (probability <= chosen.probability) return [];
  return [
    {
      code: "no-answer",
      message: `The model finds it likelier that the text has no answer (${percent(probability)}) than that this is the answer (${percent(chosen.probability)})`,
    },
  ];
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
