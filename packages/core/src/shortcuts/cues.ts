/** @file The kinds of cues that calig looks for: one line each. */

import type { CueKind } from "./cue.ts";
import { bigrams } from "./cues/bigrams.ts";
import { length } from "./cues/length.ts";
import { markup } from "./cues/markup.ts";
import { positions } from "./cues/positions.ts";
import { scripts } from "./cues/scripts.ts";
import { words } from "./cues/words.ts";

export const CUE_KINDS: readonly CueKind[] = [
  words,
  bigrams,
  markup,
  positions,
  length,
  scripts,
] as unknown[] as CueKind[];
