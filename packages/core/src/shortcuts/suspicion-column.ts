/** @file What is held against chance to find suspicious cues: one cue for one class. */

import type { FoundCue } from "./found-cues.ts";

/** What a cue stands out by: the map of the method, what leaving its features out takes away, decisions beyond labels. */
export type SuspectedBy = "attribution" | "left-out" | "decisions";

/** One cue for one class: `score` reads what is permuted. */
export interface Column {
  readonly by: SuspectedBy;
  readonly found: FoundCue;
  readonly class: number;
  /** Standard deviations above chance. */
  score(): number;
}
