/** @file Random numbers as a method: the floor that every other one has to beat. */

import { createRandom } from "../../util/random.ts";
import type { AttributionMethod } from "../method.ts";
import { DEFAULTS } from "../options.ts";

/** Independent and uniform in [-1, 1) for every unit that is part of the input, 0 for special units. */
export const random: AttributionMethod = {
  name: "random",
  summary: "seeded random numbers: the floor of comparisons",
  signed: true,
  classSpecific: false,
  randomControl: true,
  async run({ input, options }) {
    const numbers = createRandom(`${options.seed ?? DEFAULTS.seed} random`);
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
