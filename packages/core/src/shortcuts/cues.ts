/** @file The kinds of cues that calig looks for: one line each. */

import type { CueKind } from "./cue.ts";
import { bigrams } from "./cues/bigrams.ts";
import { colours } from "./cues/colours.ts";
import { length } from "./cues/length.ts";
import { markup } from "./cues/markup.ts";
import { patchKinds } from "./cues/patch-kinds.ts";
import { picturePlaces } from "./cues/picture-places.ts";
import { positions } from "./cues/positions.ts";
import { scripts } from "./cues/scripts.ts";
import { words } from "./cues/words.ts";

/** Each takes inputs of its own kind, which is all that it is given. */
export const CUE_KINDS: readonly CueKind[] = [
  words,
  bigrams,
  markup,
  positions,
  length,
  scripts,
  picturePlaces,
  colours,
  patchKinds,
] as unknown[] as CueKind[];
