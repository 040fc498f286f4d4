/** @file Explanations of one input for several classes, which share what does not depend on the class. */

import { InvalidOptionError } from "../errors.ts";
import { explainPrepared } from "./explain.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Explanation } from "./explanation.ts";
import { prepareInput } from "./modality.ts";
import type { ExplainOptions } from "./options.ts";
import { resolveRun } from "./resolve-run.ts";
import { SharedWork } from "./shared-work.ts";

/** Classes that are explained where nothing else is asked for. */
export const MOST_CLASSES = 8;

/** Options of `explain`, and which classes. */
export interface ExplainClassesOptions extends Omit<ExplainOptions, "target" | "against" | "counterfactuals"> {
  /** Most classes, >= 1: the most probable ones. Default 8. */
  readonly classes?: number;
}

/**
 * Explains the same input for every class, the most probable first.
 *
 * Each is what `explain` gives with that class as its target, to the last bit.
 * Cost: the input is prepared and passed forward once; gradients belong to a class, so that the points of the sweep are paid
 * for each (`cost` of each states what it would cost alone).
 *
 * @throws {InvalidOptionError} When the model has one output only, or for options as `explain`.
 * @throws As `explain`.
 */
export async function explainClasses(
  model: ExplainableModel,
  input: string | object,
  { classes = MOST_CLASSES, ...options }: ExplainClassesOptions = {},
): Promise<Explanation[]> {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InvalidOptionError(
      `Cannot explain ${JSON.stringify(classes)} classes: give a whole number >= 1`,
      "classes",
      classes,
    );
  }
  if (model.labels.length < 2) {
    throw new InvalidOptionError(
      `Cannot explain all classes with model "${model.facts.id}": it does not have several outputs; explain the one that it has`,
      "classes",
      classes,
    );
  }
  const shared = new SharedWork();
  const whole = await prepareInput(
    model,
    typeof input === "string" ? { text: input } : input,
    resolveRun(model, options).options,
  );
  const explained = (target?: number, done = 0, all = 1) => {
    const { onProgress } = options;
    const watched =
      onProgress === undefined
        ? {}
        : { onProgress: (share: number, activity: string) => onProgress((done + share) / all, activity) };
    const run = resolveRun(model, { ...options, ...watched, ...(target === undefined ? {} : { target }) });
    return explainPrepared(model, whole, run, shared);
  };
  const guess = Math.min(classes, model.labels.length);
  const first = await explained(undefined, 0, guess);
  const rest = first.predictions.filter(({ index }) => index !== first.target.index).slice(0, classes - 1);
  const explanations = [first];
  for (const [i, { index }] of rest.entries()) explanations.push(await explained(index, i + 1, rest.length + 1));
  return explanations;
}
