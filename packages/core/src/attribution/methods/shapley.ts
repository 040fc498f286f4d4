/** @file Shapley values of words or patches (Shapley 1953), by sampled orders. */

import { samplingMethod } from "../game/sampling-method.ts";
import { shapleyValues } from "../game/shapley.ts";

/** What each word or patch adds to those before it, in the mean over all orders: exact where the evaluations suffice. */
export const shapley = samplingMethod({
  name: "shapley",
  title: "Shapley values",
  summary: "mean gain of the score by a word or patch over random orders (Shapley 1953; Castro et al. 2009)",
  complete: true,
  values: shapleyValues,
});
