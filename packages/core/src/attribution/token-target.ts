/** @file Models that label every token: which token's label is explained. */

import { InvalidOptionError } from "../errors.ts";
import type { TokenFeature } from "../input/features.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { logitsRow } from "../program/score.ts";
import { indexText } from "./class-names.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { ExplainOptions } from "./options.ts";
import type { Part } from "./prepared-input.ts";
import { rankPredictions } from "./target.ts";

/** The token whose label is explained. */
export interface TokenTarget {
  /** Part that is responsible for the token. */
  readonly part: number;
  /** Index of the token in that part. */
  readonly position: number;
  /** Index into the features of the whole. */
  readonly index: number;
  readonly text: string;
}

interface Candidate extends TokenTarget {
  readonly label: number;
  /** How surely the token is labelled: the probability of its label, or a regression's number. */
  readonly value: number;
}

/**
 * The token that the options name; by default the one that is most surely labelled otherwise than most tokens are.
 *
 * Of a word in several tokens, the first one counts: token classifiers are trained so.
 *
 * @throws {InvalidOptionError} When the input has no such token or word, or several.
 */
export function chooseToken(
  model: ExplainableModel,
  parts: readonly Part[],
  forwards: readonly ForwardResult[],
  wanted: ExplainOptions["token"],
): TokenTarget {
  const candidates = parts.flatMap((part, p) => ownTokens(model, part, p, forwards[p] as ForwardResult));
  if (wanted !== undefined) return named(candidates, wanted);
  const usual = mostFrequent(candidates.map(({ label }) => label));
  const unusual = candidates.filter(({ label }) => label !== usual);
  const pool = unusual.length > 0 ? unusual : candidates;
  return pool.reduce((best, candidate) => (candidate.value > best.value ? candidate : best));
}

/** The tokens that a part is responsible for, each with the label that the model gives it. */
function ownTokens(model: ExplainableModel, part: Part, p: number, forward: ForwardResult): Candidate[] {
  const { features } = part.input;
  return features.flatMap((_, position): Candidate[] => {
    if (part.owned[position] !== 1) return [];
    const [best] = rankPredictions(model, logitsRow(forward.logits, position));
    return [
      {
        part: p,
        position,
        index: part.positions[position] as number,
        text: nameOf(features, position),
        label: best?.index ?? 0,
        value: best?.probability ?? best?.logit ?? 0,
      },
    ];
  });
}

/** The whole word for its first token, the token itself for the others; features that are no tokens have their number. */
function nameOf(features: readonly Partial<TokenFeature>[], position: number): string {
  const { word = null, text = indexText(position) } = features[position] as Partial<TokenFeature>;
  if (word === null || features[position - 1]?.word === word) return text;
  return features
    .filter((feature) => feature.word === word)
    .map((feature) => feature.text)
    .join("");
}

/** The token with an index (5, "#5", or "5" where no word is written so), or the only one with a text. */
function named(candidates: readonly Candidate[], wanted: number | string): Candidate {
  const numbered = typeof wanted === "number" ? wanted : numberIn(/^#(\d+)$/, wanted);
  const index = numbered ?? numberIn(/^(\d+)$/, String(wanted));
  const byText = numbered === undefined ? candidates.filter(({ text }) => text === wanted) : [];
  const byIndex = candidates.filter((candidate) => candidate.index === index);
  const found = [...new Set([...byText, ...byIndex])];
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) {
    throw notFound(numbered === undefined ? `the word "${wanted}"` : `token ${numbered}`, wanted, candidates);
  }
  const places = found.map((candidate) => `${candidate.index} "${candidate.text}"`).join(", ");
  throw new InvalidOptionError(
    `Cannot tell which token ${JSON.stringify(wanted)} means: the text has the tokens ${places}; give the index: ${found.map((each) => `"${indexText(each.index)}"`).join(" or ")}`,
    "token",
    wanted,
  );
}

const numberIn = (pattern: RegExp, text: string): number | undefined => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

function mostFrequent(labels: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}

function notFound(what: string, wanted: number | string, candidates: readonly Candidate[]): InvalidOptionError {
  const shown = candidates.slice(0, 20).map(({ index, text }) => `${index} "${text}"`);
  const more = candidates.length > 20 ? ` and ${candidates.length - 20} more` : "";
  return new InvalidOptionError(
    `Cannot explain the label of ${what}: the text has the tokens ${shown.join(", ")}${more}; give one of these indices or words`,
    "token",
    wanted,
  );
}
