/** @file `pretrained_cfg` of timm: what its evaluation transforms do to a picture (timm.data.transforms_factory, torchvision). */

import { isNumber, isSize, type JsonFields } from "../../checkpoint/json-fields.ts";
import { CheckpointError, quote } from "../../errors.ts";
import type { ImageProcessor, PerChannel, ResizeTarget } from "./image-processor.ts";
import { filterNamed, type ResizeFilter } from "./resize-filters.ts";

const IMAGENET_MEAN: PerChannel = [0.485, 0.456, 0.406];
const IMAGENET_STD: PerChannel = [0.229, 0.224, 0.225];

/**
 * Reads `pretrained_cfg`.
 *
 * @throws {CheckpointError} When a value is of another kind, or asks for what calig does not do.
 */
export function parseTimmProcessor(fields: JsonFields): ImageProcessor {
  const isInput = (value: unknown): value is readonly [3, number, number] =>
    Array.isArray(value) && value.length === 3 && value[0] === 3 && value.every((side) => isSize(side) && side >= 1);
  const [, height, width] = fields.read("input_size", [3, 224, 224] as const, "[3, height, width]", isInput);
  const isShare = (value: unknown): value is number => isNumber(value) && value > 0;
  const share = fields.read("crop_pct", 0.875, "a number above 0", isShare);
  const mode = fields.string("crop_mode", "center");
  const isFilter = (value: unknown): value is string => typeof value === "string" && filterNamed(value) !== undefined;
  const filter = fields.read("interpolation", "bicubic", "the name of a filter, such as bicubic or bilinear", isFilter);
  const isColour = (value: unknown): value is PerChannel =>
    Array.isArray(value) && value.length === 3 && value.every(isNumber);
  const isDeviation = (value: unknown): value is PerChannel => isColour(value) && value.every((one) => one !== 0);
  const target = { width: Math.floor(width / share), height: Math.floor(height / share) };
  return {
    resize: { to: resizeTo(), filter: filterNamed(filter) as ResizeFilter },
    crop: { width, height },
    cropRounding: "even",
    rescale: 1 / 255,
    normalise: {
      mean: fields.read("mean", IMAGENET_MEAN, "three numbers", isColour),
      std: fields.read("std", IMAGENET_STD, "three numbers other than 0", isDeviation),
    },
  };

  function resizeTo(): ResizeTarget {
    if (mode === "squash") return target;
    if (mode === "center") {
      return target.width === target.height ? { shortestEdge: target.width } : { cover: target };
    }
    throw new CheckpointError(
      `Cannot use "${fields.file}": "pretrained_cfg.crop_mode" is ${quote(mode)}, wanted "center" or "squash"; calig cannot prepare pictures for this model`,
      fields.file,
    );
  }
}
