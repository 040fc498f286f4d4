/** @file What was removed and by what it was replaced, in words. */

import { FEATURE_KINDS } from "../modality/modalities.ts";

/** "the mask token" for parts of texts, "blur" for others. */
export const replacementName = (feature: string, replacement: string): string =>
  FEATURE_KINDS.includes(feature) ? `the ${replacement} token` : replacement;
