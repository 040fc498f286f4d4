/** @file Attention in the blocks of Llama and of decoders like it. */

import type { DecoderModel } from "./decoder-model.ts";
import { groupedAttention, rmsNorm } from "./decoder-parts.ts";
import { linear, splitHeads } from "./layers.ts";
import type { BlockNames, LlamaSizes } from "./llama-sizes.ts";
import type { Parameters } from "./parameters.ts";
import { type RotaryAngles, rotate } from "./rotary.ts";

/** What tokens see in one block. */
export interface Sight {
  readonly angles: RotaryAngles | undefined;
  /** Those of the queries. */
  readonly queryAngles: RotaryAngles | undefined;
  /** [queries, tokens], or one of each head [heads, queries, tokens]. */
  readonly mask: string;
}

/** Where in the model it is. */
export interface AttentionSite {
  readonly sight: Sight;
  /** The positions of a value that are read. */
  readonly taken: (x: string) => string;
  readonly names: BlockNames;
  readonly probabilities: string;
}

/** Attention, mixed by its last matrix. */
export function attend(
  { builder }: DecoderModel,
  x: string,
  parameters: Parameters,
  sizes: LlamaSizes,
  { sight, taken, names, probabilities }: AttentionSite,
): { readonly mixed: string; readonly probabilities: string } {
  const { heads, keyValueHeads, headSize, epsilon, biases, width, normalisesQueries, normOffset = 0, clip } = sizes;
  const inside = heads * headSize;
  const shared = keyValueHeads * headSize;
  const projected = (from: string, name: string, size: number) => {
    const product = linear(builder, from, parameters.at(name), width, size, biases.queryKeyValue);
    return clip === undefined ? product : builder.emit("Clip", [product, builder.scalar(-clip), builder.scalar(clip)]);
  };
  const flat = sizes.fused === undefined ? together() : sizes.fused === "parts" ? parts() : groups();
  const turned = (values: string, name: string, count: number, angles: RotaryAngles | undefined) => {
    const size = normalisesQueries === "heads" ? headSize : count * headSize;
    const norm = (states: string) =>
      rmsNorm(builder, states, parameters.at(name), size, epsilon, { offset: normOffset });
    const cut = splitHeads(builder, normalisesQueries === "together" ? norm(values) : values, count, headSize);
    const normed = normalisesQueries === "heads" ? norm(cut) : cut;
    return angles === undefined ? normed : rotate(builder, normed, angles, headSize, sizes.rotaryPairs);
  };
  const states = {
    query: turned(flat.query, "q_norm", heads, sight.queryAngles),
    key: turned(flat.key, "k_norm", keyValueHeads, sight.angles),
    value: splitHeads(builder, flat.value, keyValueHeads, headSize),
  };
  const { context } = groupedAttention(builder, states, sizes, {
    mask: sight.mask,
    probabilities,
    scale: sizes.scale,
    softcap: sizes.softcap,
  });
  const mixed = linear(builder, context, parameters.at(names.output), inside, width, biases.output);
  return { mixed, probabilities };

  function together() {
    return {
      query: projected(taken(x), names.query, inside),
      key: projected(x, names.key, shared),
      value: projected(x, names.value, shared),
    };
  }

  function parts() {
    const all = projected(x, names.together, inside + 2 * shared);
    const part = (from: number, size: number) => builder.slice(all, -1, from, from + size);
    return { query: taken(part(0, inside)), key: part(inside, shared), value: part(inside + shared, shared) };
  }

  /** [batch, tokens, keys * (queries of a key + 2) * size] */
  function groups() {
    const queries = heads / keyValueHeads;
    const all = projected(x, names.together, inside + 2 * shared);
    const cut = builder.reshape(all, [0, 0, keyValueHeads, (queries + 2) * headSize]);
    const part = (from: number, count: number) =>
      builder.reshape(builder.slice(cut, -1, from * headSize, (from + count) * headSize), [
        0,
        0,
        keyValueHeads * count * headSize,
      ]);
    return { query: taken(part(0, queries)), key: part(queries, 1), value: part(queries + 1, 1) };
  }
}
