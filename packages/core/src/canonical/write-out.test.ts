import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Attributes, float, int, ints, string } from "../onnx/model.ts";
import { boolTensor, floatTensor, intTensor, type Tensor } from "../tensor/tensor.ts";
import type { Draft } from "./pass.ts";
import { writeOut } from "./write-out.ts";

const MICROSOFT = "com.microsoft";

interface Case {
  readonly opType: string;
  readonly domain?: string;
  readonly opset?: number;
  /** Tensors are graph inputs, "" is an omitted one. */
  readonly inputs: readonly (Tensor | "")[];
  readonly attributes?: Attributes;
  /** Outputs of the node that are compared. Default: the first. */
  readonly outputs?: readonly number[];
  /** How many outputs the node has, where it has more. */
  readonly count?: number;
}

function draftOf({
  opType,
  domain = MICROSOFT,
  opset = 17,
  inputs,
  attributes = {},
  outputs = [0],
  count = 0,
}: Case): Draft {
  const opsets = { "": opset, [MICROSOFT]: 1 };
  const b = new GraphBuilder({ opsets });
  const names = inputs.map((tensor, i) => {
    if (tensor === "") return "";
    const [first, ...rest] = tensor.shape;
    return b.input(`x${i}`, tensor.dtype, [first === B ? "batch" : first, ...rest].slice(0, tensor.shape.length));
  });
  const made = b.emitMany(opType, names, Math.max(count, ...outputs.map((i) => i + 1)), { domain, attributes });
  for (const i of outputs)
    b.output(made[i] as string, `y${i}`, opType.startsWith("Embed") && i === 1 ? "int32" : "float32");
  const graph = b.build();
  if (count > 0) return { graph, opsets };
  // Outputs between those that are wanted are left out.
  const nodes = graph.nodes.map((node) =>
    node.opType === opType && node.domain === domain
      ? { ...node, outputs: node.outputs.map((name, i) => (outputs.includes(i) ? name : "")) }
      : node,
  );
  return { graph: { ...graph, nodes }, opsets };
}

const feedsOf = ({ inputs }: Case) =>
  Object.fromEntries(inputs.flatMap((tensor, i) => (tensor === "" ? [] : [[`x${i}`, tensor]])));

const int32 = (values: readonly number[], shape: readonly number[]): Tensor => ({
  dtype: "int32",
  shape,
  data: Int32Array.from(values),
});

const [B, T, S, N, H] = [2, 5, 3, 2, 4];
const W = N * H;
const heads: Attributes = { num_heads: int(N) };
const weights = [ramp([6, 3 * W], 2), ramp([3 * W], 3)];
const x = ramp([B, T, 6]);
const padding = int32([1, 1, 1, 0, 0, 1, 1, 1, 1, 0], [B, T]);
const q = ramp([B, S, W], 1);
const k = ramp([B, T, W], 2);
const v = ramp([B, T, W], 3);

/** Of four heads of queries that share two of keys, of 16 numbers (the engine turns no fewer). */
const grouped: Attributes = { num_heads: int(4), kv_num_heads: int(2) };
const packedQkv = ramp([B, T, 128]);
const qkv = [ramp([B, T, 64]), ramp([B, T, 32], 2), ramp([B, T, 32], 3)];
const lengths = [int32([T - 1, T - 1], [B]), int32([T], [1])];
const angles = [ramp([8, 8], 5), ramp([8, 8], 6)];

const CASES: readonly (readonly [name: string, the: Case])[] = [
  ["Attention", { opType: "Attention", inputs: [x, ...weights], attributes: heads }],
  ["Attention with a scale", { opType: "Attention", inputs: [x, ...weights], attributes: { ...heads, scale: float(0.7) } }],
  ["Attention with a mask per key", { opType: "Attention", inputs: [x, ...weights, padding], attributes: heads }],
  ["Attention with numbers of keys", { opType: "Attention", inputs: [x, ...weights, int32([3, 5], [B])], attributes: heads }],
  ["Attention with a mask per query and key", {
    opType: "Attention",
    inputs: [x, ...weights, int32(Array.from({ length: B * T * T }, (_, i) => Number(i % 3 !== 1)), [B, T, T])],
    attributes: { ...heads, mask_filter_value: float(-50) },
  }],
  ["Attention with an added bias", { opType: "Attention", inputs: [x, ...weights, padding, "", ramp([B, N, T, T], 5)], attributes: heads }],
  ["Attention with heads of other sizes", {
    opType: "Attention",
    inputs: [x, ramp([6, 20], 2), ramp([20], 3)],
    attributes: { ...heads, qkv_hidden_sizes: ints([8, 8, 4]) },
  }],
  ["Attention that looks back only", { opType: "Attention", inputs: [x, ...weights], attributes: { ...heads, unidirectional: int(1) } }],
  ["Attention of an old operator set", { opType: "Attention", opset: 12, inputs: [x, ...weights, padding], attributes: heads }],
  ["MultiHeadAttention", { opType: "MultiHeadAttention", inputs: [q, k, v], attributes: heads }],
  ["MultiHeadAttention with bias and mask", { opType: "MultiHeadAttention", inputs: [q, k, v, ramp([3 * W], 4), padding], attributes: heads }],
  ["MultiHeadAttention with an added bias", { opType: "MultiHeadAttention", inputs: [q, k, v, "", "", ramp([1, N, S, T], 4)], attributes: heads }],
  ["MultiHeadAttention with other values", { opType: "MultiHeadAttention", inputs: [q, k, ramp([B, T, 6], 3)], attributes: heads }],
  ["Attention-23 of four axes", {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, N, S, H]), ramp([B, N, T, H], 2), ramp([B, N, T, 3], 3)],
  }],
  ["Attention-23 with truth values", {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, N, S, H]), ramp([B, N, T, H], 2), ramp([B, N, T, H], 3), boolTensor(Array.from({ length: B * S * T }, (_, i) => i % 3 > 0), [B, 1, S, T])],
  }],
  ["Attention-23 of three axes with shared keys", {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, S, 4 * H]), ramp([B, T, 2 * H], 2), ramp([B, T, 2 * H], 3), ramp([S, T], 4)],
    attributes: { q_num_heads: int(4), kv_num_heads: int(2), scale: float(0.3) },
  }],
  ["Attention-23 that looks back only", {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, N, T, H]), ramp([B, N, T, H], 2), ramp([B, N, T, H], 3)],
    attributes: { is_causal: int(1) },
  }],
  ["SkipLayerNormalization", {
    opType: "SkipLayerNormalization",
    inputs: [x, ramp([B, T, 6], 2), ramp([6], 3), ramp([6], 4), ramp([6], 5)], attributes: { epsilon: float(0.1) }, outputs: [0, 3],
  }],
  ["SkipLayerNormalization, scale only", { opType: "SkipLayerNormalization", inputs: [x, ramp([B, T, 6], 2), ramp([6], 3)] }],
  ["SkipSimplifiedLayerNormalization", {
    opType: "SkipSimplifiedLayerNormalization",
    inputs: [x, ramp([B, T, 6], 2), ramp([6], 3), ramp([6], 4)], attributes: { epsilon: float(0.1) }, outputs: [0, 3],
  }],
  ["EmbedLayerNormalization", {
    opType: "EmbedLayerNormalization",
    inputs: [int32([1, 2, 0, 2, 1, 1], [B, 3]), int32([0, 1, 1, 0, 0, 1], [B, 3]), ramp([3, 6]), ramp([8, 6], 2), ramp([2, 6], 3), ramp([6], 4), ramp([6], 5), int32([1, 1, 0, 1, 1, 1], [B, 3])],
    attributes: { epsilon: float(0.01) }, outputs: [0, 1, 2],
  }],
  ["EmbedLayerNormalization with position numbers", {
    opType: "EmbedLayerNormalization",
    inputs: [int32([1, 2, 0, 2], [B, 2]), "", ramp([3, 6]), ramp([8, 6], 2), "", ramp([6], 4), ramp([6], 5), "", int32([3, 4, 0, 7], [B, 2])],
    count: 2,
  }],
  ["BiasGelu", { opType: "BiasGelu", inputs: [x, ramp([6], 2)] }],
  ["FastGelu with a bias", { opType: "FastGelu", inputs: [x, ramp([6], 2)] }],
  ["FusedGemm", {
    opType: "FusedGemm", inputs: [ramp([4, 5]), ramp([3, 5], 2), ramp([3], 3)],
    attributes: { transB: int(1), alpha: float(0.5), activation: string("LeakyRelu"), activation_alpha: float(0.2) },
  }],
  ["FusedConv", {
    opType: "FusedConv", inputs: [ramp([1, 2, 4, 4]), ramp([3, 2, 2, 2], 2), ramp([3], 3)],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]), activation: string("Relu") },
  }],
  ["Attention-23 that caps its scores and gives them out", {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, N, T, H]), ramp([B, N, T, H], 2), ramp([B, N, T, H], 3), ramp([T, T], 4)],
    attributes: { is_causal: int(1), softcap: float(0.5), qk_matmul_output_mode: int(2) }, outputs: [0, 3],
  }],
  ...[0, 1, 3].map((mode): readonly [string, Case] => [`Attention-23 that gives scores out, kind ${mode}`, {
    opType: "Attention", domain: "", opset: 23,
    inputs: [ramp([B, N, S, H]), ramp([B, N, T, H], 2), ramp([B, N, T, H], 3), ramp([S, T], 4)],
    attributes: { qk_matmul_output_mode: int(mode) }, outputs: [0, 3],
  }]),
  ["GroupQueryAttention, packed, turned", { opType: "GroupQueryAttention", inputs: [packedQkv, "", "", "", "", ...lengths, ...angles], attributes: { ...grouped, do_rotary: int(1) } }],
  ["GroupQueryAttention, separate", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, scale: float(0.3) } }],
  ["GroupQueryAttention, neighbours turned", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths, ...angles], attributes: { ...grouped, do_rotary: int(1), rotary_interleaved: int(1) } }],
  ["GroupQueryAttention, turned in part", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths, ramp([8, 8], 5), ramp([8, 8], 6)], attributes: { ...grouped, do_rotary: int(1) } }],
  ["GroupQueryAttention in a window", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, local_window_size: int(2) } }],
  ["GroupQueryAttention that caps its scores", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, softcap: float(0.7) } }],
  // The engine numbers a first prompt from the first position of the first row.
  ["GroupQueryAttention with positions and a bias", {
    opType: "GroupQueryAttention",
    inputs: [...qkv, "", "", ...lengths, ...angles, intTensor([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [B, T]), ramp([B, 4, T, T], 7)],
    attributes: { ...grouped, do_rotary: int(1) },
  }],
  ["RotaryEmbedding of three axes", { opType: "RotaryEmbedding", inputs: [ramp([B, T, 32]), intTensor([1, 2, 3, 4, 5, 0, 1, 2, 3, 7], [B, T]), ...angles] }],
  ["RotaryEmbedding of four axes from a first position on", { opType: "RotaryEmbedding", inputs: [ramp([B, N, S, 16]), intTensor([2], [1]), ...angles], attributes: { interleaved: int(1) } }],
  ["RotaryEmbedding in part", { opType: "RotaryEmbedding", inputs: [ramp([B, T, 32]), intTensor([0], [1]), ramp([8, 4], 5), ramp([8, 4], 6)], attributes: { num_heads: int(2), rotary_embedding_dim: int(8) } }],
  ["RotaryEmbedding-23 of four axes", { opType: "RotaryEmbedding", domain: "", opset: 23, inputs: [ramp([B, N, T, 16]), ...angles, intTensor([1, 2, 3, 4, 5, 0, 1, 2, 3, 7], [B, T])] }],
  ["RotaryEmbedding-23 with the angles of each token, neighbours turned in part", {
    opType: "RotaryEmbedding", domain: "", opset: 23, inputs: [ramp([B, T, 32]), ramp([B, T, 4], 5), ramp([B, T, 4], 6)],
    attributes: { num_heads: int(2), rotary_embedding_dim: int(8), interleaved: int(1) },
  }],
  ["Swish-24", { opType: "Swish", domain: "", opset: 24, inputs: [x], attributes: { alpha: float(1.3) } }],
]; // biome-ignore format: one table

describe("writeOut()", () => {
  it.each(CASES)("%s", async (_, the) => {
    const result = await rewritten(writeOut, draftOf(the), feedsOf(the));
    const { domain = MICROSOFT } = the;
    const left = result.graph.nodes.filter((node) => node.opType === the.opType && node.domain === domain);
    // Without its bias FastGelu is an activation.
    expect(left.map(({ inputs }) => inputs.length)).toEqual(the.opType === "FastGelu" ? [1] : []);
    expect(result.notes).toEqual([`1 ${the.opType} node written out`]);
  });

  it.each([3, 2])("takes %i packed values apart (onnxruntime has no such kernel on the processor)", async (parts) => {
    const shape = [B, T, N, parts, H];
    const packed = ramp(shape);
    const part = (at: number): Tensor => {
      const own = packed.data.filter((_, i) => Math.floor(i / H) % parts === at);
      return floatTensor(own, [B, T, W]);
    };
    const first = parts === 3 ? [] : [q];
    const together: Case = { opType: "MultiHeadAttention", inputs: [...first, packed], attributes: heads };
    const apart = { ...together, inputs: [...first, ...Array.from({ length: parts }, (_, at) => part(at))] };
    const { graph, opsets } = writeOut(draftOf(together));
    const [expected] = await runGraph(draftOf(apart).graph, opsets, ["y0"], feedsOf(apart));
    const [found] = await runGraph(graph, opsets, ["y0"], feedsOf(together));
    expect(found?.data as Float32Array).toBeAllClose(expected?.data as Float32Array, { atol: 1e-6 });
  });

  const past = ramp([2, B, N, 2, H]);
  const others: readonly (readonly [string, Case])[] = [
    ["it has a past state", { opType: "Attention", inputs: [x, ...weights, "", past], attributes: heads }],
    ["more than its first output is read", { opType: "Attention", inputs: [x, ...weights], attributes: heads, outputs: [0, 1] }],
    ["the sizes of its heads are not known", { opType: "Attention", inputs: [x, ...weights] }],
    ["its width 8 is not that of 3 heads", { opType: "Attention", inputs: [x, ...weights], attributes: { num_heads: int(3) } }],
    ["its width 2.6666666666666665 is not that of 2 heads", { opType: "Attention", inputs: [x, ramp([6, W])], attributes: heads }],
    ["its width 8 is not that of 3 heads", { opType: "MultiHeadAttention", inputs: [q, k, v], attributes: { num_heads: int(3) } }],
    ["its width 8 is not that of 3 heads", { opType: "Attention", domain: "", opset: 23, inputs: [q, k, v], attributes: { q_num_heads: int(3), kv_num_heads: int(1) } }],
    ["it has a past state", { opType: "GroupQueryAttention", inputs: [...qkv, ramp([B, 2, 3, 16]), ramp([B, 2, 3, 16]), ...lengths], attributes: grouped }],
    ["its softmax has attention sinks (input head_sink), which take a part of every probability", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths, "", "", "", "", ramp([4])], attributes: grouped }],
    ["its softmax is smooth (smooth_softmax): a sink takes a part of every probability", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, smooth_softmax: int(1) } }],
    ["its cache is quantised (k_quant_type, v_quant_type): keys and values are rounded", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, k_quant_type: string("PER_TENSOR") } }],
    ["its width 64 is not that of 3 heads, 2 of keys", { opType: "GroupQueryAttention", inputs: [...qkv, "", "", ...lengths], attributes: { ...grouped, num_heads: int(3) } }],
    ['its activation is "Softsign"', { opType: "FusedGemm", inputs: [x, x], attributes: { activation: string("Softsign") } }],
    ["its statistics are read", { opType: "SkipLayerNormalization", inputs: [x, x, ramp([6])], outputs: [0, 1] }],
  ]; // biome-ignore format: one table

  it.each(others)("leaves a node alone and says why: %s", (reason, the) => {
    const draft = draftOf(the);
    const result = writeOut(draft);
    expect(result.graph).toBe(draft.graph);
    expect(result.notes).toEqual([`${the.opType} "${draft.graph.nodes[0]?.name}" left as it is: ${reason}`]);
  });

  it("leaves FastGelu without a bias, which is no more than an activation", () => {
    const draft = draftOf({ opType: "FastGelu", inputs: [x] });
    expect(operators(writeOut(draft))).toEqual(operators(draft));
  });

  it("writes out chains of nodes of which each tells the shape of the next", async () => {
    const opsets = { "": 17, [MICROSOFT]: 1 };
    const b = new GraphBuilder({ opsets });
    const ids = b.input("ids", "int32", ["batch", "tokens"]);
    const tables = [ramp([3, 6]), ramp([8, 6], 2)].map((table) => b.constant(table));
    const [scale, bias] = [ramp([6], 4), ramp([6], 5)].map((each) => b.constant(each)) as [string, string];
    const inputs = [ids, "", ...tables, "", scale, bias];
    const [embedded = ""] = b.emitMany("EmbedLayerNormalization", inputs, 2, { domain: MICROSOFT });
    const packed = weights.map((each) => b.constant(each));
    const attended = b.emit("Attention", [embedded, ...packed], { domain: MICROSOFT, attributes: heads });
    b.output(
      b.emit("BiasGelu", [attended, b.constant(floatTensor(new Float32Array(W), [W]))], { domain: MICROSOFT }),
      "y",
    );
    const result = await rewritten(writeOut, { graph: b.build(), opsets }, { ids: int32([1, 2, 0, 2, 1, 1], [B, 3]) });
    expect(result.notes).toHaveLength(3);
    expect(result.graph.nodes.filter(({ domain }) => domain !== "").map(({ opType }) => opType)).toEqual([
      "FusedMatMul",
      "Gelu",
    ]);
  });
});
