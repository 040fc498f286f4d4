/** @file How counterfactuals are tested. */

import * as v from "valibot";
import { defineOption, type OptionsOf } from "../../options/option.ts";
import { wholeNumber } from "../../options/types.ts";
import type { Replacement } from "../explainable-model.ts";

/** Changed inputs, at most, that the model is asked about. */
const LIMIT = 256;

export const COUNTERFACTUAL_OPTIONS = {
  /** What stands in for removed features, by name or as an object. */
  replacement: defineOption<string | Replacement>({
    type: {
      schema: v.union([v.string(), v.custom<Replacement>((value) => typeof value === "object" && value !== null)]),
      control: { kind: "text", placeholder: "NAME" },
      remedy: "give the name of a replacement, or one made by defineReplacement of calig/extend",
    },
    group: "What is explained",
    summary: "what stands in for removed features",
    otherwise: "the one that metrics use: mask token or what the model has, blur for images",
  }),
  /** How many of the strongest features are removed one by one. */
  strongest: defineOption<number>({
    type: wholeNumber({ min: 1, max: 100 }),
    group: "What is explained",
    summary: "how many of the strongest features are removed one by one",
    default: 5,
  }),
  /** Most changed inputs that the model is asked about; what is told in any case is asked beyond it. */
  limit: defineOption<number>({
    type: wholeNumber({ min: 1, max: 100_000 }),
    group: "What is explained",
    summary: "most changed inputs that the model is asked about",
    default: LIMIT,
  }),
};

/** What may be said of how counterfactuals are tested. */
export type CounterfactualOptions = OptionsOf<typeof COUNTERFACTUAL_OPTIONS>;
