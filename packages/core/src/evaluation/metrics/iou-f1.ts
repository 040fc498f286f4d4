/** @file IOU-F1 (DeYoung et al. 2020, ERASER): spans of the top features against the spans that people marked. */

import type { Metric } from "../metric.ts";
import { hardRationale } from "./token-f1.ts";

/** Intersection over union from which a predicted span counts as found. */
const FOUND = 0.5;

const harmonicMean = (a: number, b: number): number => (a + b === 0 ? 0 : (2 * a * b) / (a + b));

export const iouF1: Metric = {
  name: "iou-f1",
  summary:
    "F1 of the spans of top features that meet a marked span with an intersection over union of at least 0.5: of mean precision and mean recall (macro), and pooled (micro) (DeYoung et al. 2020)",
  figures: [
    {
      name: "iou-f1-macro",
      better: "higher",
      // F1 of the means, not the mean of F1: as ERASER does.
      of: ([precision, recall]) => harmonicMean(precision as number, recall as number),
    },
    {
      name: "iou-f1-micro",
      better: "higher",
      of: ([, , found, predicted, gold]) =>
        harmonicMean((found as number) / (predicted as number), (found as number) / (gold as number)),
    },
  ],
  needs: "spans",
  replaces: false,
  revision: 1,
  async measure(subject) {
    const { rationale } = subject;
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const top = new Set(hardRationale(subject));
    const predicted = runs(rationale.map((_, feature) => top.has(feature)));
    const gold = runs(rationale.map((mark) => mark === 1));
    const found = predicted.filter(
      (span) => Math.max(...gold.map((other) => overlapRatio(span, other))) >= FOUND,
    ).length;
    return [found / predicted.length, found / gold.length, found, predicted.length, gold.length];
  },
};

/** A run of features, end exclusive. */
type Run = readonly [start: number, end: number];

function runs(marked: readonly boolean[]): Run[] {
  const found: [number, number][] = [];
  marked.forEach((mark, feature) => {
    if (!mark) return;
    const last = found.at(-1);
    if (last !== undefined && last[1] === feature) last[1] = feature + 1;
    else found.push([feature, feature + 1]);
  });
  return found;
}

function overlapRatio([a, b]: Run, [c, d]: Run): number {
  const intersection = Math.max(0, Math.min(b, d) - Math.max(a, c));
  return intersection / (b - a + (d - c) - intersection);
}
