/** @file Shapes of normalisations: that of the input, and statistics with 1 on the normalised axes. */

import { axisIn, rulesFor, type ShapeContext, type ShapeRule, type ShapeRules, sameAsFirst } from "../shape-rule.ts";

/** Axes from `axis` on are normalised. Statistics are float32 (stash_type 1) whatever the input is. */
function statistics(c: ShapeContext) {
  const shape = c.shape(0);
  const first = shape === undefined ? 0 : axisIn(c.int("axis", -1), shape.length);
  return { dtype: "float32", shape: shape?.map((size, axis) => (axis < first ? size : 1)) } as const;
}

/** Y, Mean, InvStdDev. */
const layerNormalization: ShapeRule = (c) => [...sameAsFirst(c), statistics(c), statistics(c)];

/** Y, InvStdDev. */
const rmsNormalization: ShapeRule = (c) => [...sameAsFirst(c), statistics(c)];

/** Y, Mean, InvStdDev and the sum that is normalised. */
const skipLayerNormalization: ShapeRule = (c) => [...layerNormalization(c), ...sameAsFirst(c)];

/** Y, and in training the running mean and variance. */
const batchNormalization: ShapeRule = (c) => [
  ...sameAsFirst(c),
  { dtype: c.dtype(3), shape: c.shape(3) },
  { dtype: c.dtype(4), shape: c.shape(4) },
];

export const normalizationShapes: ShapeRules = {
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  RMSNormalization: rmsNormalization,
  ...rulesFor("SkipLayerNormalization SkipSimplifiedLayerNormalization", skipLayerNormalization),
  BatchNormalization: batchNormalization,
  ...rulesFor("InstanceNormalization GroupNormalization LpNormalization MeanVarianceNormalization LRN", sameAsFirst),
};
