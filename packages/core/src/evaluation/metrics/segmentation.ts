/**
 * @file The map as a segmentation (Chefer et al. 2021): features above the mean of the map are foreground. Of pictures the
 * features are patches, not pixels: the truth is what an outline covers of each.
 */

import { ranked } from "../features.ts";
import type { Metric } from "../metric.ts";

const [ACCURACY, BOTH, EITHER, NEITHER, NOT_BOTH, PRECISION] = [0, 1, 2, 3, 4, 5] as const;

/**
 * Numbers of one input: share of features segmented rightly; shares of foreground in both, in either, of background in
 * both, in either; average precision. Intersection over union is pooled over the inputs.
 */
export const segmentation: Metric = {
  name: "segmentation",
  summary:
    "features above the mean of the map against the rationale: accuracy, intersection over union of foreground and background (pooled, their mean), average precision of the map and its complement (Chefer et al. 2021, on features instead of pixels)",
  figures: [
    { name: "segmentation-accuracy", better: "higher", of: (means) => means[ACCURACY] as number },
    {
      name: "segmentation-miou",
      better: "higher",
      of: (means) => (ratio(means[BOTH], means[EITHER]) + ratio(means[NEITHER], means[NOT_BOTH])) / 2,
    },
    { name: "segmentation-ap", better: "higher", of: (means) => means[PRECISION] as number },
  ],
  needs: "rationale",
  replaces: false,
  revision: 1,
  async measure({ attribution, rationale }) {
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const count = attribution.length;
    const mean = attribution.reduce((sum, value) => sum + value, 0) / count;
    let [both, chosen, marked] = [0, 0, 0];
    attribution.forEach((value, feature) => {
      const mark = rationale[feature] as number;
      if (value > mean) chosen++;
      if (value > mean) both += mark;
      marked += mark;
    });
    const either = chosen + marked - both;
    const shares = [count - either + both, both, either, count - either, count - both].map(
      (features) => features / count,
    );
    return [...shares, averagePrecisionOfBoth(attribution, rationale)];
  },
};

/** Of nothing that is in nothing, all is. */
const ratio = (part: number | undefined, whole: number | undefined): number =>
  whole === 0 ? 1 : (part as number) / (whole as number);

/** Average precision of the map for the marked features and of its complement for the others, in one ranking. */
function averagePrecisionOfBoth(attribution: readonly number[], rationale: readonly number[]): number {
  const [low, high] = [Math.min(...attribution), Math.max(...attribution)];
  const map = attribution.map((value) => (high === low ? 0 : (value - low) / (high - low)));
  return averagePrecision(
    [...map.map((value) => 1 - value), ...map],
    [...rationale.map((mark) => 1 - mark), ...rationale],
  );
}

/** As `average_precision_score` of scikit-learn: precision at every different score, weighted by the recall it adds. */
function averagePrecision(scores: readonly number[], marks: readonly number[]): number {
  const order = ranked(scores);
  const positives = marks.reduce((sum, mark) => sum + mark, 0);
  let [hits, counted, area] = [0, 0, 0];
  order.forEach((feature, i) => {
    hits += marks[feature] as number;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[feature]) return;
    area += ((hits - counted) / positives) * (hits / (i + 1));
    counted = hits;
  });
  return area;
}
