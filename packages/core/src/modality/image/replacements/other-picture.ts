/** @file Removed patches show the patches at the same places of another picture of the data set: no method's baseline. */

import type { PreparedWhole, Replacement } from "../../../attribution/explainable-model.ts";
import { noOthers } from "../../../attribution/replacement.ts";
import { patchesInstead } from "../patches.ts";
import { onlyImage, type PreparedImage } from "../prepare.ts";

/** One other picture for each draw, as the model sees it. */
export const otherPicture: Replacement<PreparedWhole<PreparedImage>> = {
  name: "other-picture",
  kind: "image",
  becomes: "those of another picture",
  drawn: true,
  fromOthers: true,
  async open(context) {
    for await (const other of context.others()) return patchesInstead(context, onlyImage(other).fitted.image);
    throw noOthers(otherPicture);
  },
};
