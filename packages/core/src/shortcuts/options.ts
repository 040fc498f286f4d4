/** @file How shortcuts are looked for: each option declared once. */

import { EFFORTS } from "../attribution/effort.ts";
import { GENERAL_OPTIONS } from "../attribution/options.ts";
import { defineOption, onlyOptions } from "../options/option.ts";
import { oneOf, wholeNumber } from "../options/types.ts";

export const SHORTCUT_OPTIONS = {
  /** How much each explanation may cost. Suspicion ranks cues by it; what is confirmed is confirmed by interventions. */
  effort: defineOption({
    type: oneOf(EFFORTS),
    group: "Method",
    summary: "how much each explanation may cost: they say which cues are suspicious, interventions confirm them",
    default: "fast",
  }),
  /** Cues that are tested by intervention, the most suspicious first. */
  tested: defineOption<number>({
    type: wholeNumber({ min: 1, max: 1000 }),
    group: "Evaluation",
    summary: "most cues that are tested by interventions, the most suspicious first",
    default: 30,
  }),
  /** Inputs that each intervention on a cue is tried on. */
  sample: defineOption<number>({
    type: wholeNumber({ min: 5, max: 10_000 }),
    group: "Evaluation",
    summary: "most inputs that a cue is taken out of, and put into",
    default: 40,
  }),
  /** Inputs that must have a cue for it to be looked at. */
  leastInputs: defineOption<number>({
    type: wholeNumber({ min: 2 }),
    group: "Evaluation",
    summary: "inputs that must have a cue for it to be looked at",
    default: 5,
  }),
  /** Permutations of the null. */
  permutations: defineOption<number>({
    type: wholeNumber({ min: 100, max: 100_000 }),
    group: "Evaluation",
    summary: "permutations of the attribution within inputs that suspicion is held against",
    default: 1000,
  }),
  ...onlyOptions(GENERAL_OPTIONS, ["seed"]),
};
