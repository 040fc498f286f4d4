/** @file An evaluation in a sentence or two: which method to use on this model and data, and how sure that is. */

import type { Evaluation, Front, FrontPoint } from "../../evaluation/evaluation.ts";
import { fixed, type NumberStyle } from "../../render/format.ts";
import { evaluationsText } from "./front.ts";

export interface EvaluationVerdict {
  /** "Use ca-lig here" */
  readonly headline: string;
  /** What it rests on, in whole sentences. */
  readonly reasons: string;
}

/** From this share of the methods on a verdict says that there is none: most of them cannot be told apart. */
const MOST = 2 / 3;
const DECIMALS = 3;

type Told = Pick<Evaluation, "fronts" | "comparisons">;

/** Null where faithfulness or cost was not measured. */
export function evaluationVerdict({ fronts, comparisons }: Told, style?: NumberStyle): EvaluationVerdict | null {
  const [first] = fronts;
  if (first === undefined) return null;
  const within = fronts.map((front) => front.points.filter(({ withinBest }) => withinBest).map(({ method }) => method));
  const everywhere = (within[0] ?? []).filter((method) => within.every((methods) => methods.includes(method)));
  const rivals = first.points.filter(({ randomControl }) => !randomControl);
  const inputs = `${first.inputs} input${first.inputs === 1 ? "" : "s"}`;
  const leaders = fronts.map(
    (front) => `${front.best} by ${front.figure} (${fixed(pointOf(front, front.best).value, DECIMALS, style)})`,
  );
  if (!fronts.some((front) => beatsControls(front, comparisons))) {
    return {
      headline: "No method is clearly better than a random order here",
      reasons: `On ${inputs} no method is ahead of the random controls by more than chance. First of all is ${list(leaders)}. More inputs may tell more.`,
    };
  }
  if (everywhere.length === 0) {
    return {
      headline: "It depends on what stands in for removed features",
      reasons: `On ${inputs} no method is within chance of the best in every case: first is ${list(leaders)}.`,
    };
  }
  // The mean over the replacements: one method for all of them.
  const meanOf = (method: string) => fronts.reduce((sum, front) => sum + pointOf(front, method).value, 0);
  const [choice = "", ...others] = [...everywhere].sort((a, b) => meanOf(b) - meanOf(a));
  const values = fronts.map(
    (front) =>
      `${fixed(pointOf(front, choice).value, DECIMALS, style)}${fronts.length > 1 ? ` by ${front.figure}` : ""}`,
  );
  const score = `${first.figure.replace(/ \(.*/, "")} ${list(values)}`;
  const cost = (method: string) => evaluationsText(pointOf(first, method));
  const cheapest = everywhere.reduce((a, b) => (pointOf(first, b).evaluations < pointOf(first, a).evaluations ? b : a));
  const cheaper =
    cheapest === choice
      ? ""
      : ` The cheapest of them is ${cheapest} (${cost(cheapest)} model evaluations instead of ${cost(choice)}).`;
  if (rivals.length > 2 && everywhere.length > MOST * rivals.length) {
    return {
      headline: `Too few inputs to tell: ${everywhere.length} of ${rivals.length} methods are within chance of the best`,
      reasons: `First on ${inputs} is ${choice} (${score}).${cheaper} More inputs would tell more methods apart.`,
    };
  }
  const rest =
    others.length === 0
      ? "Every other method is behind it by more than chance"
      : `Within chance of it: ${others.join(", ")}`;
  return {
    headline: `Use ${choice} here`,
    reasons: `Most faithful on ${inputs}: ${score}, ${cost(choice)} model evaluations. ${rest}.${cheaper}`,
  };
}

/** Whether the best method is ahead of every random control by more than chance. */
function beatsControls({ figure, best, points }: Front, comparisons: Evaluation["comparisons"]): boolean {
  const controls = points.filter(({ randomControl }) => randomControl);
  return controls.every(({ method }) =>
    comparisons.some(
      (one) =>
        one.figure === figure &&
        one.winner === best &&
        ((one.method === method && one.other === best) || (one.other === method && one.method === best)),
    ),
  );
}

const pointOf = ({ points }: Front, method: string): FrontPoint =>
  points.find((point) => point.method === method) as FrontPoint;

/** "a", "a and b", "a, b and c" */
const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
