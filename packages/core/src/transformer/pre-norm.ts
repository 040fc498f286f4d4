/** @file Blocks that normalise before each residual branch, as Vision Transformers have them; families differ in names, scales and attention. */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { activation } from "./activations.ts";
import { layerNorm, linear, mixByAttention, splitHeads } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";

/** Which of the projections have a bias. */
export interface QkvBias {
  readonly query: boolean;
  readonly key: boolean;
  readonly value: boolean;
}

/** Query, key and value projections: three layers, or one layer that gives all three side by side. */
export type Projections =
  | {
      readonly kind: "separate";
      readonly query: Parameters;
      readonly key: Parameters;
      readonly value: Parameters;
      readonly bias: QkvBias;
    }
  | { readonly kind: "joint"; readonly all: Parameters; readonly bias: boolean };

/** Adds a parameter of that shape to the graph and returns its value. */
export type ReadParameter = (shape: readonly number[]) => string;

/** The layers of one block, by what they do. */
export interface PreNormLayers {
  readonly attentionNorm: Parameters;
  readonly projections: Projections;
  /** Added to the attention scores, [1, heads, positions, positions]. */
  readonly attentionBias?: string;
  /** Linear layer after attention. */
  readonly mix: Parameters;
  readonly feedForwardNorm: Parameters;
  /** States [batch, positions, width] -> the same shape. */
  feedForward(states: string): string;
  /** Layer scale: what each channel of a branch is multiplied by before it is added, [width]. */
  readonly attentionScale?: ReadParameter;
  readonly feedForwardScale?: ReadParameter;
}

export interface PreNormSizes {
  readonly width: number;
  readonly heads: number;
  readonly epsilon: number;
}

/**
 * Runs `hidden` [batch, positions, width] through the blocks. The output is not normalised.
 *
 * @param read - How many leading positions are read after the last block, if not all: nothing else of it is computed there.
 */
export function preNormBlocks(
  builder: GraphBuilder,
  hidden: string,
  blocks: readonly PreNormLayers[],
  sizes: PreNormSizes,
  read: number | undefined,
): EncodedBlocks {
  const { width, heads, epsilon } = sizes;
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let output = hidden;
  for (const [b, layers] of blocks.entries()) {
    hiddenStates.push(output);
    const first = b === blocks.length - 1 ? read : undefined;
    const leading = (value: string, axis = 1) => (first === undefined ? value : builder.slice(value, axis, 0, first));
    const scaled = (branch: string, scale: ReadParameter | undefined) =>
      scale === undefined ? branch : builder.mul(branch, scale([width]));

    const normed = layerNorm(builder, output, layers.attentionNorm, width, epsilon);
    const states = project(builder, normed, leading, layers.projections, sizes);
    const bias = layers.attentionBias;
    const { context, probabilities } = mixByAttention(
      builder,
      states,
      { width, heads },
      {
        ...(bias === undefined ? {} : { mask: leading(bias, 2) }),
        probabilities: `block.${b}.attention_probabilities`,
      },
    );
    attentionProbabilities.push(probabilities);
    const mixed = scaled(linear(builder, context, layers.mix, width, width), layers.attentionScale);
    const attended = builder.add(mixed, leading(output));
    const middle = layerNorm(builder, attended, layers.feedForwardNorm, width, epsilon);
    const branch = scaled(layers.feedForward(middle), layers.feedForwardScale);
    output = builder.add(branch, attended, `hidden_state.${b + 1}`);
  }
  return { output, hiddenStates, attentionProbabilities };
}

/** Queries, keys and values by head; only the `leading` positions ask. */
function project(
  builder: GraphBuilder,
  x: string,
  leading: (value: string) => string,
  projections: Projections,
  { width, heads }: PreNormSizes,
) {
  const byHead = (flat: string) => splitHeads(builder, flat, heads, width / heads);
  if (projections.kind === "joint") {
    const flat = linear(builder, x, projections.all, width, 3 * width, projections.bias);
    const [query = "", key = "", value = ""] = split(builder, flat, [width, width, width]);
    return { query: byHead(leading(query)), key: byHead(key), value: byHead(value) };
  }
  const { bias } = projections;
  const layer = (input: string, role: "query" | "key" | "value") =>
    byHead(linear(builder, input, projections[role], width, width, bias[role]));
  return { query: layer(leading(x), "query"), key: layer(x, "key"), value: layer(x, "value") };
}

/** Parts of the last axis. */
function split(builder: GraphBuilder, x: string, sizes: readonly number[]): readonly string[] {
  return builder.emitMany("Split", [x, builder.integers(sizes)], sizes.length, { attributes: { axis: int(-1) } });
}

/** contract(act(expand(x))) */
export function perceptron(
  builder: GraphBuilder,
  layers: { readonly expand: Parameters; readonly contract: Parameters },
  { width, inner, act }: { readonly width: number; readonly inner: number; readonly act: string },
): (states: string) => string {
  const activate = activation(act);
  return (states) =>
    linear(
      builder,
      activate(builder, linear(builder, states, layers.expand, width, inner)),
      layers.contract,
      inner,
      width,
    );
}

/** contract(silu(a) * b), where expand(x) is a and b side by side (Shazeer 2020). */
export function gatedPerceptron(
  builder: GraphBuilder,
  layers: { readonly expand: Parameters; readonly contract: Parameters },
  { width, inner }: { readonly width: number; readonly inner: number },
): (states: string) => string {
  return (states) => {
    const both = linear(builder, states, layers.expand, width, 2 * inner);
    const [gate = "", value = ""] = split(builder, both, [inner, inner]);
    return linear(builder, builder.mul(activation("silu")(builder, gate), value), layers.contract, inner, width);
  };
}
