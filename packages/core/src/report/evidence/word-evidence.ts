/** @file Words over many texts: how often and how strongly each supports or opposes a class. */

import type { Explanation } from "../../attribution/explanation.ts";
import { itemsOf } from "../../render/evidence.ts";
import { blockIndices, contributions, sharesOf } from "./block-evidence.ts";
import type { WordEvidence } from "./evidence-report.ts";

/** A word while its occurrences are gathered. */
interface Gathered {
  count: number;
  positive: number;
  sum: number;
  /** Magnitude that each block adds. */
  readonly blocks: number[];
  /** Sum in each entry. */
  readonly entries: Map<number, number>;
}

/** Words that differ only in the case of letters, or in how accents are stored, are one. */
const wordKey = (text: string): string => text.normalize("NFC").toLowerCase();

/**
 * The evidence of every word, strongest first by the magnitude of its sum.
 *
 * @param explanations - Of texts, for one class by one method.
 * @param entries - Their places in the report.
 */
export function wordEvidence(explanations: readonly Explanation[], entries: readonly number[]): WordEvidence[] {
  const indices = blockIndices(explanations);
  const words = new Map<string, Gathered>();
  explanations.forEach((explanation, e) => {
    for (const item of itemsOf(explanation)) {
      const key = wordKey(item.name);
      let word = words.get(key);
      if (word === undefined) {
        word = { count: 0, positive: 0, sum: 0, blocks: indices.map(() => 0), entries: new Map() };
        words.set(key, word);
      }
      const entry = entries[e]!;
      word.count++;
      if (item.attribution > 0) word.positive++;
      word.sum += item.attribution;
      word.entries.set(entry, (word.entries.get(entry) ?? 0) + item.attribution);
      const added = contributions(explanation, item);
      for (const [i, index] of indices.entries()) word.blocks[i]! += Math.abs(added.get(index) ?? 0);
    }
  });
  return [...words]
    .map(([word, { count, positive, sum, blocks, entries: held }]) => ({
      word,
      count,
      positive,
      inputs: held.size,
      sum,
      mean: sum / count,
      blocks: sharesOf(blocks),
      example: strongest(held, sum < 0 ? -1 : 1),
    }))
    .sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum) || (a.word < b.word ? -1 : 1));
}

/** The entry with the largest sum in a direction; the first of equals. */
function strongest(held: ReadonlyMap<number, number>, sign: 1 | -1): number {
  const [[first]] = [...held].sort(([a, x], [b, y]) => sign * (y - x) || a - b) as [[number, number]];
  return first;
}
