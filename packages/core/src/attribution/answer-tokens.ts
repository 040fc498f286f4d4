/** @file Every token of an answer explained by itself: its log-probability behind the prompt and the tokens before it. */

import { InputError } from "../errors.ts";
import { attribute } from "./attribute.ts";
import type { ExplainableModel, PreparedWhole } from "./explainable-model.ts";
import type { AnswerToken, BlockExplanation } from "./explanation.ts";
import type { Part } from "./prepared-input.ts";
import type { ResolvedRun } from "./resolve-run.ts";

export const asksPerToken = (input: object): boolean => (input as { readonly perToken?: unknown }).perToken === true;

/**
 * The tokens of the answer that is explained. Their scores, and nearly their attributions, add up to those of the answer.
 *
 * Cost: that of the explanation for each of them.
 *
 * @throws {InputError} When there is no answer of tokens.
 */
export async function explainTokens(
  model: ExplainableModel,
  { parts, featureCount }: PreparedWhole,
  run: ResolvedRun,
): Promise<readonly AnswerToken[]> {
  const [{ input }] = parts as readonly [Part];
  const [answer, ...others] = input.answers ?? [];
  const tokens = answer?.strings[0]?.tokens;
  if (tokens === undefined || others.length > 0) {
    throw new InputError(
      "Cannot explain token by token: that is done of one answer; give an answer (--answer), and nothing that it is held against",
    );
  }
  const explained: AnswerToken[] = [];
  for (const [place, token] of tokens.entries()) {
    const own = parts.map((part) => ({ ...part, input: { ...part.input, onlyAsked: place } }));
    const { target, attribution, blocks } = await attribute(model, own, featureCount, run);
    explained.push({
      text: model.tokenizer?.textOf(token) ?? String(token),
      score: target.score,
      attribution,
      ...(blocks.length === 0 ? {} : { blocks: blocks.map(lasting) }),
    });
  }
  return explained;
}

/** What is kept of a block: results hold it for every token. */
const lasting = ({ index, relevance, fused, weight, completeness }: BlockExplanation) => ({
  index,
  relevance,
  fused,
  weight,
  completeness,
});
