/** @file The probability of the target, as the head makes it of the logits. */

import { emitProbabilities, probabilities } from "../activation.ts";
import { pickFrom, type Question, refuseRegression } from "../question.ts";

export const probability = {
  name: "probability",
  asks: "logits",
  emit: ({ builder, logits, activation, pick }) => pick(emitProbabilities(builder, logits, activation)),
  evaluate: (logits, asked) => pickFrom(probabilities(logits, asked.activation), asked),
  refusal: refuseRegression,
} as const satisfies Question;
