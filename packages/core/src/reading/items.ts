/** @file What readers see as one thing: words, patches, features with names, special tokens; ranked, and told apart. */

import type { Explanation, ImageExplanation, TokenFeature, WrittenExplanation } from "../attribution/explanation.ts";

/** Whether the features are in a line, as words are; they are patches in a grid otherwise. */
export function isWritten(explanation: Explanation): explanation is WrittenExplanation {
  return explanation.layout !== "grid";
}

/** Something a reader sees as one thing: a word, a patch or a special token. */
export interface Item {
  /** Index among the words or patches, or among the special tokens. */
  readonly index: number;
  /** What to call it: a word with "(2)" after it where the same word comes a second time; "row 3, column 5". */
  readonly label: string;
  /** The label without the count of repetitions. */
  readonly name: string;
  /** Indices of its features. */
  readonly features: readonly number[];
  readonly attribution: number;
}

/** Rows and columns counted from 0, as in the data. */
export const patchLabel = (row: number, column: number): string => `row ${row}, column ${column}`;

/** The words of a text or the patches of an image, in reading order. */
export function itemsOf(explanation: Explanation): Item[] {
  return isWritten(explanation) ? wordItems(explanation) : patchItems(explanation);
}

function wordItems({ features, words }: WrittenExplanation): Item[] {
  const members: number[][] = words.map(() => []);
  features.forEach((feature, index) => {
    if (feature.word !== null) members[feature.word]?.push(index);
  });
  const occurrences = new Map<string, number>();
  return words.map(({ text, attribution }, index) => {
    const occurrence = (occurrences.get(text) ?? 0) + 1;
    occurrences.set(text, occurrence);
    const label = occurrence === 1 ? text : `${text} (${occurrence})`;
    return { index, label, name: text, features: members[index]!, attribution };
  });
}

function patchItems({ features, attribution }: ImageExplanation): Item[] {
  const items: Item[] = [];
  features.forEach((feature, index) => {
    if (feature.special) return;
    const label = patchLabel(feature.row, feature.column);
    items.push({ index: items.length, label, name: label, features: [index], attribution: attribution[index] ?? 0 });
  });
  return items;
}

/** The special tokens ([CLS], the class token): they take part in the computation but are no part of the input. */
export function specialsOf(explanation: Explanation): Item[] {
  const specials: Item[] = [];
  explanation.features.forEach((feature, index) => {
    if (!feature.special) return;
    const { text: label = "class token" } = feature as Partial<TokenFeature>;
    specials.push({
      index: specials.length,
      label,
      name: label,
      features: [index],
      attribution: explanation.attribution[index] ?? 0,
    });
  });
  return specials;
}

/** Items with the strongest attribution first; equal ones in reading order. */
export function byStrength(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution) || a.index - b.index);
}

/** Items that support the target, and items that oppose it, strongest first. */
export function rankedItems(items: readonly Item[]): { readonly supporting: Item[]; readonly opposing: Item[] } {
  const ranked = byStrength(items);
  return {
    supporting: ranked.filter((item) => item.attribution > 0),
    opposing: ranked.filter((item) => item.attribution < 0),
  };
}

/** Whether attributions support and oppose, in units of the score; otherwise they say what matters, in no unit. */
export const isSigned = ({ method }: { readonly method: Pick<Explanation["method"], "signed"> }): boolean =>
  method.signed !== false;
