/** @file The kinds of inputs that calig knows by itself. To add one, write a folder beside `text/` and add a line here. */

import type { Modality } from "../attribution/explainable-model.ts";
import { image } from "./image/image.ts";
import { text } from "./text/text.ts";

/** The kinds of inputs that are built in. */
export const MODALITIES: readonly Modality[] = [text, image];

/** What can stand in for removed features, of any kind of input. */
export const REPLACEMENTS: readonly string[] = [
  ...new Set(MODALITIES.flatMap(({ replacements }) => replacements.all.map(({ name }) => name))),
];

/** What can be ranked and removed where a kind of input has several features: words or tokens. */
export const FEATURE_KINDS = MODALITIES.flatMap(({ featureKinds }) =>
  featureKinds.length > 1 ? featureKinds : [],
) as readonly string[] as readonly [string, ...string[]];
