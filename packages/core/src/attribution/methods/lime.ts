/** @file LIME over words or patches (Ribeiro, Singh & Guestrin 2016), as the lime package makes it. */

import { lime as coefficients } from "../game/lime.ts";
import { samplingMethod } from "../game/sampling-method.ts";

/** Coefficients of a linear function that is fitted near the input. They sum to nothing in particular. */
export const lime = samplingMethod({
  name: "lime",
  title: "LIME",
  summary: "coefficients of a ridge regression on inputs with words or patches replaced (Ribeiro et al. 2016)",
  values: (game, budget) => coefficients(game, { ...budget, draw: game.grid === undefined ? "sizes" : "each" }),
});
