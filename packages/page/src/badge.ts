/** @file Whether the numbers of an explanation add up, as a line of the technical part; and the warning where they do not. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { attributionSum, NO_COMPLETENESS, scoreName } from "@calig/core/internal/render/evidence";
import { count, fixed, percent, signed } from "@calig/core/internal/render/format";

export interface Badge {
  readonly state: "complete" | "incomplete" | "unknown";
  readonly title: string;
  /** The same with its numbers. */
  readonly details: string;
}

/** Complete where every block converged and the result is within the tolerance, where there is one. */
export function badgeOf(explanation: Explanation): Badge {
  const { completeness, blocks, method } = explanation;
  if (completeness === null) {
    return {
      state: "unknown",
      title: "Nothing to add up",
      details: `There is nothing to check: ${NO_COMPLETENESS}.`,
    };
  }
  const { scoreAtInput, scoreAtBaseline, relativeError } = completeness;
  const missed = blocks.filter((block) => !block.completeness.converged).length;
  const { tolerance } = method.options;
  const isWithin = typeof tolerance !== "number" || relativeError <= tolerance;
  const details = `The attributions sum to ${signed(attributionSum(explanation), 3)}; the ${scoreName(explanation)} goes from ${fixed(scoreAtBaseline, 3)} at the baseline to ${fixed(scoreAtInput, 3)} at the input, a difference of ${signed(scoreAtInput - scoreAtBaseline, 3)}. This says nothing of how sure the model is, or whether it is right.`;
  if (missed > 0) {
    return {
      state: "incomplete",
      title: `${missed} of ${count(blocks.length, "block")} not converged`,
      details: `${details} Read the numbers with care: ${count(missed, "block")} did not reach the tolerance${typeof tolerance === "number" ? ` of ${percent(tolerance)}` : ""}.`,
    };
  }
  return isWithin
    ? { state: "complete", title: `The numbers add up, but for ${percent(relativeError)}`, details }
    : { state: "incomplete", title: `The numbers miss ${percent(relativeError)} of the difference`, details };
}
