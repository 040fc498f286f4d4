/**
 * @file From the last hidden states to the embedding of a text, as sentence-transformers defines its modules: pooling over the
 * positions, linear layers, normalisation.
 */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { activation } from "./activations.ts";
import type { Readout } from "./anatomy.ts";
import { firstPosition } from "./layers.ts";

/** How positions become one vector, by the names of sentence-transformers. */
export const POOLING_MODES = ["cls", "lasttoken", "max", "mean", "mean_sqrt_len_tokens", "weightedmean"] as const;
export type PoolingMode = (typeof POOLING_MODES)[number];

/** What is done to the pooled vector [batch, width]. */
export type EmbeddingLayer =
  | { readonly kind: "normalize" }
  | {
      readonly kind: "dense";
      /** [out, in] */
      readonly weight: FloatTensor;
      /** [out] */
      readonly bias?: FloatTensor;
      /** Name of the activation; absent for none. */
      readonly act?: string;
    };

/** What makes embeddings of hidden states. */
export interface EmbeddingPlan {
  /** Each gives a vector as wide as the hidden states; several lie one after the other, in this order. At least one. */
  readonly pooling: readonly [PoolingMode, ...PoolingMode[]];
  readonly layers: readonly EmbeddingLayer[];
}

/** What the embedding is called that is pooled of what an ONNX file gives. */
export const POOLED_OUTPUT = "calig.embedding";

/** Low enough to lose every maximum, finite in float32. */
const NEVER = -1e9;

/** Which positions a plan reads. */
export function embeddingReadout({ pooling: [mode, ...others] }: EmbeddingPlan): Readout {
  if (others.length > 0) return "unknown";
  switch (mode) {
    case "cls":
      return "first";
    case "mean":
    case "mean_sqrt_len_tokens":
      return "mean";
    case "lasttoken":
      return "chosen";
    case "max":
    case "weightedmean":
      return "unknown";
  }
}

/** Numbers of an embedding. */
export const embeddingWidth = ({ pooling, layers }: EmbeddingPlan, width: number): number =>
  layers.reduce(
    (size, layer) => (layer.kind === "dense" ? (layer.weight.shape[0] ?? 0) : size),
    pooling.length * width,
  );

/**
 * The embedding of each row.
 *
 * @param states - Last hidden states [batch, tokens, width].
 * @param mask - Int64 [batch, tokens], 1 where there is a token.
 * @returns [batch, `embeddingWidth`]
 */
export function emitEmbedding(b: GraphBuilder, states: string, mask: string, plan: EmbeddingPlan): string {
  const pooled = plan.pooling.map((mode) => pool(b, states, mask, mode));
  const joined = pooled.length === 1 ? (pooled[0] as string) : b.concat(pooled, 1);
  return plan.layers.reduce((vector, layer) => emitLayer(b, vector, layer), joined);
}

function pool(b: GraphBuilder, states: string, mask: string, mode: PoolingMode): string {
  if (mode === "cls") return firstPosition(b, states);
  const kept = b.emit("Cast", [mask], { attributes: { to: int(1) } }); // [batch, tokens]
  const total = () => b.reduceSum(kept, [1]); // [batch, 1]
  const sum = (weights: string) => b.reduceSum(b.mul(states, b.unsqueeze(weights, [2])), [1], false);
  switch (mode) {
    case "mean":
      return b.div(sum(kept), total());
    case "mean_sqrt_len_tokens":
      return b.div(sum(kept), b.emit("Sqrt", [total()]));
    case "weightedmean": {
      // Tokens weigh as much as their place, counted from 1.
      const weights = b.mul(places(b, kept), kept);
      return b.div(sum(weights), b.reduceSum(weights, [1]));
    }
    case "lasttoken": {
      const last = b.emit("Equal", [places(b, kept), total()]);
      return sum(b.mul(b.emit("Cast", [last], { attributes: { to: int(1) } }), kept));
    }
    case "max": {
      const never = b.mul(b.sub(kept, b.scalar(1)), b.scalar(-NEVER));
      return b.squeeze(b.reduceMax(b.add(states, b.unsqueeze(never, [2])), [1]), [1]);
    }
  }
}

/** The place of each token among those that are kept, from 1 [batch, tokens]. */
const places = (b: GraphBuilder, kept: string): string => b.emit("CumSum", [kept, b.integers([1])]);

function emitLayer(b: GraphBuilder, vector: string, layer: EmbeddingLayer): string {
  if (layer.kind === "normalize") {
    const square = b.reduceSum(b.mul(vector, vector), [1]);
    return b.div(vector, b.emit("Sqrt", [square]));
  }
  const product = b.matmul(vector, b.transpose(b.constant(layer.weight, "embedding_weight"), [1, 0]));
  const out = layer.bias === undefined ? product : b.add(product, b.constant(layer.bias, "embedding_bias"));
  return layer.act === undefined ? out : activation(layer.act)(b, out);
}
