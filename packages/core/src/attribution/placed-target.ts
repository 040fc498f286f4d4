/** @file What is asked where a model gives no classes of the input: an answer to a prompt, the word of a mask, a span. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import { chooseMaskedWord } from "./masked-word.ts";
import { type ChosenAnswer, chooseAnswer } from "./next-token-target.ts";
import type { ExplainOptions } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";
import { chooseSpan } from "./span.ts";

/** By what the model gives. @param logits - Of the input. @throws As `chooseAnswer`, `chooseMaskedWord` and `chooseSpan`. */
export async function choosePlaced(
  model: ExplainableModel,
  input: PreparedInput,
  logits: FloatTensor,
  options: Pick<ExplainOptions, "score" | "target" | "against" | "token">,
): Promise<ChosenAnswer> {
  switch (logitsOf(model.anatomy).kind) {
    case "masked-token":
      return chooseMaskedWord(model, input, logits, options);
    case "span":
      return chooseSpan(model, input, logits, options);
    default:
      return chooseAnswer(model, input, logits, options);
  }
}
