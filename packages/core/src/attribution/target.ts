/** @file Which class is explained: labels and indices to the score specification. */

import { InvalidOptionError, keyword } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { checkScore, type ScoreSpec } from "../program/score.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import { classIndex, distinctNames } from "./class-names.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction } from "./explanation.ts";
import { DEFAULTS, type ExplainOptions, type QuestionObject, SCORE_KINDS } from "./options.ts";
import { type NamedChoice, questionIn } from "./question-object.ts";

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

/** What is asked of an input, and how results put it. */
export interface ChosenScore {
  readonly score: ScoreSpec;
  /** What is explained where that is no class. */
  readonly subject?: string;
  /** What is explained where that is one of `predictions` and no class of the model. */
  readonly named?: NamedChoice;
  /** What the model says. */
  readonly predictions: readonly Prediction[];
}

/**
 * The score that the options ask for; of the predicted class when they name none.
 *
 * @param logits - The row that it is read from.
 * @throws {InvalidOptionError} For a label the model does not have, or a score its head does not have.
 */
export async function chooseScore(
  model: ExplainableModel,
  logits: ArrayLike<number>,
  options: Pick<ExplainOptions, "score" | "target" | "against">,
): Promise<ChosenScore> {
  const { score: asked = DEFAULTS.score } = options;
  const ranked = rankPredictions(model, logits);
  const question = questionIn(asked);
  const { kind: output } = logitsOf(model.anatomy);
  if ((output === "embedding") !== (question?.asks === "embedding")) {
    throw new InvalidOptionError(
      `Cannot use score "${typeof asked === "object" ? asked.name : asked}" with model "${model.facts.id}": ${output === "embedding" ? 'it makes embeddings and has no classes; give the text that it is compared with ("with")' : "it makes no embeddings"}`,
      "score",
      typeof asked === "object" ? asked.name : asked,
    );
  }
  const kind = typeof asked === "object" ? asked.name : keyword("score", asked, SCORE_KINDS);
  if (question?.subject !== undefined) refuseClasses(question, options);
  const choice = await question?.choose?.({
    model,
    logits,
    predictions: ranked,
    classIndex: (nameOrIndex) => classIndex(model, "score", nameOrIndex),
  });
  const { predictions = ranked, subject = question?.subject } = choice ?? {};
  const target =
    options.target === undefined
      ? (choice?.target ?? ranked[0]?.index ?? 0)
      : classIndex(model, "target", options.target);
  const against = options.against === undefined ? choice?.against : classIndex(model, "against", options.against);
  if (against === target) {
    throw new InvalidOptionError(
      `Cannot explain class "${distinctNames(model.labels)[target]}" against itself: choose another class for "against"`,
      "against",
      options.against,
    );
  }
  const score = classScore(model, kind, { target, against, question, choice });
  checkScore(score, model.labels.length);
  return {
    score,
    predictions,
    ...(subject === undefined ? {} : { subject }),
    ...(choice?.named === undefined ? {} : { named: choice.named }),
  };
}

/** The score of a class or a word, by itself or held against another one. */
export const classScore = (
  { activation }: Pick<ExplainableModel, "activation">,
  kind: ScoreSpec["kind"],
  {
    target,
    against,
    question,
    choice,
  }: {
    readonly target: number;
    readonly against: number | undefined;
    readonly question: ScoreSpec["question"] | undefined;
    readonly choice: Pick<ScoreSpec, "parameters"> | undefined;
  },
): ScoreSpec => ({
  kind,
  activation,
  target,
  ...(against === undefined ? {} : { against }),
  ...(question === undefined ? {} : { question }),
  ...(choice?.parameters === undefined ? {} : { parameters: choice.parameters }),
});

/** Questions that are not about a class have no use for one. */
function refuseClasses({ name, subject }: QuestionObject, given: Pick<ExplainOptions, "target" | "against">): void {
  for (const option of ["target", "against"] as const) {
    if (given[option] === undefined) continue;
    throw new InvalidOptionError(
      `Cannot use ${option} with score "${name}": it has no effect there, since what is explained is no class but the ${subject}; leave it out`,
      option,
      given[option],
    );
  }
}
