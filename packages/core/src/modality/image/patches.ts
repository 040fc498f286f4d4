/** @file Patches of pixel tensors: copied, and variants of a picture in which other pixels stand at the places of removed ones. */

import type { PreparedWhole, ReplacementContext } from "../../attribution/explainable-model.ts";
import type { Kept, Variants } from "../../attribution/perturbable.ts";
import { onlyPart } from "../../attribution/prepared-input.ts";
import { toPixelTensor } from "../../input/image/process-image.ts";
import type { RgbImage } from "../../input/image/rgb-image.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import type { PatchGrid } from "../../transformer/anatomy.ts";
import { imageFeeds, onlyImage, type PreparedImage, patchesOf } from "./prepare.ts";

/**
 * Removed patches of a picture show those of another picture at the same places.
 *
 * @param instead - The other picture, of the size that the model reads, before it is normalised.
 */
export function patchesInstead(
  { model, whole, features }: Pick<ReplacementContext<PreparedWhole<PreparedImage>>, "model" | "whole" | "features">,
  instead: RgbImage,
): Variants {
  const prepared = onlyImage(whole);
  const grid = patchesOf(model);
  const own = toPixelTensor(prepared.fitted.image, prepared.processor);
  const other = toPixelTensor(instead, prepared.processor);
  const feeds = (variants: readonly Kept[]) => imageFeeds(model, mixed(own, other, grid, variants));
  return {
    positions: prepared.features.length,
    parts: [{ share: 1, logits: (variants) => model.programs.logits(feeds(variants)) }],
    removed(removed) {
      const kept = new Uint8Array(features.length).fill(1);
      for (const feature of removed) kept[feature] = 0;
      return [onlyPart({ ...prepared, feeds: feeds([kept]) })];
    },
  };
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

/** Copies patch `from` of a picture over patch `to` of the picture that begins at `start` of `target`. */
export function copyPatch(
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
