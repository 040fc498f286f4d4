/** @file A picture as the input of a model: pixels, patches, and which positions a baseline may replace. */

import type { ExplainableModel, PreparedWhole } from "../../attribution/explainable-model.ts";
import type { ImageExplanation, Warning } from "../../attribution/explanation.ts";
import type { ImageInput } from "../../attribution/input.ts";
import type { PreparedInput } from "../../attribution/prepared-input.ts";
import { AnatomyError, InputError, InternalError } from "../../errors.ts";
import type { PatchFeature } from "../../input/features.ts";
import type { ImageProcessor } from "../../input/image/image-processor.ts";
import { seenRectangle } from "../../input/image/pixel-map.ts";
import { type FittedImage, fitImage, toPixelTensor } from "../../input/image/process-image.ts";
import type { ImageReading, RgbImage } from "../../input/image/rgb-image.ts";
import type { Feeds } from "../../runtime/runtime.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import { type PatchGrid, streamOf } from "../../transformer/anatomy.ts";

export interface PreparedImage extends PreparedInput {
  readonly features: readonly PatchFeature[];
  /** The picture as the model sees it, before it is normalised, and where on the original it lies. */
  readonly fitted: FittedImage;
  readonly processor: ImageProcessor;
  /** How the picture's file was read, where that was not as always. */
  readonly reading?: ImageReading;
}

/** Where the patches are. @throws {AnatomyError} When the model does not say. */
export function patchesOf(model: ExplainableModel): PatchGrid {
  const { patches } = streamOf(model.anatomy);
  if (patches !== undefined) return patches;
  throw new AnatomyError(
    `Cannot explain an image with model "${model.facts.id}": the grid of its patches was not found`,
  );
}

/**
 * Resizes, crops and normalises a picture for a model.
 *
 * @throws {InputError} When the model does not read images, or the picture becomes another size than the model reads.
 */
export function prepareImage(model: ExplainableModel, { image }: ImageInput): PreparedImage {
  const { imageProcessor: processor } = model;
  if (processor === undefined || streamOf(model.anatomy).inputs.pixels === undefined) {
    throw new InputError(`Cannot explain an image with model "${model.facts.id}": it has no image processor`);
  }
  const features = patchFeatures(patchesOf(model));
  const fitted = fitForModel(model, image, processor, "explain the image");
  return {
    feeds: imageFeeds(model, toPixelTensor(fitted.image, processor)),
    features,
    replaceable: Float32Array.from(features, ({ special }) => (special ? 0 : 1)),
    warnings: [...(image.warnings ?? []), ...coarseView(model, fitted)],
    fitted,
    processor,
    ...(image.reading === undefined ? {} : { reading: image.reading }),
  };
}

/** A model that sees no more than so many pixels along a side was not made for photographs. */
const SMALL_INPUT = 64;
/** How many times larger a picture is of which such a model sees too little. */
const COARSE = 2;
/** Most classes that a warning lists. */
const LISTED_CLASSES = 12;

/** A warning where a model for small pictures is given a large one: what it sees of it, and what it can answer at all. */
function coarseView({ labels }: ExplainableModel, { map }: FittedImage): readonly Warning[] {
  // Models that compare pictures with texts take everything for what they are asked.
  if (labels.length === 0) return [];
  const { original, input } = map;
  const smaller = Math.max(original.width / map.resized.width, original.height / map.resized.height);
  if (Math.max(input.width, input.height) > SMALL_INPUT || smaller < COARSE) return [];
  const classes = labels.length <= LISTED_CLASSES ? ` (${labels.join(", ")})` : "";
  const message = `The model sees this picture of ${original.width} x ${original.height} pixels as ${input.width} x ${input.height}, up to ${Math.round(smaller)} times smaller along a side. It knows ${labels.length} kinds of things only${classes}, and takes everything for one of them; for photographs name a model that was trained on photographs`;
  return [{ code: "coarse-view", message }];
}

/**
 * A picture as the model sees it, before it is normalised.
 *
 * @param action - What is to be done with it, in the words of the error.
 * @throws {InputError} When it becomes another size than the model reads.
 */
export function fitForModel(
  model: ExplainableModel,
  image: RgbImage,
  processor: ImageProcessor,
  action: string,
): FittedImage {
  const patches = patchesOf(model);
  const fitted = fitImage(image, processor);
  const [width, height] = [patches.columns * patches.patch, patches.rows * patches.patch];
  if (fitted.image.width === width && fitted.image.height === height) return fitted;
  throw new InputError(
    `Cannot ${action}: its preprocessor makes ${fitted.image.width} x ${fitted.image.height} pixels of it, the model "${model.facts.id}" reads ${width} x ${height}; check preprocessor_config.json`,
  );
}

/** The picture of an input: it is read at once. */
export function onlyImage({ parts }: PreparedWhole<PreparedImage>): PreparedImage {
  const [part] = parts;
  if (part === undefined) throw new InternalError("a picture without a part");
  return part.input;
}

/** What results say of a picture: its size, the grid of patches, where on the picture the grid lies, and how it was read. */
export function describeImage(model: ExplainableModel, { fitted, reading }: PreparedImage): ImageExplanation["input"] {
  const { rows, columns, patch } = patchesOf(model);
  const { original } = fitted.map;
  const { x, y, width, height } = seenRectangle(fitted.map);
  return {
    kind: "image",
    width: original.width,
    height: original.height,
    grid: [rows, columns],
    patch,
    seen: [x, y, width, height],
    ...reading,
  };
}

/** Pixels [batch, 3, height, width] as feeds of the model. */
export function imageFeeds(model: ExplainableModel, pixels: FloatTensor): Feeds {
  return { [streamOf(model.anatomy).inputs.pixels ?? "pixel_values"]: pixels };
}

/** One feature per position: special ones, then the patches row by row. */
function patchFeatures({ specialTokens, rows, columns }: PatchGrid): PatchFeature[] {
  return Array.from({ length: specialTokens + rows * columns }, (_, position) => {
    const patch = position - specialTokens;
    return patch < 0
      ? { row: -1, column: -1, special: true }
      : { row: Math.floor(patch / columns), column: patch % columns, special: false };
  });
}
