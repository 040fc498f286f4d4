/** @file A picture ready to be perturbed: patches that can be removed and moved. */

import type { ExplainableModel, PreparedWhole } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature, Perturbable } from "../../attribution/perturbable.ts";
import { onlyPart } from "../../attribution/prepared-input.ts";
import { patchRectangle } from "../../input/image/pixel-map.ts";
import { toPixelTensor } from "../../input/image/process-image.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import type { PatchGrid } from "../../transformer/anatomy.ts";
import { copyPatch } from "./patches.ts";
import { describeImage, imageFeeds, onlyImage, type PreparedImage, patchesOf } from "./prepare.ts";

/** A picture with its patches as features. */
export function perturbImage(model: ExplainableModel, whole: PreparedWhole<PreparedImage>): Perturbable {
  const prepared = onlyImage(whole);
  const grid = patchesOf(model);
  const own = toPixelTensor(prepared.fitted.image, prepared.processor);
  return {
    parts: whole.parts,
    positionCount: prepared.features.length,
    warnings: prepared.warnings,
    features: patchFeatures(prepared, grid),
    shown: {
      input: describeImage(model, prepared),
      features: prepared.features.flatMap(({ row, column, special }) => (special ? [] : [{ row, column }])),
    },
    permuted: (others) => [onlyPart({ ...prepared, feeds: imageFeeds(model, permuted(own, grid, others)) })],
  };
}

/** One feature per patch, in the order of the grid. */
function patchFeatures({ features, fitted }: PreparedImage, { patch }: PatchGrid): readonly EvaluationFeature[] {
  const { width, height } = fitted.map.original;
  return features.flatMap(({ special, row, column }, position) => {
    if (special) return [];
    const shown = patchRectangle(fitted.map, patch, row, column);
    const area = {
      x: shown.x / width,
      y: shown.y / height,
      width: shown.width / width,
      height: shown.height / height,
    };
    return [{ positions: [position], start: 0, end: 0, area }];
  });
}

/** The patches of `others` at the sorted places that they have. */
function permuted(own: FloatTensor, grid: PatchGrid, others: readonly number[]): FloatTensor {
  const pixels = own.data.slice();
  const places = [...others].sort((a, b) => a - b);
  places.forEach((place, i) => {
    copyPatch(own, others[i] as number, pixels, 0, place, own.shape, grid);
  });
  return floatTensor(pixels, own.shape);
}
