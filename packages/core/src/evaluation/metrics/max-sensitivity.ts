/** @file Max-sensitivity (Yeh et al. 2019): the largest relative change of an attribution under a small change of the input. */

import { type Metric, meanFigure } from "../metric.ts";

/** Changed inputs that are explained. */
const SAMPLES = 10;

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

export const maxSensitivity: Metric = {
  name: "max-sensitivity",
  summary:
    "largest relative change (L2) of the other features' attribution when one of up to 10 random features is replaced; words have no small noise, so this is not the number that Captum gives for images (after Yeh et al. 2019)",
  figures: [meanFigure("max-sensitivity", "lower")],
  expensive: true,
  revision: 1,
  async measure(subject) {
    const { attribution } = subject;
    if (attribution.length < 2) return undefined;
    const features = subject
      .random("max-sensitivity")
      .shuffle([...attribution.keys()])
      .slice(0, SAMPLES);
    let largest = 0;
    for (const feature of features) {
      const changed = await subject.explainChanged({ kind: "removed", features: [feature] });
      const others = (values: readonly number[]) => values.filter((_, index) => index !== feature);
      const length = norm(others(attribution));
      const change = norm(others(attribution).map((value, i) => value - (others(changed.attribution)[i] as number)));
      // As Captum: an attribution of nothing has a norm of one.
      largest = Math.max(largest, change / (length === 0 ? 1 : length));
    }
    return [largest];
  },
};
