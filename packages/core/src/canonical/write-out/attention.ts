/** @file com.microsoft Attention and MultiHeadAttention, and Attention of ai.onnx 23, as primitives. */

import { int } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import { attend, attendInStages, mergeHeads, paddingMask, repeatHeads, splitHeads } from "./attention-core.ts";
import { split, type WriteContext, type Writer, withBias } from "./writer.ts";

/** Default of mask_filter_value. */
const FILTER = -10000;
/**
 * What a truth-value mask adds in ai.onnx Attention: the lowest float32. A query without any key gets equal weights,
 * where engines give 0 or NaN; a text has at least one token.
 */
const LOWEST = -3.4028234663852886e38;

/** Refuses inputs and outputs that only text generation uses. */
function refuseState(context: WriteContext, inputs: readonly number[], outputs: readonly number[]): void {
  if (inputs.some((i) => context.optional(i) !== undefined)) context.refuse("it has a past state");
  if (outputs.some((i) => context.wants(i))) context.refuse("more than its first output is read");
}

/** Refuses widths that are not so many whole heads. */
function checkHeads(context: WriteContext, heads: number, widths: readonly number[]): void {
  const odd = widths.find((width) => !(Number.isSafeInteger(width / heads) && width / heads > 0));
  if (odd !== undefined) context.refuse(`its width ${odd} is not that of ${heads} heads`);
}

/** com.microsoft Attention-1: x [batch, tokens, inputs] and the weights of q, k and v side by side [inputs, 3 width]. */
export const attention: Writer = (context) => {
  refuseState(context, [4, 6], [1]);
  const { builder: b, shapes } = context;
  const heads = context.int("num_heads", 0);
  const stated = context.node.attributes.qkv_hidden_sizes;
  const total = shapes.get(context.input(1))?.shape?.[1];
  const third = typeof total === "number" ? total / 3 : undefined;
  const sizes = stated?.kind === "ints" ? stated.value : third === undefined ? undefined : [third, third, third];
  if (sizes?.length !== 3 || heads === 0) return context.refuse("the sizes of its heads are not known");
  if (context.int("do_rotary", 0) !== 0) return context.refuse("it rotates positions");
  checkHeads(context, heads, sizes);
  const packed = withBias(b, b.matmul(context.input(0), context.input(1)), context.optional(2));
  const [q, k, v] = split(b, packed, 2, sizes) as [string, string, string];
  return [finish(context, { q, k, v }, { heads, sizes, mask: context.optional(3), bias: context.optional(5) })];
};

/** com.microsoft MultiHeadAttention-1 after the projections: separate, or q, k and v packed per head, or k and v. */
export const multiHeadAttention: Writer = (context) => {
  refuseState(context, [6, 7], [1, 2, 3]);
  const { builder: b, shapes } = context;
  const heads = context.int("num_heads", 0);
  const shape = shapes.get(context.input(0))?.shape;
  const [bias, mask, added] = [context.optional(3), context.optional(4), context.optional(5)];
  const query = shape?.at(-1);
  if (shape?.length === 5 && typeof query === "number") {
    if (bias !== undefined) return context.refuse("it has a bias to packed queries, keys and values");
    const width = heads * query;
    checkHeads(context, heads, [width]);
    const parts = split(b, context.input(0), 3, [1, 1, 1]); // [batch, tokens, heads, 1, size] each
    const [q, k, v] = parts.map((part) => b.reshape(part, [0, 0, width])) as [string, string, string];
    return [finish(context, { q, k, v }, { heads, sizes: [width, width, width], mask, bias: added })];
  }
  const key = shapes.get(context.optional(1) ?? "")?.shape;
  const value = shapes.get(context.optional(2) ?? "")?.shape;
  if (shape?.length !== 3 || typeof query !== "number") return context.refuse("the sizes of its heads are not known");
  if (key?.length === 5 && bias === undefined) {
    checkHeads(context, heads, [query]);
    const [k, v] = split(b, context.input(1), 3, [1, 1]).map((part) => b.reshape(part, [0, 0, query])) as [
      string,
      string,
    ];
    return [finish(context, { q: context.input(0), k, v }, { heads, sizes: [query, query, query], mask, bias: added })];
  }
  const width = value?.at(-1);
  if (key?.length !== 3 || value?.length !== 3 || typeof width !== "number") {
    return context.refuse("its keys and values are not of three axes");
  }
  const sizes = [query, query, width];
  checkHeads(context, heads, sizes);
  const biases = bias === undefined ? [] : split(b, bias, 0, sizes);
  const [q, k, v] = [0, 1, 2].map((i) => withBias(b, context.input(i), biases[i])) as [string, string, string];
  return [finish(context, { q, k, v }, { heads, sizes, mask, bias: added })];
};

interface Projected {
  readonly q: string;
  readonly k: string;
  readonly v: string;
}

interface Finish {
  readonly heads: number;
  /** Widths of q, k and v over all heads. */
  readonly sizes: readonly number[];
  readonly mask: string | undefined;
  readonly bias: string | undefined;
}

/** From projected q, k and v [batch, tokens, width] to the result [batch, tokens, value width]. */
function finish(context: WriteContext, { q, k, v }: Projected, { heads, sizes, mask, bias }: Finish): string {
  const { builder: b } = context;
  const [query = 0, , value = 0] = sizes;
  const scale = context.float("scale", 0) || 1 / Math.sqrt(query / heads);
  const filter = context.float("mask_filter_value", FILTER);
  const added = mask === undefined ? [] : [paddingMask(context, mask, filter)];
  const result = attend(b, {
    q: splitHeads(b, q, heads, query / heads),
    k: splitHeads(b, k, heads, query / heads),
    v: splitHeads(b, v, heads, value / heads),
    scale,
    added: bias === undefined ? added : [...added, bias],
    causal: context.int("unidirectional", 0) === 0 ? undefined : filter,
  });
  return mergeHeads(b, result, value);
}

/** Attention-23: heads on an axis of their own, or side by side in the last of three. */
export const attention23: Writer = (context) => {
  refuseState(context, [4, 5, 6], [1, 2]);
  const { builder: b, shapes } = context;
  const ranks = [0, 1, 2].map((i) => shapes.get(context.input(i))?.shape?.length);
  const isFlat = ranks.every((rank) => rank === 3);
  if (!isFlat && !ranks.every((rank) => rank === 4)) return context.refuse("the ranks of its inputs are not known");
  const last = [0, 1, 2].map((i) => shapes.get(context.input(i))?.shape?.at(-1));
  const heads = isFlat ? context.int("q_num_heads", 0) : shapes.get(context.input(0))?.shape?.[1];
  const keyHeads = isFlat ? context.int("kv_num_heads", 0) : shapes.get(context.input(1))?.shape?.[1];
  const known = [...last, heads, keyHeads];
  if (!known.every((size) => typeof size === "number")) return context.refuse("the sizes of its heads are not known");
  const [queryWidth, keyWidth, valueWidth, queries, keys] = known as [number, number, number, number, number];
  checkHeads(context, keys, isFlat ? [queries, keyWidth, valueWidth] : [queries]);
  if (isFlat) checkHeads(context, queries, [queryWidth]);
  const size = isFlat ? queryWidth / queries : queryWidth;
  const valueSize = isFlat ? valueWidth / keys : valueWidth;
  const place = (i: number, count: number, width: number) =>
    isFlat ? splitHeads(b, context.input(i), count, width / count) : context.input(i);
  const q = place(0, queries, queryWidth);
  const k = repeatHeads(b, place(1, keys, keyWidth), queries, keys, size);
  const v = repeatHeads(b, place(2, keys, valueWidth), queries, keys, valueSize);
  const mask = context.optional(3);
  const stages = attendInStages(b, {
    q,
    k,
    v,
    scale: context.float("scale", 0) || 1 / Math.sqrt(size),
    added: mask === undefined ? [] : [addedMask(context, mask)],
    causal: context.int("is_causal", 0) === 0 ? undefined : LOWEST,
    softcap: context.float("softcap", 0) || undefined,
  });
  const { result } = stages;
  const y = isFlat ? mergeHeads(b, result, queries * valueSize) : result;
  if (!context.wants(3)) return [y];
  const mode = context.int("qk_matmul_output_mode", 0);
  const products = [stages.scores, stages.capped, stages.masked, stages.probabilities][mode];
  return [y, undefined, undefined, products ?? context.refuse(`its output of scores is of the unknown kind ${mode}`)];
};

/** A mask of truth values, or one that is added as it is. */
function addedMask({ builder: b, shapes }: WriteContext, mask: string): string {
  if (shapes.get(mask)?.dtype === "bool") return b.emit("Where", [mask, b.scalar(0), b.scalar(LOWEST)]);
  return shapes.get(mask)?.dtype === "float32"
    ? mask
    : b.emit("Cast", [mask], { attributes: { to: int(dtypeCode("float32")) } });
}
