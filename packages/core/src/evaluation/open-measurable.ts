/** @file From an input of a data set to one that can be measured: by its kind. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { PictureInput, TextOrPicture } from "./dataset.ts";
import type { Measurable, MeasurableOptions } from "./measurable.ts";
import { measurableImage } from "./measurable-image.ts";
import { measurableText } from "./measurable-text.ts";

/**
 * @throws {InputError} When there is nothing to explain, or the model reads inputs of another kind.
 * @throws {InvalidOptionError} For a replacement that the model does not have.
 */
export function openMeasurable(
  model: ExplainableModel,
  input: TextOrPicture,
  options: MeasurableOptions,
): Promise<Measurable> {
  return isPicture(input) ? measurableImage(model, input, options) : measurableText(model, input, options);
}

const isPicture = (input: TextOrPicture): input is PictureInput => "picture" in input;
