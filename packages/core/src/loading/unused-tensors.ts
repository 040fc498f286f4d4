/** @file Tensors of a checkpoint that the model built from it does not use: which of them may be, which say that it is another model. */

import type { Warning } from "../attribution/explanation.ts";
import { quote, UnsupportedModelError } from "../errors.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import type { WeightSource } from "../transformer/parameters.ts";

/** What pretraining leaves behind, buffers that are no weights, and a pooler that the head does not read. */
const HARMLESS: readonly RegExp[] = [
  /(^|\.)(position_ids|token_type_ids|relative_position_index|inv_freq|mask_token|num_batches_tracked)$/,
  /^(cls|lm_head|predictions|sop_classifier|generator_\w+|discriminator_\w+|(lm|mask)_predictions)\./,
  /^vocab_(transform|layer_norm|projector)\./,
  /^decoder[._]/,
  /(^|\.)pooler\./,
  // DeBERTa without absolute positions.
  /(^|\.)embeddings\.position_embeddings\./,
];

/** Parts that methods of cheap fine-tuning set into a model: without them its predictions are others. */
const ADAPTER =
  /(^|[._])(lora_\w+|adapters?|ia3_\w+|prefix_encoder|prompt_(encoder|embeddings?)|vera_\w+|oft_\w+|hada_\w+|lokr_\w+)([._]|$)/;

const SHOWN = 4;

/**
 * What to say of tensors that are not used. As in transformers they do not change what the model computes, but who loads
 * the model has to know.
 *
 * @param unread - Names of more that may be, by the family.
 * @throws {UnsupportedModelError} When some belong to adapters within the blocks.
 */
export function unusedTensors(
  { names, description }: WeightSource,
  { graph }: TransformerGraph,
  unread?: RegExp,
): readonly Warning[] {
  const used = new Set(graph.initializers.map(({ name }) => name));
  const harmless = unread === undefined ? HARMLESS : [...HARMLESS, unread];
  const unused = [...names].filter((name) => !used.has(name) && !harmless.some((pattern) => pattern.test(name)));
  if (unused.length === 0) return [];
  const adapters = unused.filter((name) => ADAPTER.test(name));
  if (adapters.length > 0) {
    throw new UnsupportedModelError(
      `Cannot build the model from ${description}: it has tensors of adapters within its blocks, ${listed(adapters)}, which calig does not compute; merge them into the weights (merge_and_unload() of peft, merge_adapter() of adapters), save the model and give that folder`,
      adapters.map((name) => ({ reason: `tensor "${name}"` })),
    );
  }
  const message = `The weights in "${description}" have tensors that a model of this configuration does not use, and transformers does not either: ${listed(unused)}; check that config.json belongs to them`;
  return [{ code: "unused-tensors", message }];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(quote).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
