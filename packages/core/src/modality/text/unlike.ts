/** @file Texts that are unlike those that a model was made for: words it does not know, and words cut into many tokens. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Warning } from "../../attribution/explanation.ts";
import { extraTokens } from "../../attribution/typical.ts";
import type { WholeText } from "./prepare.ts";

/**
 * How many standard errors above the mean of the model's own texts the tokens of a word must lie: of the sentences that the
 * built-in model was measured on, under one in a hundred does (docs/reading.md).
 */
const FAR = 4;
/** The same where nothing is known of the model's texts: tokens of a word beyond the first, of several words. */
const MANY = { extra: 1.5, words: 3 };

/** What a reader must know of such a text. */
export function unlikeTexts(model: ExplainableModel, { whole }: WholeText): readonly Warning[] {
  return [...unknownTokens(model, whole), ...splitWords(model, whole)];
}

function unknownTokens({ tokenizer }: ExplainableModel, { ids, features }: WholeText["whole"]): readonly Warning[] {
  const unknown = tokenizer?.specialTokens.unk?.id;
  if (unknown === undefined) return [];
  const own = features.filter(({ special }) => !special).length;
  const met = features.flatMap(({ special, text }, i) => (!special && ids[i] === unknown ? [text] : []));
  if (met.length === 0) return [];
  const shown = [...new Set(met)].slice(0, 5).map((text) => JSON.stringify(text));
  return [
    {
      code: "unknown-tokens",
      message: `${met.length} of the ${own} tokens of this text are unknown to the model (${shown.join(", ")}${met.length > shown.length ? ", ..." : ""}): it reads all of them as the same token, whatever they say`,
    },
  ];
}

function splitWords({ facts }: ExplainableModel, { features }: WholeText["whole"]): readonly Warning[] {
  const extra = extraTokens(features);
  if (extra.length === 0) return [];
  const mean = extra.reduce((sum, each) => sum + each, 0) / extra.length;
  const usual = facts.card?.typical?.extraTokens;
  const isFar =
    usual === undefined
      ? extra.length >= MANY.words && mean >= MANY.extra
      : (mean - usual.mean) * Math.sqrt(extra.length) > FAR * usual.deviation;
  if (!isFar) return [];
  const compared =
    usual === undefined ? "" : `, against ${(1 + usual.mean).toFixed(2)} in texts that the model was measured on`;
  return [
    {
      code: "split-words",
      message: `The words of this text are cut into ${(1 + mean).toFixed(2)} tokens each${compared}: it may be in a language that the model does not know, or have names, codes or misspelled words; what the model makes of it may mean little`,
    },
  ];
}
