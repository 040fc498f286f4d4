/** @file The map of ca-lig with its places exchanged: the random control for how values are distributed, whatever the input. */

import { withoutOptions } from "../../options/option.ts";
import { createRandom } from "../../util/random.ts";
import type { AttributionMethod } from "../method.ts";
import { CA_LIG_OPTIONS } from "../options.ts";
import { caLig } from "./ca-lig.ts";

/** The options that it takes. */
const OPTIONS = withoutOptions(CA_LIG_OPTIONS, ["heads"]);

/** The values of ca-lig, exchanged at random between the features that are part of the input; special features keep theirs. */
export const shuffled: AttributionMethod<typeof OPTIONS> = {
  name: "shuffled",
  summary: "values of ca-lig at random places: the random control for the distribution of values",
  signed: true,
  classSpecific: true,
  randomControl: true,
  options: OPTIONS,
  async run(context) {
    const { input, options } = context;
    const { attribution, blocks: _, layerWeighting: _weighting, ...result } = await caLig.run(context);
    const places = [...input.replaceable.keys()].filter((t) => input.replaceable[t] === 1);
    const sources = createRandom(`${options.seed} shuffled`).shuffle(places);
    const moved = [...attribution];
    places.forEach((t, i) => {
      moved[t] = attribution[sources[i] as number] as number;
    });
    return { ...result, attribution: moved, blocks: [] };
  },
};
