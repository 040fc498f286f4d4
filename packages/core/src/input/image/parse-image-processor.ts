/** @file preprocessor_config.json: the image processors of transformers, and the feature extractors they replaced. */

import { isNumber, isRecord, isSize, type JsonFields, parseFields } from "../../checkpoint/json-fields.ts";
import { CheckpointError, quote } from "../../errors.ts";
import { own } from "../../util/own.ts";
import type { ImageProcessor, PerChannel, ResizeTarget } from "./image-processor.ts";
import { CLASS_OF_MODEL, PROCESSOR_CLASSES, type ProcessorClass } from "./processor-classes.ts";
import { filterNamed, RESIZE_FILTERS, type ResizeFilter } from "./resize-filters.ts";
import type { Size } from "./rgb-image.ts";

/** Switches that calig follows, or that change nothing: pictures are RGB already, labels are not read. */
const KNOWN_SWITCHES = new Set([
  ...["do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_flip_channel_order"],
  ...["do_convert_rgb", "do_reduce_labels"],
]);

/** Reads a preprocessor_config.json that names its class. @throws {CheckpointError} As `imageProcessorOf`. */
export const parseImageProcessor = (json: string, file: string): ImageProcessor =>
  imageProcessorOf(parseFields(json, file));

/**
 * Reads the settings of an image processor.
 *
 * @param modelType - `model_type` of config.json: says which class it is where the file does not.
 * @throws {CheckpointError} When it names a class or a step that calig does not know, has a value of another kind, or
 * leaves away what versions of transformers take differently.
 */
export function imageProcessorOf(fields: JsonFields, modelType?: string): ImageProcessor {
  const { name, kind } = classOf(fields, modelType);
  checkSwitches(fields);
  for (const key of kind.unsettled ?? []) {
    if (fields.has(key)) continue;
    throw new CheckpointError(
      `Cannot use "${fields.file}": "${key}" is missing, and versions of transformers differ in what ${name}ImageProcessor takes for it; state it`,
      fields.file,
    );
  }
  const resize = fields.boolean("do_resize", true)
    ? { to: resizeTarget(fields, kind), filter: filterOf(fields, kind) }
    : undefined;
  const crop = fields.boolean("do_center_crop", kind.crops)
    ? exactSize(fields, "crop_size", { width: kind.cropSide, height: kind.cropSide })
    : undefined;
  const processor: ImageProcessor = {
    resize,
    crop,
    rescale: fields.boolean("do_rescale", true) ? fields.number("rescale_factor", 1 / 255) : undefined,
    normalise: normalisation(fields, kind),
    ...(kind.flips === true && fields.boolean("do_flip_channel_order", true) ? { channels: "bgr" as const } : {}),
  };
  if (kind.offsets === true) return { ...processor, ...offsets(fields, kind, processor) };
  return kind.sizing === undefined ? processor : sized(processor, fields, kind);
}

function classOf(fields: JsonFields, modelType?: string): { readonly name: string; readonly kind: ProcessorClass } {
  const stated = fields.string("image_processor_type", fields.string("feature_extractor_type", ""));
  const name =
    stated === ""
      ? (own(CLASS_OF_MODEL, modelType ?? "") ?? "")
      : stated.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, "");
  const kind = Object.hasOwn(PROCESSOR_CLASSES, name) ? PROCESSOR_CLASSES[name] : undefined;
  if (kind !== undefined) return { name, kind };
  const found =
    stated === ""
      ? `missing${modelType === undefined ? "" : `, and none is known for model_type ${quote(modelType)}`}`
      : quote(stated);
  const known = Object.keys(PROCESSOR_CLASSES).map((key) => quote(`${key}ImageProcessor`));
  throw new CheckpointError(
    `Cannot use "${fields.file}": "image_processor_type" is ${found}, wanted one of ${known.join(", ")}; calig cannot prepare pictures for this model`,
    fields.file,
  );
}

/** @throws {CheckpointError} When a step is switched on that would be left out in silence. */
function checkSwitches(fields: JsonFields): void {
  for (const key of fields.keys()) {
    if (!key.startsWith("do_") || KNOWN_SWITCHES.has(key)) continue;
    const value = fields.raw(key);
    if (value === undefined || value === false) continue;
    throw new CheckpointError(
      `Cannot use "${fields.file}": "${key}" is ${quote(value)}, a step that calig does not do; it cannot prepare pictures for this model`,
      fields.file,
    );
  }
}

function resizeTarget(fields: JsonFields, { size, square }: ProcessorClass): ResizeTarget {
  const value = fields.raw("size");
  if (value === undefined) return size;
  const given = isRecord(value) ? Object.keys(value).filter((key) => value[key] != null) : [];
  const shortest = isRecord(value) ? value.shortest_edge : undefined;
  if (isSide(shortest) && given.length === 1) return { shortestEdge: shortest };
  if (isSide(value) && !square) return { shortestEdge: value };
  if (given.every((key) => key === "height" || key === "width")) return exactSize(fields, "size");
  throw new CheckpointError(
    `Cannot use "${fields.file}": "size" is ${quote(value)}, wanted a whole number of at least 1, or an object with such numbers as "height" and "width", or as "shortest_edge" alone; pictures of other sizes do not fit a grid of patches`,
    fields.file,
  );
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

/** The resizing of ConvNext, LeViT and PoolFormer, which reckon with the crop that follows. */
function sized(processor: ImageProcessor, fields: JsonFields, { sizing }: ProcessorClass): ImageProcessor {
  const { resize, crop } = processor;
  if (sizing === undefined || resize === undefined) return processor;
  const share = fields.read("crop_pct", sizing === "crop-share" ? 0.9 : 224 / 256, "a number above 0", isShare);
  const { to } = resize;
  const shortest = "shortestEdge" in to ? to.shortestEdge : undefined;
  const resizeTo = (target: ResizeTarget) => ({ ...processor, resize: { ...resize, to: target } });
  switch (sizing) {
    case "eighth-larger":
      return shortest === undefined ? processor : resizeTo({ shortestEdge: Math.trunc((256 / 224) * shortest) });
    case "crop-share":
      if (shortest !== undefined) return resizeTo({ shortestEdge: Math.trunc(shortest / share) });
      if (!("width" in to)) return processor;
      return to.width === to.height
        ? resizeTo({ shortestEdge: Math.trunc(to.height / share) })
        : resizeTo({ width: Math.trunc(to.width / share), height: Math.trunc(to.height / share) });
    case "crop-share-below-384": {
      if (shortest === undefined || crop !== undefined) {
        const [key, wanted] = crop === undefined ? ["size", '"shortest_edge"'] : ["do_center_crop", "false"];
        throw new CheckpointError(
          `Cannot use "${fields.file}": "${key}" is ${quote(fields.raw(key))}, wanted ${wanted}, as ConvNextImageProcessor does; check that the file belongs to this model`,
          fields.file,
        );
      }
      const whole = { width: shortest, height: shortest };
      if (shortest >= 384) return resizeTo(whole);
      return { ...resizeTo({ shortestEdge: Math.trunc(shortest / share) }), crop: whole };
    }
  }
}

/** EfficientNet: 1 is taken away where `rescale_offset` says so, and `include_top` divides by the deviation once more. */
function offsets(
  fields: JsonFields,
  { normalise }: ProcessorClass,
  { rescale }: ImageProcessor,
): Pick<ImageProcessor, "offset" | "divide"> {
  const std = perChannel(fields, "image_std", normalise?.std ?? [1, 1, 1]);
  return {
    ...(fields.boolean("rescale_offset", false) && rescale !== undefined ? { offset: 1 } : {}),
    ...(fields.boolean("include_top", true) ? { divide: std } : {}),
  };
}

function normalisation(fields: JsonFields, { normalise }: ProcessorClass): ImageProcessor["normalise"] {
  if (normalise === undefined || !fields.boolean("do_normalize", true)) return undefined;
  return {
    mean: perChannel(fields, "image_mean", normalise.mean),
    std: perChannel(fields, "image_std", normalise.std),
  };
}

function filterOf(fields: JsonFields, { filter }: ProcessorClass): ResizeFilter {
  const names = RESIZE_FILTERS.map((name, number) => `${number} (${name})`).join(", ");
  const isFilter = (value: unknown): value is number | string =>
    typeof value === "string" ? filterNamed(value) !== undefined : isSize(value) && value < RESIZE_FILTERS.length;
  const value = fields.read<number | string>("resample", filter, `one of ${names}, as number or name`, isFilter);
  return typeof value === "string" ? (filterNamed(value) as ResizeFilter) : (RESIZE_FILTERS[value] as ResizeFilter);
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
const isShare = (value: unknown): value is number => isNumber(value) && value > 0;
