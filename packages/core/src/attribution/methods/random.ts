/** @file Random numbers as a method: the random control, which every other one has to beat. */

import { createRandom } from "../../util/random.ts";
import type { AttributionMethod } from "../method.ts";

/** Independent and uniform in [-1, 1) for every feature that is part of the input, 0 for special features. */
export const random: AttributionMethod = {
  name: "random",
  summary: "seeded random numbers: the random control of comparisons",
  signed: true,
  classSpecific: false,
  randomControl: true,
  async run({ input, options }) {
    const numbers = createRandom(`${options.seed} random`);
    return {
      attribution: Array.from(input.replaceable, (replaceable) => (replaceable === 1 ? 2 * numbers.next() - 1 : 0)),
      blocks: [],
      completeness: null,
      options: {},
      modelEvaluations: 0,
      warnings: [],
    };
  },
};
