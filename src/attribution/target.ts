/** @file Which class is explained: labels and indices to the score specification. */

import { InvalidOptionError, keyword } from "../errors.ts";
import { checkScore, probabilities, type ScoreSpec } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction } from "./explanation.ts";
import { DEFAULTS, type ExplainOptions, SCORE_KINDS } from "./options.ts";

/** All classes of one row of logits, best first; ties keep the order of the classes. */
export function rankPredictions(model: ExplainableModel, logits: ArrayLike<number>): Prediction[] {
  const shares = probabilities(logits, model.activation);
  return Array.from(logits, (logit, index) => ({
    index,
    label: model.labels[index] ?? String(index),
    logit,
    probability: shares[index] as number,
  })).sort((a, b) => b.logit - a.logit || a.index - b.index);
}

/**
 * The score that the options ask for; the predicted class when they name none.
 *
 * @throws {InvalidOptionError} For a label the model does not have, or a score its head does not have.
 */
export function chooseScore(
  model: ExplainableModel,
  predictions: readonly Prediction[],
  options: ExplainOptions,
): ScoreSpec {
  const kind = keyword("score", options.score ?? DEFAULTS.score, SCORE_KINDS);
  const target =
    options.target === undefined ? (predictions[0]?.index ?? 0) : classIndex(model, "target", options.target);
  const against = options.against === undefined ? undefined : classIndex(model, "against", options.against);
  if (against === target) {
    throw new InvalidOptionError(
      `Cannot explain label "${model.labels[target]}" against itself: choose another label for "against"`,
      "against",
      options.against,
    );
  }
  const spec: ScoreSpec = { kind, activation: model.activation, target, ...(against === undefined ? {} : { against }) };
  checkScore(spec, model.labels.length);
  return spec;
}

/** A label (exact, else without regard to case) or an index as the index of a class. */
function classIndex(model: ExplainableModel, option: string, wanted: string | number): number {
  const { labels } = model;
  if (typeof wanted === "string") {
    const exact = labels.indexOf(wanted);
    if (exact >= 0) return exact;
    const loose = labels.findIndex((label) => label.toLowerCase() === wanted.toLowerCase());
    if (loose >= 0) return loose;
  }
  const index = typeof wanted === "number" ? wanted : /^\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (Number.isInteger(index) && index >= 0 && index < labels.length) return index;
  const shown = labels
    .slice(0, 20)
    .map((label) => `"${label}"`)
    .join(", ");
  throw new InvalidOptionError(
    `Cannot find ${option} ${JSON.stringify(wanted)}: the model "${model.facts.id}" has the labels ${shown}${labels.length > 20 ? ` and ${labels.length - 20} more` : ""} (indices 0 to ${labels.length - 1})`,
    option,
    wanted,
    labels,
  );
}
