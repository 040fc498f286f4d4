/** @file How sure a model is of its decision: a step from the probability that it gives. */

import type { Explanation } from "../attribution/explanation.ts";
import { headKind } from "./head.ts";
import type { CertaintyLevel } from "./summary.ts";

/** From which probability on a decision has which word. */
const LEVELS: readonly (readonly [from: number, level: CertaintyLevel])[] = [
  [0.9, "very-sure"],
  [0.75, "fairly-sure"],
  [0.6, "leaning"],
];

/** Share of what the first two classes have together that the first must have to be more than half of a coin. */
const EVEN = 0.6;

export interface CertaintyFacts {
  readonly level: CertaintyLevel | null;
  readonly probability: number | null;
  readonly accuracy?: number;
}

export function certaintyOf(explanation: Explanation): CertaintyFacts {
  const { predictions } = explanation;
  const [best, next] = predictions;
  const none: CertaintyFacts = { level: null, probability: null };
  switch (headKind(explanation)) {
    case "numbers":
      return none;
    case "independent":
      return none;
    case "binary": {
      const yes = best?.probability ?? null;
      if (yes === null) return none;
      const probability = Math.max(yes, 1 - yes);
      return { level: levelOf(probability, 1 - probability), probability };
    }
    default: {
      const probability = best?.probability ?? null;
      return probability === null ? none : { level: levelOf(probability, next?.probability ?? 0), probability };
    }
  }
}

function levelOf(probability: number, next: number): CertaintyLevel {
  const found = LEVELS.find(([from]) => probability >= from)?.[1];
  if (found !== undefined) return found;
  return probability / (probability + next) < EVEN ? "coin-flip" : "unsure";
}
