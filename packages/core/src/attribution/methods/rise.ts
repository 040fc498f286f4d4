/** @file RISE (Petsiuk, Das & Saenko 2018): random masks of cells. */

import { rise as means } from "../game/rise.ts";
import { samplingMethod } from "../game/sampling-method.ts";

/** The mean score where a patch or word is seen, less the mean of all masks. */
export const rise = samplingMethod({
  name: "rise",
  title: "RISE",
  summary: "mean score of random masks that show a patch or word, less that of all masks (Petsiuk et al. 2018)",
  values: means,
});
