/**
 * @file preprocessor_config.json: what is done to a picture before a model sees it. Follows the classes
 * ViTImageProcessor, DeiTImageProcessor, BeitImageProcessor and BitImageProcessor of transformers, and the feature
 * extractors they replaced.
 */

import { isNumber, isRecord, isSize, type JsonFields, parseFields } from "../../checkpoint/json-fields.ts";
import { CheckpointError, quote } from "../../errors.ts";
import { RESIZE_FILTERS, type ResizeFilter } from "./resize-filters.ts";
import type { Size } from "./rgb-image.ts";

/** One number for each of red, green, blue. */
export type PerChannel = readonly [red: number, green: number, blue: number];

/** A size to resize to: exact, or given by the shorter side with the proportions kept. */
export type ResizeTarget = Size | { readonly shortestEdge: number };

/** Steps in their order; what is undefined is not done. */
export interface ImageProcessor {
  readonly resize: { readonly to: ResizeTarget; readonly filter: ResizeFilter } | undefined;
  /** The middle part that is cut out. */
  readonly crop: Size | undefined;
  /** What bytes are multiplied by. */
  readonly rescale: number | undefined;
  /** (value - mean) / std for each channel. */
  readonly normalise: { readonly mean: PerChannel; readonly std: PerChannel } | undefined;
}

const IMAGENET_STANDARD: PerChannel = [0.5, 0.5, 0.5];
const CLIP_MEAN: PerChannel = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD: PerChannel = [0.26862954, 0.26130258, 0.27577711];

/** What the classes of transformers do where a file leaves a key away. */
interface ProcessorDefaults {
  readonly size: ResizeTarget;
  readonly filter: ResizeFilter;
  /** Whether a crop is made where `do_center_crop` is not stated. */
  readonly crops: boolean;
  /** What a `size` of one number means: a square, or the shortest edge. */
  readonly square: boolean;
  readonly mean: PerChannel;
  readonly std: PerChannel;
}

const VIT: ProcessorDefaults = {
  size: { width: 224, height: 224 },
  filter: "bilinear",
  crops: false,
  square: true,
  mean: IMAGENET_STANDARD,
  std: IMAGENET_STANDARD,
};

/** By the name of the class, without "ImageProcessor", "FeatureExtractor", "Fast". */
const PROCESSORS: Readonly<Record<string, ProcessorDefaults>> = {
  ViT: VIT,
  DeiT: { ...VIT, size: { width: 256, height: 256 }, filter: "bicubic", crops: true },
  Beit: { ...VIT, filter: "bicubic" },
  Bit: {
    size: { shortestEdge: 224 },
    filter: "bicubic",
    crops: true,
    square: false,
    mean: CLIP_MEAN,
    std: CLIP_STD,
  },
};

/**
 * Reads preprocessor_config.json.
 *
 * @throws {CheckpointError} When it is no JSON object, names a class that calig does not know, or has a value of another kind.
 */
export function parseImageProcessor(json: string, file: string): ImageProcessor {
  const fields = parseFields(json, file);
  const defaults = defaultsOf(fields);
  const crop = fields.boolean("do_center_crop", defaults.crops)
    ? exactSize(fields, "crop_size", { width: 224, height: 224 })
    : undefined;
  return {
    resize: fields.boolean("do_resize", true)
      ? { to: resizeTarget(fields, defaults), filter: filterOf(fields, defaults) }
      : undefined,
    crop,
    rescale: fields.boolean("do_rescale", true) ? fields.number("rescale_factor", 1 / 255) : undefined,
    normalise: fields.boolean("do_normalize", true)
      ? { mean: perChannel(fields, "image_mean", defaults.mean), std: perChannel(fields, "image_std", defaults.std) }
      : undefined,
  };
}

function defaultsOf(fields: JsonFields): ProcessorDefaults {
  const name = fields.string("image_processor_type", fields.string("feature_extractor_type", "ViTImageProcessor"));
  const found = PROCESSORS[name.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, "")];
  if (found !== undefined) return found;
  const known = Object.keys(PROCESSORS).map((key) => quote(`${key}ImageProcessor`));
  throw new CheckpointError(
    `Cannot use "${fields.file}": "image_processor_type" is ${quote(name)}, wanted one of ${known.join(", ")}; calig cannot prepare pictures for this model`,
    fields.file,
  );
}

function resizeTarget(fields: JsonFields, defaults: ProcessorDefaults): ResizeTarget {
  const value = fields.raw("size");
  if (value === undefined) return defaults.size;
  const shortest = isRecord(value) ? value.shortest_edge : undefined;
  if (isSide(shortest) && (value as { longest_edge?: unknown }).longest_edge == null) return { shortestEdge: shortest };
  if (isSide(value) && !defaults.square) return { shortestEdge: value };
  return exactSize(fields, "size");
}

/** A size given as one number, [height, width], or { height, width }. */
function exactSize(fields: JsonFields, key: string, fallback?: Size): Size {
  const wanted = 'a whole number of at least 1, or an object with such numbers as "height" and "width"';
  const value = fields.read<unknown>(key, fallback, wanted, (given): given is unknown => toSize(given) !== undefined);
  return toSize(value) as Size;
}

function toSize(value: unknown): Size | undefined {
  if (isSide(value)) return { width: value, height: value };
  const [height, width] = Array.isArray(value) ? value : isRecord(value) ? [value.height, value.width] : [];
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

function filterOf(fields: JsonFields, defaults: ProcessorDefaults): ResizeFilter {
  const names = RESIZE_FILTERS.map((name, number) => `${number} (${name})`).join(", ");
  const isFilter = (value: unknown): value is number => isSize(value) && value < RESIZE_FILTERS.length;
  const fallback = RESIZE_FILTERS.indexOf(defaults.filter);
  return RESIZE_FILTERS[fields.read("resample", fallback, `one of ${names}`, isFilter)] as ResizeFilter;
}

function perChannel(fields: JsonFields, key: string, fallback: PerChannel): PerChannel {
  const isOne = (value: unknown) => isNumber(value) && (key !== "image_std" || value !== 0);
  const fits = (value: unknown): value is number | PerChannel =>
    Array.isArray(value) ? value.length === 3 && value.every(isOne) : isOne(value);
  const zero = key === "image_std" ? " other than 0" : "";
  const value = fields.read(key, fallback, `a number${zero}, or three of them for red, green and blue`, fits);
  return typeof value === "number" ? [value, value, value] : value;
}

const isSide = (value: unknown): value is number => isSize(value) && value >= 1;
