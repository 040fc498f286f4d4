/** @file What was tried on the model, as rows that renderers write: what was taken away, and what the model said then. */

import type {
  Counterfactual,
  CounterfactualFeature,
  CounterfactualPrediction,
  Counterfactuals,
  Explanation,
} from "../attribution/explanation.ts";
import { isWritten, itemNoun, itemsOf, wholeNoun } from "./evidence.ts";
import { count } from "./format.ts";
import { className, valueText } from "./head.ts";
import { visible } from "./plain-text.ts";

/** Heading of what follows. */
export const TRIED = "Tried: what the model says without them";

/** One thing that was tried. */
export interface TriedRow {
  readonly kind: "part" | "without" | "together" | "smallest" | "alone" | "nothing";
  /** "without superb", "only superb", "everything removed". */
  readonly what: string;
  /** The class, or the number, that the model gave then. */
  readonly label: string;
  /** "91.7%" */
  readonly value: string;
  /** Whether the decision is another one than at the input. */
  readonly flips: boolean;
  /** Indices into `features` of what was removed; of "alone" of what was kept. */
  readonly features: readonly number[];
}

/** Names of features that a row lists. */
const NAMED = 4;
/** Rows of sets that were removed together. */
const TOGETHER = 3;

/** The rows, those of the parts of a prompt first, then the strongest features first; empty where nothing was tried. */
export function triedRows(explanation: Explanation): readonly TriedRow[] {
  const { counterfactuals } = explanation;
  if (counterfactuals === undefined) return [];
  const { parts = [], single, together, smallestFlip, evidenceAlone, allRemoved } = counterfactuals;
  const names = namesOf(explanation);
  const row = (kind: TriedRow["kind"], what: string, { features, prediction, flips }: Counterfactual): TriedRow => ({
    kind,
    what,
    ...saidOf(explanation, prediction),
    flips,
    features: features.flatMap((one) => one.features),
  });
  const without = (kind: TriedRow["kind"], one: Counterfactual) =>
    row(kind, `without ${listed(one, names, explanation)}`, one);
  const shown = together.filter(({ features }) => !isSameSet(features, smallestFlip?.features)).slice(0, TOGETHER);
  return [
    ...parts.map(({ name, prediction, flips, features }) => ({
      kind: "part" as const,
      what: `without the part ${visible(name)}`,
      ...saidOf(explanation, prediction),
      flips,
      features,
    })),
    ...single.map((one) => without("without", one)),
    ...shown.map((one) => without("together", one)),
    ...(smallestFlip === null || smallestFlip.features.length === 1 ? [] : [without("smallest", smallestFlip)]),
    ...(evidenceAlone.features.length === 0
      ? []
      : [row("alone", `only ${listed(evidenceAlone, names, explanation)}`, evidenceAlone)]),
    {
      kind: "nothing",
      what: `no ${itemNoun(explanation).one} at all`,
      ...saidOf(explanation, allRemoved.prediction),
      flips: allRemoved.flips,
      features: [],
    },
  ];
}

/** What was found, in sentences: the smallest change of the decision, and how it was tried. */
export function triedNotes(explanation: Explanation): readonly string[] {
  const { counterfactuals } = explanation;
  return counterfactuals === undefined ? [] : [found(explanation, counterfactuals), how(explanation, counterfactuals)];
}

function found(explanation: Explanation, { decision, smallestFlip, searched }: Counterfactuals): string {
  const { many } = itemNoun(explanation);
  if (decision === "none")
    return "There is no decision that could change: the model gives a number, or no class is asked about.";
  if (smallestFlip === null) {
    if (searched.candidates === 0) return `No ${many} speak for the decision, so that none were removed.`;
    return searched.removed < searched.candidates
      ? `No change of the decision was found with up to ${searched.removed} ${many} removed together.`
      : `The decision stays with all ${searched.candidates} ${many} removed that speak for it.`;
  }
  const { features, minimal } = smallestFlip;
  const size = features.length;
  const names = listed(smallestFlip, namesOf(explanation), explanation);
  const back =
    size === 1
      ? ""
      : minimal
        ? ", and with any one of them back it does not"
        : ". Fewer may be enough: the search ended before that was tested";
  return `The decision changes without ${names}${size > NAMED ? ` (${size} of ${searched.features} ${many})` : ""}${back}.`;
}

function how(explanation: Explanation, { replacement, searched }: Counterfactuals): string {
  const { many } = itemNoun(explanation);
  return `Tried on the model with ${count(searched.variants, `changed ${wholeNoun(explanation).replace(/^the /, "")}`)}; removed ${many} were replaced by ${replacement.becomes}.`;
}

function saidOf(explanation: Explanation, { index, label, probability, score }: CounterfactualPrediction) {
  return {
    label: visible(className(explanation, { index, label })),
    value: valueText(explanation, { logit: score, probability }),
  };
}

/** What lists call the features, by the index of the first of each. */
function namesOf(explanation: Explanation): ReadonlyMap<number, string> {
  return new Map(itemsOf(explanation).map(({ features, label }) => [features[0] ?? -1, label]));
}

function listed({ features }: Counterfactual, names: ReadonlyMap<number, string>, explanation: Explanation): string {
  const { many } = itemNoun(explanation);
  const nameOf = ({ features: own, text = "" }: CounterfactualFeature) => visible(names.get(own[0] ?? -1) ?? text);
  // Places of many patches tell a reader nothing.
  if (!isWritten(explanation) && features.length > 1) return count(features.length, "patch", `strongest ${many}`);
  const shown = features.slice(0, NAMED).map(nameOf);
  const rest = features.length - shown.length;
  return `${shown.join(" · ")}${rest === 0 ? "" : ` and ${rest} more`}`;
}

function isSameSet(a: readonly CounterfactualFeature[], b: readonly CounterfactualFeature[] | undefined): boolean {
  if (b === undefined || a.length !== b.length) return false;
  const own = new Set(a.map(({ features }) => features[0]));
  return b.every(({ features }) => own.has(features[0]));
}
