/** @file What readers see of the parts of a prompt, and of the tokens of an answer, whatever they are rendered as. */

import type { AnswerToken, Explanation, PartAttribution, TextExplanation } from "../attribution/explanation.ts";
import { innermostSpan, membersOf } from "../util/innermost-spans.ts";
import { segmentText } from "./segments.ts";

/** The parts of a prompt in its order; none where nothing says what they are. */
export const partsOf = (explanation: Explanation): readonly PartAttribution[] =>
  explanation.layout === "text" ? (explanation.parts ?? []) : [];

export const answerTokensOf = (explanation: Explanation): readonly AnswerToken[] =>
  explanation.layout === "text" ? (explanation.answerTokens ?? []) : [];

/** The words of the input that speak most for or against a token of the answer, strongest first. */
export function wordsFor(
  explanation: TextExplanation,
  { attribution }: AnswerToken,
  most: number,
): readonly { readonly text: string; readonly attribution: number }[] {
  const sums = explanation.words.map(({ text }) => ({ text, attribution: 0 }));
  explanation.features.forEach(({ word }, t) => {
    const own = word === null ? undefined : sums[word];
    if (own !== undefined) own.attribution += attribution[t] as number;
  });
  return sums
    .filter((word) => word.attribution !== 0)
    .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
    .slice(0, most);
}

/** A stretch of a prompt: of one part, or between parts. */
export interface PartPiece {
  readonly text: string;
  /** The part; undefined between parts. */
  readonly name?: string;
  /** All features of the part, wherever its stretches lie; between parts those of the stretch. */
  readonly features: readonly number[];
}

/** The prompt cut where parts begin and end; what lies within a smaller part is that part's. */
export function partPieces(explanation: TextExplanation): readonly PartPiece[] {
  const { input, features } = explanation;
  const parts = partsOf(explanation).flatMap(({ name, start, end }) =>
    start === null || end === null || end <= start ? [] : [{ name, start, end }],
  );
  const members = membersOf(parts, features);
  const inside = new Set(members.flat());
  const cuts = [...new Set([0, ...parts.flatMap(({ start, end }) => [start, end]), input.text.length])].sort(
    (a, b) => a - b,
  );
  const spans: { start: number; end: number; text: string; part: number }[] = [];
  cuts.slice(1).forEach((end, i) => {
    const start = cuts[i] as number;
    const part = innermostSpan(parts, { start, end });
    const last = spans.at(-1);
    if (last?.part === part) last.end = end;
    else spans.push({ start, end, part, text: "" });
  });
  const between = (start: number, end: number) =>
    [...features.keys()].filter((t) => {
      const feature = features[t];
      return feature?.special === false && feature.start >= start && feature.start < end && !inside.has(t);
    });
  return segmentText(input.text, spans).map(({ text, members: shown }) => {
    const { start, end, part } = spans[shown[0] ?? 0] as (typeof spans)[number];
    const own = parts[part];
    return own === undefined
      ? { text, features: between(start, end) }
      : { text, name: own.name, features: members[part] as readonly number[] };
  });
}

/** Magnitude at full colour of maps by parts: that of words, or of the strongest part. */
export const partsBound = (explanation: Explanation, bound: number): number =>
  Math.max(bound, ...partsOf(explanation).map(({ attribution }) => Math.abs(attribution)));

/** A token of the answer as an explanation of its own: the map is the token's, and its blocks where they are known. */
export function answerView(
  explanation: TextExplanation,
  { text, score, attribution, blocks = [] }: AnswerToken,
): TextExplanation {
  const sum = (own: readonly number[]) => own.reduce((total, t) => total + (attribution[t] ?? 0), 0);
  const ofWords = explanation.words.map((): number[] => []);
  explanation.features.forEach(({ word }, t) => {
    if (word !== null) ofWords[word]?.push(t);
  });
  const words = explanation.words.map(({ spread: _spread, ...word }, i) => ({
    ...word,
    attribution: sum(ofWords[i] as readonly number[]),
  }));
  const { against: _against, ...target } = explanation.target;
  const { spread: _drawn, parts: _parts, ...others } = explanation;
  return {
    ...others,
    ...(explanation.parts === undefined ? {} : { parts: partSums(explanation.parts, explanation, sum) }),
    target: { ...target, index: -1, label: text, score },
    attribution,
    words,
    supporting: words.filter((word) => word.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: words.filter((word) => word.attribution < 0).sort((a, b) => a.attribution - b.attribution),
    blocks: blocks.map((block) => ({ ...block, attentionEvidence: [] })),
  };
}

function partSums(
  parts: readonly PartAttribution[],
  { features }: TextExplanation,
  sum: (own: readonly number[]) => number,
): readonly PartAttribution[] {
  const places = parts.map(({ start, end }) => ({ start: start ?? -1, end: end ?? -1 }));
  const members = membersOf(places, features);
  const inside = new Set(members.flat());
  const others = [...features.keys()].filter((t) => !inside.has(t));
  return parts.map(({ spread: _spread, ...part }, p) => ({
    ...part,
    attribution: sum(part.start === null ? others : (members[p] as readonly number[])),
  }));
}
