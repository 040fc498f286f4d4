/** @file A tokenizer for models that read every text at one length: what is missing is filled with padding, which they read like words. */

import { CheckpointError } from "../../errors.ts";
import type { EncodedText, Tokenizer } from "./tokenizer.ts";

/** @throws {CheckpointError} When the vocabulary has no token for padding. */
export function filledTokenizer(tokenizer: Tokenizer): Tokenizer {
  const { maxLength, specialTokens } = tokenizer;
  const { pad } = specialTokens;
  if (pad === undefined) {
    throw new CheckpointError(
      `Cannot use the tokenizer: the model reads texts of ${maxLength} tokens, filled up with padding, and its files name no "pad_token"; state it in tokenizer_config.json`,
      "tokenizer_config.json",
    );
  }
  const filled = (encoded: EncodedText): EncodedText => {
    const missing = Math.max(0, maxLength - encoded.ids.length);
    const end = encoded.text.length;
    const padding = { text: pad.text, start: end, end, special: true, word: null };
    return {
      ...encoded,
      ids: [...encoded.ids, ...new Array<number>(missing).fill(pad.id)],
      typeIds: [...encoded.typeIds, ...new Array<number>(missing).fill(0)],
      features: [...encoded.features, ...new Array<typeof padding>(missing).fill(padding)],
    };
  };
  return {
    ...tokenizer,
    encode: async (text, pair) => filled(await tokenizer.encode(text, pair)),
  };
}
