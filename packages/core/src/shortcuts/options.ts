/** @file How shortcuts are looked for: each option declared once. */

import { EFFORTS } from "../attribution/effort.ts";
import { GENERAL_OPTIONS } from "../attribution/options.ts";
import { defineOption, onlyOptions } from "../options/option.ts";
import { oneOf, wholeNumber } from "../options/types.ts";

/** How many of something the search takes. */
const counted = (summary: string, usual: number, range: Parameters<typeof wholeNumber>[0]) =>
  defineOption<number>({ type: wholeNumber(range), group: "Evaluation", summary, default: usual });

export const SHORTCUT_OPTIONS = {
  /** How much each explanation may cost. Suspicion ranks cues by it; what is confirmed is confirmed by interventions. */
  effort: defineOption({
    type: oneOf(EFFORTS),
    group: "Method",
    summary: "how much each explanation may cost: they say which cues are suspicious, interventions confirm them",
    default: "fast",
  }),
  /** Cues that are tested by intervention, the most suspicious first. */
  tested: counted("most cues that are tested by interventions, the most suspicious first", 30, { min: 1, max: 1000 }),
  /** Inputs that each intervention on a cue is tried on. */
  sample: counted("most inputs that a cue is taken out of, and put into", 40, { min: 5, max: 10_000 }),
  /** Inputs that must have a cue for it to be looked at. */
  leastInputs: counted("inputs that must have a cue for it to be looked at", 5, { min: 2 }),
  /** Permutations of the null. */
  permutations: counted("permutations of the attribution within inputs that suspicion is held against", 1000, {
    min: 100,
    max: 100_000,
  }),
  ...onlyOptions(GENERAL_OPTIONS, ["seed"]),
};
