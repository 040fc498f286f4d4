/** @file The logarithm of the target's probability: of two classes the logarithm of their ratio. */

import { emitLogProbabilities, logProbabilities } from "../activation.ts";
import { pickFrom, type Question, refuseRegression } from "../question.ts";

export const logProbability = {
  name: "log-probability",
  asks: "logits",
  emit: ({ builder, logits, activation, pick }) => pick(emitLogProbabilities(builder, logits, activation)),
  evaluate: (logits, asked) => pickFrom(logProbabilities(logits, asked.activation), asked),
  refusal: refuseRegression,
} as const satisfies Question;
