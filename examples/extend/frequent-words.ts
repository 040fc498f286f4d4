/**
 * @file Removed words become the most frequent words of other inputs: ordinary text that says little. A replacement from
 * outside.
 *
 * calig evaluate --dataset reviews.csv --plugin examples/extend/frequent-words.ts --replacement mask,frequent-words
 */

import { defineReplacement, tokensInstead, type WholeText } from "calig/extend";

/** Other texts that are counted, at most. */
const TEXTS = 100;

/** @param rank - 1 for the most frequent token of the other texts, 2 for the second. */
export const frequentWords = ({ rank = 1 }: { readonly rank?: number } = {}) =>
  defineReplacement<WholeText>({
    name: "frequent-words",
    kind: "text",
    becomes: rank === 1 ? "the most frequent token of other inputs" : `token ${rank} by frequency of other inputs`,
    fromOthers: true,
    settings: { rank },
    async open(context) {
      const counts = new Map<number, number>();
      let texts = 0;
      for await (const { whole } of context.others()) {
        whole.features.forEach(({ special }, position) => {
          const id = whole.ids[position] as number;
          if (!special) counts.set(id, (counts.get(id) ?? 0) + 1);
        });
        if (++texts >= TEXTS) break;
      }
      const byCount = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
      const [id] = byCount[Math.min(rank, byCount.length) - 1] ?? [];
      // Every position has a stand-in; those of words that are kept are not used.
      return tokensInstead(
        context,
        context.whole.whole.ids.map((own) => id ?? own),
      );
    },
  });

export default frequentWords();
