/** @file The logit of the target. */

import { pickFrom, type Question } from "../question.ts";

export const logit = {
  name: "logit",
  asks: "logits",
  emit: ({ logits, pick }) => pick(logits),
  evaluate: pickFrom,
} as const satisfies Question;
