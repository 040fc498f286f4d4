/** @file What speaks for and against, as far as it is worth a name: words told apart, or regions of a picture. */

import type { Explanation, ImageExplanation } from "../attribution/explanation.ts";
import { visible } from "../util/plain-text.ts";
import { type Item, itemsOf, rankedItems } from "./items.ts";
import { ninthsOf, REGIONS, type RegionName, type Side, sideOf } from "./regions.ts";
import { isUnlike, strengthBound, strengthLevel, strengthOf, totalReference, UNLIKE } from "./strength.ts";
import type { SummaryItem } from "./summary.ts";
import type { EvidenceOn, RegionPart, Words } from "./words/words.ts";

/** Most words that a sentence names. */
const NAMED = 3;
/** What is weaker than this, on the absolute scale, is not named. */
const WORTH_NAMING = 0.1;
/** And what is below this share of the strongest that is there. */
const WORTH_BESIDE = 0.2;
/** Share of the score of a whole input that makes a region strong. */
const OF_ALL = 0.5;

export type OnSide = (side: EvidenceOn["side"]) => Pick<EvidenceOn, "spread" | "share" | "level"> & {
  readonly items: readonly SummaryItem[];
};

/** What is named on each side. */
export const evidenceOn = (explanation: Explanation, words: Words): OnSide =>
  explanation.layout === "grid" ? regionsOn(explanation, words) : wordsOn(explanation, words);

const HAS_LETTER = /[\p{L}\p{N}\p{S}]/u;

function wordsOn(explanation: Explanation, words: Words): OnSide {
  const items = itemsOf(explanation);
  const names = namesOf(items, words);
  const { supporting, opposing } = rankedItems(items);
  const all = totalOf(items);
  const bound = strengthBound(explanation);
  const strongest = Math.max(0, ...items.map(({ attribution }) => Math.abs(attribution)));
  return (side) => {
    const ranked = side === "against" ? opposing : supporting;
    const worth = ranked.flatMap((item, place) => {
      const value = strengthOf(item.attribution, bound);
      if (value < WORTH_NAMING || Math.abs(item.attribution) < WORTH_BESIDE * strongest) return [];
      // A full stop is told where it is the strongest of its side.
      if (place > 0 && !HAS_LETTER.test(item.name)) return [];
      return [summaryItem(names[item.index]!, item.features, item.attribution, value, words)];
    });
    return { items: worth.slice(0, NAMED), spread: false, level: "faint", share: all > 0 ? totalOf(ranked) / all : 0 };
  };
}

const totalOf = (items: readonly Item[]): number =>
  items.reduce((sum, { attribution }) => sum + Math.abs(attribution), 0);

function summaryItem(
  name: string,
  features: readonly number[],
  attribution: number,
  strength: number,
  words: Words,
): SummaryItem {
  const level = strengthLevel(strength);
  return { name, features, attribution, strength, level, word: words.strengths[level] };
}

/** What sentences call the items: the second “is”, where a word occurs several times. */
export function namesOf(items: readonly Item[], words: Words): string[] {
  const counts = new Map<string, number>();
  for (const { name } of items) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return items.map(({ name }) => {
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    const quoted = words.quoted(visible(name));
    return counts.get(name) === 1 ? quoted : words.occurrence(quoted, index);
  });
}

/** A named region, before it has its words. */
interface Region {
  readonly name: RegionName;
  readonly ninths: readonly number[];
  readonly value: number;
}

function regionsOn(explanation: ImageExplanation, words: Words): OnSide {
  const { attribution, completeness } = explanation;
  const { support, oppose, patches, regionOf } = ninthsOf(explanation, attribution);
  const held = { for: support, against: oppose, matters: support.map((value, i) => value + oppose[i]!) };
  const total = held.matters.reduce((sum, value) => sum + value, 0);
  const sides = {
    for: sideOf(held.for, patches),
    against: sideOf(held.against, patches),
    matters: sideOf(held.matters, patches),
  };
  const difference = completeness === null ? 0 : Math.abs(completeness.scoreAtInput - completeness.scoreAtBaseline);
  const usual = Math.max(totalReference(explanation), difference) || total;
  const most = isUnlike(explanation) ? 1 / UNLIKE : 1;
  const regionStrength = (value: number) => most * strengthOf(value, OF_ALL * usual);
  return (side) => {
    const own = sides[side];
    const other = side === "matters" ? undefined : sides[side === "for" ? "against" : "for"];
    const sign = side === "against" ? -1 : 1;
    const membersOf = (ninths: readonly number[], of: number) =>
      explanation.features.flatMap((_, i) =>
        ninths.includes(regionOf[i] ?? -1) && (side === "matters" || Math.sign(attribution[i] ?? 0) === of) ? [i] : [],
      );
    const items = regionsOf(own, held[side]).map(({ name, ninths, value }) => {
      const features = membersOf(ninths, sign);
      const shared = other?.ninths.some((ninth) => ninths.includes(ninth)) === true;
      const part = shared ? partOf(explanation, features, membersOf(ninths, -sign)) : undefined;
      const region = words.regions[name];
      const named = part === undefined ? region : words.regionPart(region, part);
      return summaryItem(named, features, sign * value, regionStrength(value), words);
    });
    const worth = items.filter(({ strength }) => strength >= WORTH_NAMING);
    const isSpread = items.length === 0 && regionStrength(own.total) >= WORTH_NAMING;
    const level = strengthLevel(regionStrength(own.total));
    return { items: worth, spread: isSpread, level, share: total > 0 ? own.total / total : 0 };
  };
}

/** Three ninths in a row are one region. */
function regionsOf({ regions, ninths }: Side, held: readonly number[]): Region[] {
  const [row] = regions;
  if (row !== undefined && regions.length < ninths.length) {
    return [{ name: row, ninths, value: ninths.reduce((sum, ninth) => sum + held[ninth]!, 0) }];
  }
  return ninths.map((ninth) => ({ name: REGIONS[ninth]!, ninths: [ninth], value: held[ninth]! }));
}

/** Share of a patch by which the middles of two sides must lie apart to be told apart. */
const APART = 0.5;

/** Which part of a region a side is in, seen from the other side: by the middles of their evidence. */
function partOf(explanation: ImageExplanation, own: readonly number[], others: readonly number[]): RegionPart {
  const [x, y] = middleOf(explanation, own);
  const [otherX, otherY] = middleOf(explanation, others);
  const [across, down] = [x - otherX, y - otherY];
  if (!(Math.max(Math.abs(across), Math.abs(down)) >= APART)) return "spots";
  if (Math.abs(across) >= Math.abs(down)) return across < 0 ? "left" : "right";
  return down < 0 ? "upper" : "lower";
}

function middleOf({ features, attribution }: ImageExplanation, members: readonly number[]): [number, number] {
  let [x, y, weight] = [0, 0, 0];
  for (const i of members) {
    const { row, column } = features[i]!;
    const value = Math.abs(attribution[i] ?? 0);
    x += value * column;
    y += value * row;
    weight += value;
  }
  return [x / weight, y / weight];
}
