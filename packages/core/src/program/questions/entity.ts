/**
 * @file The label of several words, each of which has one: what is asked of one of them, averaged over all. So the probability
 * of an entity is the score that tools for named entities show of it.
 */

import type { GraphBuilder } from "../../graph/builder.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import type { Asked, EntityQuestion, Question } from "../question.ts";
import { logProbability } from "./log-probability.ts";
import { logit } from "./logit.ts";
import { probability } from "./probability.ts";

/** What is asked, as `Asked.parameters` of such a question. */
export interface AskedEntity {
  /** Tokens of the input. */
  readonly tokens: number;
  readonly classes: number;
  readonly places: readonly EntityPlace[];
}

/** A word of the entity: the token that its label is read from, the label, and the one that it is held against. */
export interface EntityPlace {
  readonly position: number;
  readonly target: number;
  readonly against?: number;
}

const WEIGHTS = "score.entity";

export const entityOf = ({ parameters }: Asked): AskedEntity => parameters as AskedEntity;

const weighted = (b: GraphBuilder, values: string, classes: number): string => {
  const chosen = b.mul(values, b.input(WEIGHTS, "float32", ["positions", classes]));
  return b.reduceSum(b.reduceSum(chosen, [2], false), [1]);
};

/** @param question - Of one row of logits; its nodes must take rows of any rank. */
const ofEntities = (question: Question): EntityQuestion => ({
  name: question.name,
  asks: "entity",
  emit: ({ builder, logits, activation, classes }) =>
    question.emit({ builder, logits, activation, classes, pick: (values) => weighted(builder, values, classes) }),
  feeds(asked) {
    const { tokens, classes, places } = entityOf(asked);
    const weights = new Float32Array(tokens * classes);
    for (const { position, target, against } of places) {
      weights[position * classes + target] = 1 / places.length;
      if (against !== undefined) weights[position * classes + against] = -1 / places.length;
    }
    return { [WEIGHTS]: floatTensor(weights, [tokens, classes]) };
  },
  evaluate(logits, asked) {
    const { classes, places } = entityOf(asked);
    const rows = Array.from(logits);
    const answers = places.map(({ position, target, against }) =>
      question.evaluate(rows.slice(position * classes, (position + 1) * classes), {
        activation: asked.activation,
        target,
        ...(against === undefined ? {} : { against }),
      }),
    );
    return answers.reduce((sum, answer) => sum + answer, 0) / places.length;
  },
});

/** Mean over the words of the logit, the probability, or its logarithm. */
export const entityLogit = ofEntities(logit);
export const entityProbability = ofEntities(probability);
export const entityLogProbability = ofEntities(logProbability);
