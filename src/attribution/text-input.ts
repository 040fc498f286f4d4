/** @file A text as the input of a model: token ids, units, and which of them a baseline may replace. */

import { InputError } from "../errors.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { intTensor } from "../tensor/tensor.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Warning } from "./explanation.ts";
import type { PreparedText } from "./prepared-input.ts";

/** A text, or a pair of texts for models that judge pairs. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
}

/**
 * Tokenizes a text for a model.
 *
 * @throws {InputError} When the model does not read text, or the text has nothing to explain.
 */
export async function prepareText(model: ExplainableModel, input: TextInput): Promise<PreparedText> {
  if (model.tokenizer === undefined) {
    throw new InputError(`Cannot explain a text with model "${model.facts.id}": it classifies images; give an image`);
  }
  const encoded = await model.tokenizer.encode(input.text, input.pair);
  const replaceable = Float32Array.from(encoded.units, (unit) => (unit.special ? 0 : 1));
  const warnings: Warning[] = [];
  if (encoded.truncated !== undefined) {
    const { keptTokens, totalTokens, keptCharacters } = encoded.truncated;
    warnings.push({
      code: "truncated",
      message: `The text has ${totalTokens} tokens, the model reads ${keptTokens}: only the first ${keptCharacters} characters were read and explained`,
    });
  }
  return {
    kind: "text",
    encoded,
    feeds: textFeeds(model, encoded.ids, encoded.typeIds),
    units: encoded.units,
    replaceable,
    warnings,
  };
}

/** Token ids as feeds of the model, one text, nothing masked. */
export function textFeeds(model: ExplainableModel, ids: readonly number[], typeIds: readonly number[]): Feeds {
  const { inputs } = model.anatomy;
  const shape = [1, ids.length];
  return {
    ...(inputs.ids === undefined ? {} : { [inputs.ids]: intTensor(ids, shape) }),
    ...(inputs.typeIds === undefined ? {} : { [inputs.typeIds]: intTensor(typeIds, shape) }),
    ...(inputs.mask === undefined
      ? {}
      : {
          [inputs.mask]: intTensor(
            ids.map(() => 1),
            shape,
          ),
        }),
  };
}
