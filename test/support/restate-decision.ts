/** @file What a decision sheet states, asked of the model again in another way than it was found. */

import type { DecisionSheet, ExplainableModel } from "@calig/node";
import { restated } from "./restate.ts";

/** What is wrong with a sheet, and how much it stated. */
export interface CheckedSheet {
  readonly effects: number;
  /** Whether a change was stated. */
  readonly change: boolean;
  readonly wrong: readonly string[];
}

/** Most by which probabilities of two ways to run a model may differ. */
const ROUNDING = 1e-5;

/** Asks a classifier again of every effect, of the change, and of every smaller set of it. */
export async function recheckDecision(
  model: ExplainableModel,
  input: object,
  { tests, explanation, result }: DecisionSheet,
): Promise<CheckedSheet> {
  const ask = await restated(model, input, explanation);
  const wrong: string[] = [];
  const targetOf = async (gone: readonly number[]) => {
    const answer = await ask(gone);
    const isOwn = answer.label === result.label;
    return { ...answer, isOwn };
  };
  const same = (name: string, stated: number | null, found: number) => {
    if (stated === null || !(Math.abs(stated - found) <= ROUNDING))
      wrong.push(`${name}: ${stated}, asked again ${found}`);
  };
  const whole = await targetOf([]);
  same("the answer", result.probability, whole.probability);
  if (!whole.isOwn) wrong.push(`the answer is ${whole.label}`);
  const elements = [...tests.supporting, ...tests.opposing];
  for (const { features, without, change, flips } of elements) {
    const name = `without ${features.join()}`;
    const answer = await targetOf(features);
    if (answer.label !== without.label) wrong.push(`${name}: ${without.label}, asked again ${answer.label}`);
    if (answer.flips !== flips) wrong.push(`${name}: flips ${flips}`);
    same(name, without.probability, answer.probability);
    same(`${name}, change`, change, (without.targetProbability ?? Number.NaN) - (tests.prediction.probability ?? 0));
    if (answer.isOwn) same(`${name}, of the answer`, without.targetProbability, answer.probability);
  }
  if (tests.change !== null) {
    const { features, prediction } = tests.change;
    const answer = await targetOf(features.flatMap((one) => one.features));
    if (!answer.flips) wrong.push("the change changes nothing");
    if (answer.label !== prediction.label) wrong.push(`the change gives ${answer.label}, not ${prediction.label}`);
    same("the change", prediction.probability, answer.probability);
    for (let kept = 1; kept < 2 ** features.length - 1; kept++) {
      const gone = features.filter((_, i) => (kept & (1 << i)) !== 0).flatMap((one) => one.features);
      if ((await targetOf(gone)).flips) wrong.push(`a part of the change changes the decision: ${gone.join()}`);
    }
  }
  return { effects: elements.length, change: tests.change !== null, wrong };
}
