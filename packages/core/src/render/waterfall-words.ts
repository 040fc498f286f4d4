/** @file What readers call the steps of a waterfall. */

import type { Explanation } from "../attribution/explanation.ts";
import type { WaterfallStep } from "../reading/waterfall.ts";
import { itemNoun } from "./evidence.ts";
import { count } from "./format.ts";

/** "superb", "12 other supporting words", "[CLS], [SEP]", "rest". */
export function stepName(
  explanation: Explanation,
  { kind, label, count: amount }: WaterfallStep,
  others: boolean,
): string {
  const { one, many } = itemNoun(explanation);
  switch (kind) {
    case "item":
    case "special":
      return label;
    case "rest":
      return "rest";
    default: {
      const adjective = `${others ? "other " : ""}${kind} `;
      return count(amount, `${adjective}${one}`, `${adjective}${many}`);
    }
  }
}

/** Whether steps of the kind of this one stand beside steps of single items on the same side. */
export const hasOwnSteps = (steps: readonly WaterfallStep[], { kind }: WaterfallStep): boolean =>
  steps.some((step) => step.kind === "item" && step.change > 0 === (kind === "supporting"));
