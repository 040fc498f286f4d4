/** @file What can stand in for removed patches of a picture. To add a replacement: a file in replacements/ and a line here. */

import type { PreparedWhole, Replacements } from "../../attribution/explainable-model.ts";
import type { PreparedImage } from "./prepare.ts";
import { changedPictures } from "./replacements/changed-pictures.ts";
import { dropPatches } from "./replacements/drop.ts";
import { otherPicture } from "./replacements/other-picture.ts";

export const imageReplacements: Replacements<PreparedWhole<PreparedImage>> = {
  all: [...changedPictures, otherPicture, dropPatches],
  defaultName: () => "blur",
};
