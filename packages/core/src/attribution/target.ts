/** @file Which class is explained: labels and indices to the score specification. */

import { InvalidOptionError, keyword } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { checkScore, type ScoreSpec } from "../program/score.ts";
import { classIndex, distinctNames } from "./class-names.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction } from "./explanation.ts";
import { DEFAULTS, type ExplainOptions, SCORE_KINDS } from "./options.ts";

/** All classes of one row of logits, best first; ties keep the order of the classes. A number has no probability. */
export function rankPredictions(model: ExplainableModel, logits: ArrayLike<number>): Prediction[] {
  const shares = model.activation === "none" ? [] : probabilities(logits, model.activation);
  return Array.from(logits, (logit, index) => ({
    index,
    label: model.labels[index] ?? String(index),
    logit,
    probability: shares[index] ?? null,
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
      `Cannot explain class "${distinctNames(model.labels)[target]}" against itself: choose another class for "against"`,
      "against",
      options.against,
    );
  }
  const spec: ScoreSpec = { kind, activation: model.activation, target, ...(against === undefined ? {} : { against }) };
  checkScore(spec, model.labels.length);
  return spec;
}
