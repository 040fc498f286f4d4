/** @file Check: the relevance of every block adds up to the difference of the score. */

import { DEFAULTS } from "../../attribution/option-words.ts";
import type { Check } from "../check.ts";
import { Differences } from "../differences.ts";
import { explainOnce } from "../explain-sample.ts";

export const completeness: Check = {
  name: "completeness",
  compares: "the sum of the relevance of every block with the difference of the score at the input and at the baseline",
  doubt: "the size of block relevance; more steps, or another baseline, may help",
  weight: 6,
  async run(context) {
    const differences = new Differences();
    const own = context.samples.find((sample) => sample.own);
    const samples = own === undefined ? [context.subject] : [context.subject, own];
    const tolerance = DEFAULTS.tolerance;
    for (const [i, sample] of samples.entries()) {
      const { blocks } = await explainOnce(context, sample, (done) => context.onProgress((i + done) / samples.length));
      for (const { index, completeness: error } of blocks) {
        if (error === null || error === undefined) continue;
        differences.add(`block ${index} of ${sample.name}`, error.relativeError, {
          most: tolerance,
          unit: "share of the score difference",
        });
      }
    }
    return {
      differences,
      sentence: `The relevance of every block of ${samples.length === 1 ? "an input" : "two inputs, one of them yours,"} adds up to the difference of the score`,
    };
  },
};
