/** @file A model that reads texts of so many tokens and no longer ones: what a request costs grows with them. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { EncodedText, Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import { HttpError } from "./http-error.ts";

/** The model, whose tokenizer refuses texts of more tokens, special ones included; a model of pictures as it is. */
export function limitTokens<T extends ExplainableModel>(model: T, most: number): T {
  return model.tokenizer === undefined ? model : { ...model, tokenizer: limited(model.tokenizer, most) };
}

/** @throws {HttpError} 422, from both ways to encode; of what is cut off as well. */
function limited(tokenizer: Tokenizer, most: number): Tokenizer {
  const checked = async (encoded: Promise<EncodedText>) => {
    const { ids, truncated } = await encoded;
    const count = truncated?.totalTokens ?? ids.length;
    if (count <= most) return encoded;
    throw new HttpError(422, "text-too-long", `The text must have at most ${most} tokens, it has ${count}; shorten it`);
  };
  return {
    ...tokenizer,
    // Prompts and their answers together, too.
    maxLength: Math.min(tokenizer.maxLength, most),
    encode: (text, pair) => checked(tokenizer.encode(text, pair)),
    encodeWhole: (text) => checked(tokenizer.encodeWhole(text)),
  };
}
