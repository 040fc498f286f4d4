/** @file A family of decoders whose blocks are those of Llama, with what its configuration says otherwise. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { buildDecoder, type DecoderProfile } from "./decoder-model.ts";
import type { ModelFamily } from "./family.ts";
import { entersPlainly, llamaBlocks } from "./llama-blocks.ts";
import { type LlamaSizes, llamaSizes } from "./llama-sizes.ts";
import { longestRotary } from "./rotary-scaling.ts";

interface Differences
  extends Pick<ModelFamily, "name" | "modelTypes" | "fields">,
    Partial<Pick<ModelFamily, "maxLength" | "unread">> {
  /** What is otherwise than in Llama. Default: nothing. */
  sizes?(config: CheckpointConfig, usual: LlamaSizes): Partial<LlamaSizes>;
  /** What the head does otherwise. Default: nothing. */
  head?(
    config: CheckpointConfig,
  ): Partial<Pick<DecoderProfile, "prefix" | "table" | "headName" | "headBias" | "logitScale" | "softcap">>;
}

export function llamaFamily({ sizes: differences, head, ...family }: Differences): ModelFamily {
  return {
    kind: "text",
    decoder: true,
    unread: /\.rotary_emb\.inv_freq$/,
    maxLength: longestRotary,
    ...family,
    build(config, weights, options = {}) {
      const usual = llamaSizes(config);
      const sizes = { ...usual, ...differences?.(config, usual) };
      return buildDecoder(config, weights, options, {
        name: family.name,
        ...{ width: sizes.width, heads: sizes.heads, vocabulary: sizes.vocabulary },
        prefix: "model",
        table: "embed_tokens",
        ...(entersPlainly(sizes) ? { wordsAs: "hidden_state.0" } : {}),
        ...head?.(config),
        decode: (model) => llamaBlocks(model, sizes),
      });
    },
  };
}

/** Where scores or logits are bent; undefined where they are not. @throws {CheckpointError} When it is not above 0. */
export const bend = (config: CheckpointConfig, key: string): number | undefined =>
  config.has(key) ? above(config, key, config.number(key)) : undefined;

/** How many tokens "sliding_window" lets a block see; undefined for all. @throws {CheckpointError} When it is none. */
export const windowSize = (config: CheckpointConfig): number | undefined =>
  config.has("sliding_window") ? above(config, "sliding_window", config.integer("sliding_window")) : undefined;

/** @throws {CheckpointError} When a number is not above 0. */
export function above(config: CheckpointConfig, key: string, value: number): number {
  if (value > 0) return value;
  throw new CheckpointError(
    `Cannot use "${config.file}": "${key}" is ${value}, wanted a number above 0; check that the file belongs to this model`,
    config.file,
  );
}

/**
 * Which blocks look through the window, by "layer_types", else by what the family says; the others look at everything.
 *
 * @throws {CheckpointError} When "layer_types" has other words, or a block looks through a window of no size.
 */
export function windows(
  config: CheckpointConfig,
  size: number | undefined,
  isLocal: (block: number) => boolean,
): { readonly window: NonNullable<LlamaSizes["window"]>; readonly local: (block: number) => boolean } {
  const types = config.has("layer_types") ? config.strings("layer_types") : undefined;
  const strange = types?.find((type) => type !== "sliding_attention" && type !== "full_attention");
  if (strange !== undefined) {
    throw new CheckpointError(
      `Cannot use "${config.file}": "layer_types" has "${strange}", wanted "full_attention" or "sliding_attention"; calig builds no other kinds of attention`,
      config.file,
    );
  }
  const local = (block: number) => (types === undefined ? isLocal(block) : types[block] === "sliding_attention");
  return { local, window: (block) => (local(block) ? size : undefined) };
}
