/** @file How sure a model is of its decision: a step from how often it is right where it says so, or from what it says alone. */

import { expectedAccuracy } from "../attribution/calibration.ts";
import type { Explanation, Prediction } from "../attribution/explanation.ts";
import { headKind, THRESHOLD } from "./head.ts";
import { isUnlike } from "./strength.ts";
import { CERTAINTIES, type CertaintyLevel } from "./summary.ts";

/** From which share of right answers on a decision has which word. */
const LEVELS: readonly (readonly [from: number, level: CertaintyLevel])[] = [
  [0.9, "very-sure"],
  [0.75, "fairly-sure"],
  [0.6, "leaning"],
];

/** Share of what the first two classes have together that the first must have to be more than a coin of the two. */
const EVEN = 0.6;

/** Of more classes than this, as of the tokens of a vocabulary, two that lead need not be the ones between which it lies. */
const FEW_CLASSES = 10;
/** Share that the first two of many must have together to be a coin of the two. */
const MOST = 0.5;

/** How sure an answer is. */
export interface Sureness {
  /** Probability of the answer. */
  readonly probability: number;
  /** Probability of the one after it; 1 - probability where there is one output. */
  readonly next: number;
  /** How often such answers are right. Default: as often as the probability says. */
  readonly expected?: number;
  /** Classes that there are, as far as they are listed. */
  readonly classes?: number;
}

/** The word for an answer: from 90 % on "very-sure", 75 % "fairly-sure", 60 % "leaning"; below, a coin of two or "unsure". */
export function certaintyLevel({ probability, next, expected = probability, classes = 2 }: Sureness): CertaintyLevel {
  const found = LEVELS.find(([from]) => expected >= from)?.[1];
  if (found !== undefined) return found;
  const isPair = probability + next > 1 - 1e-6;
  if (classes > FEW_CLASSES && probability + next < MOST) return "unsure";
  return isPair || probability / (probability + next) < EVEN ? "coin-flip" : "unsure";
}

/** What the answers under one word came to. */
export interface CertaintyRow {
  readonly level: CertaintyLevel;
  /** Shares of right answers that the word promises. */
  readonly from: number;
  readonly to: number;
  readonly answers: number;
  readonly right: number;
}

/** Answers whose truth is known, by the word that they get, in rising order; words that none gets are left out. */
export function certaintyTable(answers: readonly (Sureness & { readonly correct: boolean })[]): CertaintyRow[] {
  return CERTAINTIES.flatMap((level) => {
    const own = answers.filter((answer) => certaintyLevel(answer) === level);
    if (own.length === 0) return [];
    const at = LEVELS.findIndex(([, name]) => name === level);
    const [from, to] = at < 0 ? [0, LEVELS.at(-1)![0]] : [LEVELS[at]![0], LEVELS[at - 1]?.[0] ?? 1];
    return [{ level, from, to, answers: own.length, right: own.filter(({ correct }) => correct).length }];
  });
}

export interface CertaintyFacts {
  readonly level: CertaintyLevel | null;
  /** Of the decision; null where the model gives numbers. */
  readonly probability: number | null;
  /** How often the model is right where it is this sure, where that was measured. */
  readonly accuracy?: number;
  /** Where every class is judged by itself: the explained one, whether it is picked, and `probability` that it is, or not. */
  readonly about?: { readonly index: number; readonly label: string; readonly picked: boolean };
}

const NONE: CertaintyFacts = { level: null, probability: null };

/** How sure the model is of what it decided. */
export function certaintyOf(explanation: Explanation): CertaintyFacts {
  const { model, predictions, target } = explanation;
  const kind = headKind(explanation);
  if (kind === "independent") return sureOfOne(explanation);
  const sureness = surenessOf(kind, predictions);
  if (sureness === undefined) return NONE;
  // What was measured holds for inputs like those that it was measured on.
  const isMeasured = target.token === undefined && !isUnlike(explanation);
  const points = isMeasured ? (model.card?.calibration ?? []) : [];
  const expected = expectedAccuracy(points, sureness.probability, predictions.length);
  const known = expected === undefined ? {} : { expected };
  const level = certaintyLevel({ ...sureness, ...known, classes: predictions.length });
  return { level, probability: sureness.probability, ...(expected === undefined ? {} : { accuracy: expected }) };
}

function surenessOf(kind: ReturnType<typeof headKind>, [best, second]: readonly Prediction[]): Sureness | undefined {
  const first = best?.probability;
  if (first === undefined || first === null) return undefined;
  switch (kind) {
    case "binary": {
      const probability = Math.max(first, 1 - first);
      return { probability, next: 1 - probability };
    }
    case "classes":
      return { probability: first, next: second?.probability ?? 0 };
    default:
      return undefined;
  }
}

function sureOfOne({ predictions, target }: Explanation): CertaintyFacts {
  const own = predictions.find(({ index }) => index === target.index);
  if (own === undefined || own.probability === null) return NONE;
  const picked = own.probability > THRESHOLD;
  const probability = picked ? own.probability : 1 - own.probability;
  const { index, label } = own;
  return {
    level: certaintyLevel({ probability, next: 1 - probability }),
    probability,
    about: { index, label, picked },
  };
}
