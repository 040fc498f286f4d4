/** @file A comparison of methods on one input in a sentence or two, with what one input cannot tell. */

import type { ComparedMethod, MethodComparison } from "../../evaluation/method-comparison.ts";
import { fixed, type NumberStyle } from "../../render/format.ts";
import type { EvaluationVerdict } from "../evaluation/verdict.ts";

const DECIMALS = 3;

/** How faithful a method is on this input: insertion minus deletion. */
export const faithfulnessOf = ({ insertion, deletion }: ComparedMethod): number => insertion - deletion;

/** "text", "picture" or "input" */
export const inputNoun = ({ settings }: Pick<MethodComparison, "settings">): string =>
  ({ word: "text", token: "text", patch: "picture" })[settings.features] ?? "input";

export function comparisonVerdict(comparison: MethodComparison, style?: NumberStyle): EvaluationVerdict {
  const ranked = [...comparison.methods].sort((a, b) => faithfulnessOf(b) - faithfulnessOf(a));
  const rivals = ranked.filter(({ randomControl }) => !randomControl);
  const control = ranked.find(({ randomControl }) => randomControl);
  const [best] = rivals;
  const noun = inputNoun(comparison);
  const told = (method: ComparedMethod) => `${method.name} ${fixed(faithfulnessOf(method), DECIMALS, style)}`;
  const measured = `Faithfulness (insertion minus deletion): ${[...rivals, ...(control === undefined ? [] : [control])]
    .map((method) => `${told(method)}${method === control ? " (the best random control)" : ""}`)
    .join(", ")}.`;
  const caution = `One ${noun} says little about a method: calig evaluate measures methods on a data set.`;
  const isAhead = best !== undefined && (control === undefined || faithfulnessOf(best) > faithfulnessOf(control));
  return {
    headline: isAhead
      ? `Most faithful on this ${noun}: ${best.name}`
      : `On this ${noun} no method is ahead of a random order`,
    reasons: `${measured} ${caution}`,
  };
}
