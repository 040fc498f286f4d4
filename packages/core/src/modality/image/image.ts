/** @file Pictures as a kind of input: patches, compared with and replaced by blurred, plain or noisy pictures. */

import type { ExplainableModel, Modality, PreparedWhole } from "../../attribution/explainable-model.ts";
import type { ImageInput } from "../../attribution/input.ts";
import { bySign } from "../../attribution/modality.ts";
import { DEFAULT_LAYER_WEIGHTS, IMAGE_BASELINES } from "../../attribution/option-words.ts";
import { onlyPart } from "../../attribution/prepared-input.ts";
import { keyword } from "../../errors.ts";
import { customImageBaseline, defaultImageBaseline, imageBaseline } from "./baseline.ts";
import { examplePictures } from "./examples.ts";
import { pictureFile } from "./file.ts";
import { perturbImage } from "./perturb.ts";
import { describeImage, onlyImage, type PreparedImage, prepareImage } from "./prepare.ts";
import { pictureQuestions } from "./question-forms.ts";
import { imageReplacements } from "./replacements.ts";

/** Pictures: their patches are what is explained. */
export const image: Modality<ImageInput, PreparedWhole<PreparedImage>> = {
  name: "image",
  noun: { one: "an image", many: "images" },
  field: "image",
  file: pictureFile,
  featureKinds: ["patch"],
  layerWeights: DEFAULT_LAYER_WEIGHTS.image,
  // Paths and ends help where patches are removed as the baseline is, and not where they become those of another picture; of
  // texts it is the fit to subsets that helps less than these.
  refinement: { standard: { subsets: 64, paths: 0, ends: false }, best: { subsets: 128, paths: 0, ends: false } },
  meanHasSpecials: false,
  baselines: {
    names: IMAGE_BASELINES,
    defaultName: () => defaultImageBaseline,
    states: (model, input, name, seed) => imageBaseline(model, input, keyword("baseline", name, IMAGE_BASELINES), seed),
    custom: (model, input, baseline) => customImageBaseline(model, input, (baseline as ImageInput).image),
  },
  replacements: imageReplacements,
  prepare: async (model, input) => {
    const prepared = prepareImage(model, input);
    return { parts: [onlyPart(prepared)], featureCount: prepared.features.length, warnings: [] };
  },
  describe: describePatches,
  perturb: perturbImage,
  examples: examplePictures,
  questionForms: pictureQuestions,
};

function describePatches(model: ExplainableModel, whole: PreparedWhole<PreparedImage>, attribution: readonly number[]) {
  const prepared = onlyImage(whole);
  const patches = prepared.features.flatMap(({ row, column, special }, position) =>
    special ? [] : [{ row, column, attribution: attribution[position] as number }],
  );
  return {
    layout: "grid" as const,
    input: describeImage(model, prepared),
    features: prepared.features,
    ...bySign(patches),
  };
}
