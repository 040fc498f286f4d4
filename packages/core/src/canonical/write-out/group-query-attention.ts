/** @file com.microsoft GroupQueryAttention as primitives: causal attention of decoders, whose heads of queries share heads of keys. */

import { float, int } from "../../onnx/model.ts";
import { attend, mergeHeads, repeatHeads, splitHeads } from "./attention-core.ts";
import { rotate, rowsAt, rowsInOrder } from "./rotary.ts";
import { split, type WriteContext, type Writer } from "./writer.ts";

/** What keys behind the query get added to their scores: the lowest float32. */
const LOWEST = -3.4028234663852886e38;

/** Inputs by their place; `later` and what follows belong to versions of the operator that calig does not know. */
const INPUT = {
  query: 0,
  key: 1,
  value: 2,
  pastKey: 3,
  pastValue: 4,
  cosines: 7,
  sines: 8,
  positions: 9,
  bias: 10,
  sinks: 11,
  keyScale: 12,
  valueScale: 13,
  queryNorm: 14,
  keyNorm: 15,
} as const;

/**
 * GroupQueryAttention-1 on texts without a past: queries, keys and values [batch, tokens, heads x size], or packed side by
 * side in the first input.
 *
 * The lengths of the rows (inputs 5 and 6) say where padding begins, which follows the text: no token of the text looks at
 * it, so that they change nothing that is read.
 */
export const groupQueryAttention: Writer = (context) => {
  refuseForms(context);
  const { builder: b, shapes } = context;
  const [heads, keyHeads] = [context.int("num_heads", 0), context.int("kv_num_heads", 0)];
  const width = shapes.get(context.input(INPUT.query))?.shape?.[2];
  if (typeof width !== "number" || !(heads > 0) || !(keyHeads > 0)) {
    return context.refuse("the sizes of its heads are not known");
  }
  const isPacked = context.optional(INPUT.key) === undefined;
  const size = width / (isPacked ? heads + 2 * keyHeads : heads);
  if (!Number.isSafeInteger(size) || heads % keyHeads !== 0) {
    return context.refuse(`its width ${width} is not that of ${heads} heads, ${keyHeads} of keys`);
  }
  const [flatQ, flatK, flatV] = isPacked
    ? split(b, context.input(INPUT.query), 2, [heads * size, keyHeads * size, keyHeads * size])
    : [context.input(INPUT.query), context.input(INPUT.key), context.input(INPUT.value)];
  const turn = turning(context, size);
  const q = turn(normalised(context, INPUT.queryNorm, splitHeads(b, flatQ as string, heads, size)));
  const k = turn(normalised(context, INPUT.keyNorm, splitHeads(b, flatK as string, keyHeads, size)));
  const v = splitHeads(b, flatV as string, keyHeads, size);
  const bias = context.optional(INPUT.bias);
  const window = context.int("local_window_size", -1);
  const result = attend(b, {
    q,
    k: repeatHeads(b, k, heads, keyHeads, size),
    v: repeatHeads(b, v, heads, keyHeads, size),
    scale: context.float("scale", 0) || 1 / Math.sqrt(size),
    added: bias === undefined ? [] : [bias],
    causal: LOWEST,
    window: window > 0 ? window : undefined,
    softcap: context.float("softcap", 0) || undefined,
  });
  return [mergeHeads(b, result, heads * size)];
};

/** Refuses what is not a plain softmax over keys in float32, by name. */
function refuseForms(context: WriteContext): void {
  const { node, refuse } = context;
  const has = (i: number) => context.optional(i) !== undefined;
  const text = (name: string) => {
    const found = node.attributes[name];
    return found?.kind === "string" ? found.value : "NONE";
  };
  if (has(INPUT.pastKey) || has(INPUT.pastValue)) refuse("it has a past state");
  if ([1, 2, 3].some((i) => context.wants(i))) refuse("more than its first output is read");
  if (has(INPUT.sinks))
    refuse("its softmax has attention sinks (input head_sink), which take a part of every probability");
  if (context.int("smooth_softmax", 0) > 0)
    refuse("its softmax is smooth (smooth_softmax): a sink takes a part of every probability");
  const isQuantised =
    has(INPUT.keyScale) ||
    has(INPUT.valueScale) ||
    [text("k_quant_type"), text("v_quant_type")].some((type) => type !== "NONE");
  if (isQuantised) refuse("its cache is quantised (k_quant_type, v_quant_type): keys and values are rounded");
  if (node.inputs.slice(INPUT.keyNorm + 1).some((input) => input !== "")) refuse(`it has ${node.inputs.length} inputs`);
  if (context.int("causal", 1) === 0) refuse("it is not causal");
}

/** Queries or keys [batch, heads, tokens, size] divided by their root mean square, times a weight [size], where it has one. */
function normalised(context: WriteContext, weight: number, x: string): string {
  const scale = context.optional(weight);
  if (scale === undefined) return x;
  return context.builder.emit("SimplifiedLayerNormalization", [x, scale], {
    attributes: { axis: int(-1), epsilon: float(context.float("qk_norm_epsilon", 1e-6)) },
  });
}

/** The rotation of queries and keys [batch, heads, tokens, size] by their positions; none where it has no do_rotary. */
function turning(context: WriteContext, size: number): (x: string) => string {
  const { builder: b, shapes } = context;
  if (context.int("do_rotary", 0) === 0) return (x) => x;
  const half = shapes.get(context.input(INPUT.cosines))?.shape?.[1];
  if (typeof half !== "number" || 2 * half > size)
    return context.refuse("the size of its table of cosines is not known");
  const positions = context.optional(INPUT.positions);
  const tokens = b.sizeOf(context.input(INPUT.query), 1);
  const rows = (table: string) =>
    positions === undefined ? rowsInOrder(b, table, tokens) : rowsAt(b, table, positions);
  const cosine = rows(context.input(INPUT.cosines));
  const sine = rows(context.input(INPUT.sines));
  const interleaved = context.int("rotary_interleaved", 0) !== 0;
  return (x) => rotate(b, x, { cosine, sine, size, turned: 2 * half, interleaved });
}
