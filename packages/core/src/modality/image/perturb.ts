/** @file A picture ready to be perturbed: patches that show a blurred, plain or noisy picture instead. */

import type { ExplainableModel, PreparedWhole } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature, Kept, Perturbable, PerturbOptions } from "../../attribution/perturbable.ts";
import { onlyPart } from "../../attribution/prepared-input.ts";
import { keyword } from "../../errors.ts";
import { patchRectangle } from "../../input/image/pixel-map.ts";
import { toPixelTensor } from "../../input/image/process-image.ts";
import { IMAGE_REPLACEMENTS, substituteImage } from "../../input/image/replacement.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import type { PatchGrid } from "../../transformer/anatomy.ts";
import { describeImage, imageFeeds, onlyImage, type PreparedImage, patchesOf } from "./prepare.ts";

export function perturbImage(
  model: ExplainableModel,
  whole: PreparedWhole<PreparedImage>,
  { replacement: name, seed }: PerturbOptions,
): Perturbable {
  const prepared = onlyImage(whole);
  const grid = patchesOf(model);
  const features = patchFeatures(prepared, grid);
  const own = toPixelTensor(prepared.fitted.image, prepared.processor);
  const replacement = keyword("replacement", name, IMAGE_REPLACEMENTS);
  const other = toPixelTensor(
    substituteImage(prepared.fitted.image, replacement, { processor: prepared.processor, seed }),
    prepared.processor,
  );
  const withPixels = (pixels: FloatTensor) => [onlyPart({ ...prepared, feeds: imageFeeds(model, pixels) })];
  return {
    parts: whole.parts,
    positionCount: prepared.features.length,
    warnings: prepared.warnings,
    features,
    replacement: {
      name: replacement,
      featureCount: features.length,
      positions: prepared.features.length,
      parts: [{ share: 1, feeds: (variants) => imageFeeds(model, mixed(own, other, grid, variants)) }],
    },
    shown: {
      input: describeImage(model, prepared),
      features: prepared.features.flatMap(({ row, column, special }) => (special ? [] : [{ row, column }])),
    },
    permuted: (others) => withPixels(permuted(own, grid, others)),
    removed: (removed) => withPixels(mixed(own, other, grid, [everythingBut(features.length, removed)])),
  };
}

/** Everything kept except `removed`. */
function everythingBut(count: number, removed: readonly number[]): Kept {
  const kept = new Uint8Array(count).fill(1);
  for (const feature of removed) kept[feature] = 0;
  return kept;
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

/** Kept patches of `own`, the others of `other`: [variants, channels, height, width]. */
function mixed(own: FloatTensor, other: FloatTensor, grid: PatchGrid, variants: readonly Kept[]): FloatTensor {
  const [, ...shape] = own.shape;
  const pixels = new Float32Array(own.data.length * variants.length);
  variants.forEach((kept, row) => {
    const start = row * own.data.length;
    pixels.set(own.data, start);
    kept.forEach((one, patch) => {
      if (one === 0) copyPatch(other, patch, pixels, start, patch, own.shape, grid);
    });
  });
  return floatTensor(pixels, [variants.length, ...shape]);
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

/** Copies patch `from` of a picture over patch `to` of the picture that begins at `start` of `target`. */
function copyPatch(
  source: FloatTensor,
  from: number,
  target: Float32Array,
  start: number,
  to: number,
  shape: readonly number[],
  { columns, patch }: PatchGrid,
): void {
  const [, channels = 0, height = 0, width = 0] = shape;
  const corner = (index: number) => Math.floor(index / columns) * patch * width + (index % columns) * patch;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < patch; y++) {
      const line = c * height * width + y * width;
      const piece = source.data.subarray(line + corner(from), line + corner(from) + patch);
      target.set(piece, start + line + corner(to));
    }
  }
}
