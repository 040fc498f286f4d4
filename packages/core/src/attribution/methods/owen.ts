/** @file Owen values over halves of halves of a text or picture (Owen 1977; the Partition explainer of shap). */

import { owenValues } from "../game/owen.ts";
import { halved, halvedGrid } from "../game/partition.ts";
import { samplingMethod } from "../game/sampling-method.ts";

/** Shapley values that divide the input in two, and each part again: neighbours stay together. */
export const owen = samplingMethod({
  name: "owen",
  title: "Owen values",
  summary: "Shapley values over a binary tree of words or patches (Owen 1977; Partition explainer of shap)",
  complete: true,
  values: (game, { evaluations }) => {
    const { grid, features } = game;
    const tree = grid === undefined ? halved([...features.keys()]) : halvedGrid(grid.rows, grid.columns);
    return owenValues(game, { tree, evaluations });
  },
});
