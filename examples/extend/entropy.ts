/**
 * @file How sure the model is: the entropy of its prediction, in nats. A question from outside, about no class.
 *
 * calig explain "A gripping film" --plugin examples/extend/entropy.ts --score entropy
 */

import {
  type Activation,
  defineQuestion,
  emitLogProbabilities,
  emitProbabilities,
  type GraphBuilder,
  logProbabilities,
  probabilities,
  refuseRegression,
} from "calig/extend";

/** - sum p log p over the classes, which share one probability; where each has its own, over yes and no of each. */
export const entropy = defineQuestion({
  name: "entropy",
  title: "entropy in nats",
  summary: "entropy of the prediction: what supports it makes the model unsure",
  subject: "entropy of the prediction",
  asks: "logits",
  emit({ builder: b, logits, activation }) {
    const yes = emitTerms(b, logits, activation);
    const terms = activation === "sigmoid" ? b.add(yes, emitTerms(b, b.neg(logits), activation)) : yes;
    return b.neg(b.reduceSum(terms, [1]));
  },
  evaluate(logits, { activation }) {
    const yes = termsOf(logits, activation);
    const no =
      activation === "sigmoid"
        ? termsOf(
            Float64Array.from(logits, (logit) => -logit),
            activation,
          )
        : [];
    return -[...yes, ...no].reduce((sum, term) => sum + term, 0);
  },
  refusal: refuseRegression,
});

const emitTerms = (b: GraphBuilder, logits: string, activation: Activation): string =>
  b.mul(emitProbabilities(b, logits, activation), emitLogProbabilities(b, logits, activation));

function termsOf(logits: ArrayLike<number>, activation: Activation): number[] {
  const shares = probabilities(logits, activation);
  return logProbabilities(logits, activation).map((log, i) => log * (shares[i] ?? 0));
}

export default entropy;
