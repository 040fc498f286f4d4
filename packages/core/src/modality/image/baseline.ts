/** @file Baselines of images. METHOD 2. */

import { propagated, zeroStates } from "../../attribution/baseline/baseline-states.ts";
import type { BaselineStates, ExplainableModel } from "../../attribution/explainable-model.ts";
import { DEFAULTS, type ImageBaseline } from "../../attribution/option-words.ts";
import { toPixelTensor } from "../../input/image/process-image.ts";
import { type ImageReplacement, substituteImage } from "../../input/image/replacement.ts";
import type { RgbImage } from "../../input/image/rgb-image.ts";
import { fitForModel, imageFeeds, type PreparedImage } from "./prepare.ts";

/** The baseline used when none is asked for: what blurring takes away is what the patches show. */
export const defaultImageBaseline: ImageBaseline = "blur";

/**
 * Hidden states at the baseline of an image: the model runs on the picture that `name` makes of it; `zero`: zero hidden
 * states at every block, nothing is run.
 */
export async function imageBaseline(
  model: ExplainableModel,
  input: PreparedImage,
  name: ImageBaseline,
  seed: number = DEFAULTS.seed,
): Promise<BaselineStates> {
  if (name === "zero") return zeroStates(model, input);
  const picture = substituteImage(input.fitted.image, name satisfies ImageReplacement, {
    processor: input.processor,
    seed,
  });
  return propagated(await model.programs.forward(imageFeeds(model, toPixelTensor(picture, input.processor))));
}

/**
 * Hidden states at the caller's own picture, prepared for the model as the input is.
 *
 * @throws {InputError} When the picture becomes another size than the model reads.
 */
export async function customImageBaseline(
  model: ExplainableModel,
  { processor }: PreparedImage,
  image: RgbImage,
): Promise<BaselineStates> {
  const fitted = fitForModel(model, image, processor, "use the image as the baseline");
  const feeds = imageFeeds(model, toPixelTensor(fitted.image, processor));
  return propagated(await model.programs.forward(feeds), image.warnings);
}
