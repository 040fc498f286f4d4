/** @file Removed patches show a blurred, plain or noisy picture: what baselines are made of, too. */

import type { PreparedWhole, Replacement } from "../../../attribution/explainable-model.ts";
import { IMAGE_REPLACEMENTS, type ImageReplacement, substituteImage } from "../../../input/image/replacement.ts";
import { patchesInstead } from "../patches.ts";
import { onlyImage, type PreparedImage } from "../prepare.ts";

const BECOMES: Readonly<Record<ImageReplacement, string>> = {
  blur: "blur",
  black: "black",
  white: "white",
  mean: "the mean colour",
  noise: "noise",
};

export const changedPictures: readonly Replacement<PreparedWhole<PreparedImage>>[] = IMAGE_REPLACEMENTS.map((name) => ({
  name,
  kind: "image",
  becomes: BECOMES[name],
  open(context) {
    const { fitted, processor } = onlyImage(context.whole);
    return patchesInstead(context, substituteImage(fitted.image, name, { processor, seed: context.seed }));
  },
}));
