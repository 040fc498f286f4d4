/** @file Whether the part of a prompt that holds the answer is ranked first: top-1 and NDCG (Jarvelin & Kekalainen 2002). */

import { type Metric, meanFigure } from "../metric.ts";

/** What a part at this rank (from 1) counts. */
const gain = (rank: number): number => 1 / Math.log2(rank + 1);

/**
 * Parts are ranked by their sums. Equal ones share their ranks: a method that says the same of all parts gets what chance
 * would.
 */
export const partRanking: Metric = {
  name: "part-ranking",
  summary:
    "share of prompts whose strongest part holds the answer (top-1), and NDCG of the parts that hold it, over sums of parts",
  figures: [meanFigure("part top-1", "higher"), meanFigure("part ndcg", "higher", 1)],
  needs: "parts",
  replaces: false,
  revision: 1,
  async measure({ parts }) {
    const relevant = parts?.filter((part) => part.relevant) ?? [];
    if (parts === undefined || relevant.length === 0) return undefined;
    const most = Math.max(...parts.map(({ attribution }) => attribution));
    const best = parts.filter(({ attribution }) => attribution === most);
    const top = best.filter((part) => part.relevant).length / best.length;
    const gained = relevant.reduce((sum, { attribution }) => {
      const above = parts.filter((other) => other.attribution > attribution).length;
      const equal = parts.filter((other) => other.attribution === attribution).length;
      const ranks = Array.from({ length: equal }, (_, i) => gain(above + i + 1));
      return sum + ranks.reduce((total, value) => total + value, 0) / equal;
    }, 0);
    const ideal = relevant.reduce((sum, _, i) => sum + gain(i + 1), 0);
    return [top, gained / ideal];
  },
};
