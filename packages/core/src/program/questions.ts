/** @file The questions: one line each. `SCORE_KINDS` of attribution/options.ts has their names for callers. */

import { InternalError } from "../errors.ts";
import type { NextTokenQuestion, Question, SpanQuestion } from "./question.ts";
import { answerLogit, answerLogProbability, answerProbability } from "./questions/answer.ts";
import { logProbability } from "./questions/log-probability.ts";
import { logit } from "./questions/logit.ts";
import { margin } from "./questions/margin.ts";
import { probability } from "./questions/probability.ts";
import { spanLogit, spanLogProbability, spanProbability } from "./questions/span.ts";

export const QUESTIONS = [logit, probability, logProbability, margin] as const;

/** @throws {InternalError} When there is none of this name: options are checked before. */
export function questionNamed(name: string): Question {
  const found = QUESTIONS.find((question) => question.name === name);
  if (found === undefined) throw new InternalError(`there is no question "${name}"`);
  return found;
}

/** Questions about next tokens, by the name of the score. */
export const NEXT_TOKEN_QUESTIONS = [answerLogProbability, answerLogit, answerProbability] as const;

/** Questions about where an answer starts and ends, by the name of the score. */
export const SPAN_QUESTIONS = [spanLogit, spanLogProbability, spanProbability] as const;

/**
 * The question about next tokens or about spans with this name.
 *
 * @throws {InternalError} When there is none of this name: options are checked before.
 */
export function ownQuestionNamed(asks: "next-token" | "span", name: string): NextTokenQuestion | SpanQuestion {
  const all: readonly (NextTokenQuestion | SpanQuestion)[] = asks === "span" ? SPAN_QUESTIONS : NEXT_TOKEN_QUESTIONS;
  const found = all.find((question) => question.name === name);
  if (found === undefined) throw new InternalError(`there is no question "${name}" of the kind ${asks}`);
  return found;
}
