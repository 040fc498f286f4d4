/** @file Texts that are unlike those that a model was made for: words it does not know, and words cut into many tokens. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Warning } from "../../attribution/explanation.ts";
import { type CommonWords, extraTokens, plainWords } from "../../attribution/typical.ts";
import type { WholeText } from "./prepare.ts";

/**
 * How far a text must lie from the model's own, in standard errors: tokens of its words and the lack of common words taken
 * together. Of the sentences that the built-in model was measured on fewer than one in a hundred does (docs/reading.md).
 */
const FAR = 3.3;
/** Tokens of a word that it must have beyond the usual besides: long texts are far from all others in small things. */
const MORE = 0.4;
/** Share of its tokens that a text must have unknown to be unlike the model's own: an odd sign makes no strange text. */
const MOSTLY = 0.25;
/** One odd word is no other language. */
const LEAST_WORDS = 2;
/** Where nothing is known of the model's texts: tokens of a word beyond the first, of several words. */
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
      code: met.length >= MOSTLY * own ? "mostly-unknown" : "unknown-tokens",
      message: `${met.length} of the ${own} tokens of this text are unknown to the model (${shown.join(", ")}${met.length > shown.length ? ", ..." : ""}): it reads all of them as the same token, whatever they say`,
    },
  ];
}

function splitWords(model: ExplainableModel, { text, features }: WholeText["whole"]): readonly Warning[] {
  const extra = extraTokens(features);
  const mean = extra.reduce((sum, each) => sum + each, 0) / Math.max(1, extra.length);
  const usual = model.facts.card?.typical?.extraTokens;
  const isFar =
    usual === undefined
      ? extra.length >= MANY.words && mean >= MANY.extra
      : extra.length >= LEAST_WORDS &&
        mean - usual.mean >= MORE &&
        distance(text, mean, extra.length, usual, model.commonWords) > FAR;
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

/** Standard errors above the mean; of two figures their sum over the root of two, as independent ones are joined (Stouffer). */
function distance(
  text: string,
  mean: number,
  count: number,
  usual: { readonly mean: number; readonly deviation: number },
  common: CommonWords | undefined,
): number {
  const split = usual.deviation > 0 ? ((mean - usual.mean) * Math.sqrt(count)) / usual.deviation : 0;
  const words = plainWords(text);
  if (common === undefined || words.length === 0 || !(common.share > 0 && common.share < 1)) return split;
  const known = new Set(common.words);
  const share = words.filter((word) => known.has(word)).length / words.length;
  const lacking = (common.share - share) / Math.sqrt((common.share * (1 - common.share)) / words.length);
  return (split + lacking) / Math.SQRT2;
}
