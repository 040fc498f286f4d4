/** @file The questions: one line each. `SCORE_KINDS` of attribution/option-words.ts has their names for callers. */

import { InternalError } from "../errors.ts";
import type { EntityQuestion, NextTokenQuestion, Question, SpanQuestion } from "./question.ts";
import { answerLogit, answerLogProbability, answerProbability } from "./questions/answer.ts";
import { entityLogit, entityLogProbability, entityProbability } from "./questions/entity.ts";
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

/** Questions about the label of an entity, by the name of the score. */
export const ENTITY_QUESTIONS = [entityLogit, entityProbability, entityLogProbability] as const;

/** A question that is about no class of one row. */
export type OwnKindQuestion = NextTokenQuestion | SpanQuestion | EntityQuestion;

const OF_KIND: Readonly<Record<OwnKindQuestion["asks"], readonly OwnKindQuestion[]>> = {
  "next-token": NEXT_TOKEN_QUESTIONS,
  span: SPAN_QUESTIONS,
  entity: ENTITY_QUESTIONS,
};

/**
 * The question about next tokens, spans or entities with this name.
 *
 * @throws {InternalError} When there is none of this name: options are checked before.
 */
export function ownQuestionNamed(asks: OwnKindQuestion["asks"], name: string): OwnKindQuestion {
  const found = OF_KIND[asks].find((question) => question.name === name);
  if (found === undefined) throw new InternalError(`there is no question "${name}" of the kind ${asks}`);
  return found;
}
