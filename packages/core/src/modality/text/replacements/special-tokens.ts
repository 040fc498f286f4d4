/** @file Removed tokens become a special token: mask, padding, or the unknown one. */

import type { ExplainableModel, Replacement } from "../../../attribution/explainable-model.ts";
import { InvalidOptionError, wordList } from "../../../errors.ts";
import { nextTokensOf } from "../../../transformer/anatomy.ts";
import type { WholeText } from "../prepare.ts";
import { tokensInstead } from "../tokens-instead.ts";

/** Tokens that can stand in for a removed one, in the order of preference. */
const TOKENS = ["mask", "pad", "unk"] as const;
type TokenName = (typeof TOKENS)[number];

export const specialTokens: readonly Replacement<WholeText>[] = TOKENS.map((name) => ({
  name,
  kind: "text",
  becomes: `the ${name} token`,
  open(context) {
    const id = tokenId(context.model, name);
    return tokensInstead(
      context,
      context.whole.whole.ids.map(() => id),
    );
  },
}));

/**
 * The first of mask, pad, unk that the tokenizer has; of language models "drop": their special tokens end texts, and stand in
 * the middle of none.
 *
 * @throws {InvalidOptionError} When it has none of them.
 */
export function defaultTextReplacement(model: ExplainableModel): TokenName | "drop" {
  if (nextTokensOf(model.anatomy) !== undefined) return "drop";
  const found = TOKENS.find((name) => model.tokenizer?.specialTokens[name] !== undefined);
  if (found !== undefined) return found;
  throw new InvalidOptionError(
    `Cannot evaluate with model "${model.facts.id}": its tokenizer has no mask, pad or unknown token that could stand in for removed words; name another replacement, such as "drop"`,
    "replacement",
  );
}

/** @throws {InvalidOptionError} When the tokenizer has no such token; lists the ones it has. */
function tokenId(model: ExplainableModel, name: TokenName): number {
  const tokens = model.tokenizer?.specialTokens ?? {};
  const token = tokens[name];
  if (token !== undefined) return token.id;
  const allowed = TOKENS.filter((other) => tokens[other] !== undefined);
  throw new InvalidOptionError(
    `Cannot use replacement "${name}": the tokenizer of "${model.facts.id}" has no such token; use one of ${wordList(allowed)}`,
    "replacement",
    name,
    allowed,
  );
}
