/** @file The options of measuring, each declared once: what is removed, what stands in for it, and how finely. */

import { GENERAL_OPTIONS } from "../attribution/options.ts";
import { defineOption, onlyOptions } from "../options/option.ts";
import { oneOf, wholeNumber } from "../options/types.ts";
import { FEATURE_KINDS, type FeatureKind } from "./features.ts";
import { REPLACEMENTS, type ReplacementName } from "./replacement.ts";

/** Most steps of a curve where nothing else is asked for. */
export const CURVE_STEPS = 32;

/** What holds for all methods that are compared: of their general options these, and those of measuring. */
export const COMPARE_OPTIONS = {
  /** What stands in for removed features. */
  replacement: defineOption<ReplacementName>({
    type: oneOf(REPLACEMENTS),
    group: "Evaluation",
    summary: "what stands in for removed words or patches",
    otherwise: "mask or the token that the model has, blur for images",
    formerName: "substrate",
  }),
  /** What is removed and ranked, of texts. */
  features: defineOption<FeatureKind>({
    type: oneOf(FEATURE_KINDS, "KIND"),
    group: "Evaluation",
    summary: "what is ranked and removed",
    default: FEATURE_KINDS[0],
    formerName: "units",
  }),
  ...onlyOptions(GENERAL_OPTIONS, ["target", "score", "longText", "seed"]),
};

/** The same for evaluations. */
export const EVALUATION_OPTIONS = {
  ...COMPARE_OPTIONS,
  /** Most steps of a deletion or insertion curve; inputs of fewer features have one feature per step. */
  curveSteps: defineOption<number>({
    type: wholeNumber({ min: 1 }),
    group: "Evaluation",
    summary: "most steps of a deletion or insertion curve",
    default: CURVE_STEPS,
  }),
};
