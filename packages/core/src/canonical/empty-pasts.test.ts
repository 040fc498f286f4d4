import { describe, expect, it } from "vitest";
import { operators, ramp } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Dimension, type Graph, int } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { boolTensor, intTensor, type Tensor } from "../tensor/tensor.ts";
import { dropEmptyParts } from "./drop-empty-parts.ts";
import { emptyPasts } from "./empty-pasts.ts";
import type { Draft, Pass } from "./pass.ts";
import { restateSizes } from "./restate-sizes.ts";
import { simplify } from "./simplify.ts";
import "../../../../test/support/matchers.ts";

const opsets = { "": 17, "com.microsoft": 1 };
const [B, T, H] = [2, 3, 4];
const ids = intTensor([1, 2, 0, 2, 1, 3], [B, T]);
const PASSES: readonly Pass[] = [emptyPasts, simplify, dropEmptyParts, restateSizes];

const specialised = (draft: Draft): Draft => PASSES.reduce((before, pass) => pass(before), draft);

/** The outputs of a decoder whose past is fed empty, and of the decoder without one. */
async function compared(graph: Graph, pasts: Record<string, Tensor>): Promise<Graph> {
  const feeds = { ids };
  const result = specialised({ graph, opsets }).graph;
  const [expected] = await runGraph(graph, opsets, ["y"], { ...feeds, ...pasts });
  const [found] = await runGraph(result, opsets, ["y"], feeds);
  expect(found?.data as Float32Array).toBeAllClose(expected?.data as Float32Array, { atol: 1e-6 });
  expect(result.inputs.map(({ name }) => name)).toEqual(["ids"]);
  expect(result.outputs.map(({ name }) => name)).toEqual(["y"]);
  return result;
}

const none = (...shape: number[]): Tensor => ({ dtype: "float32", shape, data: new Float32Array() });

/** Word vectors [batch, heads, tokens, H]. */
function start(b: GraphBuilder): string {
  const x = b.emit("Gather", [b.constant(ramp([4, 2 * H])), b.input("ids", "int64", ["batch", "tokens"])]);
  return b.transpose(b.reshape(x, [0, 0, 2, H]), [0, 2, 1, 3]);
}

const past = (
  b: GraphBuilder,
  name: string,
  shape: readonly Dimension[] = ["batch", 2, "past", H],
  dtype: DType = "float32",
) => b.input(name, dtype, shape);

describe("emptyPasts()", () => {
  it("joins nothing where the past is empty, and counts positions from 0", async () => {
    const b = new GraphBuilder({ opsets });
    const x = start(b);
    const key = past(b, "past_key_values.0.key");
    const keys = b.concat([key, x], 2);
    b.output(keys, "present.0.key", "float32", ["batch", 2, "total", H]);
    const length = b.squeeze(b.sizeOf(key, 2), [0]);
    const zero = b.constant(intTensor([1], []));
    const places = b.emit("Range", [length, b.add(length, b.squeeze(b.sizeOf("ids", 1), [0])), zero]);
    const turned = b.mul(b.unsqueeze(b.emit("Cast", [places], { attributes: { to: int(1) } }), [1]), x);
    b.output(b.matmul(turned, keys, { transB: true }), "y", "float32", ["batch", 2, "tokens", "total"]);
    const graph = await compared(b.build(), { "past_key_values.0.key": none(B, 2, 0, H) });
    expect(operators({ graph })).not.toContain("ConstantOfShape");
  });

  it("knows a past of keys and values in one tensor", async () => {
    const b = new GraphBuilder({ opsets });
    const x = start(b);
    const both = past(b, "past_0", [2, "batch", 2, "past_seq_len", H]);
    const [keys, values] = [0, 1].map((at) =>
      b.concat([b.emit("Gather", [both, b.squeeze(b.integers([at]), [0])]), x], 2),
    );
    b.output(b.matmul(b.matmul(x, keys as string, { transB: true }), values as string), "y");
    await compared(b.build(), { past_0: none(2, B, 2, 0, H) });
  });

  it("leaves the past of a fused operator away, whatever its sizes are called", async () => {
    const b = new GraphBuilder({ opsets });
    const x = start(b);
    const flat = b.reshape(b.transpose(x, [0, 2, 1, 3]), [0, 0, 2 * H]);
    const pasts = ["key", "value"].map((kind) => past(b, `past_key_values.0.${kind}`, ["batch", 2, "past", "size"]));
    const outputs = b.emitMany("MultiHeadAttention", [flat, flat, flat, "", "", "", ...pasts], 3, {
      domain: "com.microsoft",
      attributes: { num_heads: int(2), unidirectional: int(1) },
    });
    b.output(outputs[0] as string, "y");
    b.output(outputs[1] as string, "present.0.key", "float32", ["batch", 2, "total", "size"]);
    const empty = none(B, 2, 0, H);
    const graph = await compared(b.build(), { "past_key_values.0.key": empty, "past_key_values.0.value": empty });
    expect(graph.nodes.find(({ opType }) => opType === "MultiHeadAttention")?.inputs.slice(6)).toEqual(["", ""]);
  });

  it("takes the branch without a cache", async () => {
    const branch = (scale: number): Graph => {
      const inner = new GraphBuilder({ opsets, prefix: `branch${scale}/` });
      const result = inner.emit("Mul", ["x", inner.scalar(scale)]);
      return { ...inner.build(), outputs: [{ name: result, dtype: "float32", shape: undefined }] };
    };
    const b = new GraphBuilder({ opsets });
    b.emit("Identity", [start(b)], { output: "x" });
    const [with2, without] = [branch(2), branch(3)];
    const flag = b.input("use_cache_branch", "bool", [1]);
    const y = b.emit("If", [flag], {
      attributes: { then_branch: { kind: "graph", value: with2 }, else_branch: { kind: "graph", value: without } },
    });
    b.output(y, "y");
    const graph = await compared(b.build(), { use_cache_branch: boolTensor([false], [1]) });
    expect(operators({ graph })).not.toContain("If");
  });

  const refused: readonly (readonly [string, readonly Dimension[], DType, RegExp])[] = [
    ["of a fixed size", ["batch", 2, 64, H], "float32", /"past_key" \[batch, 2, 64, 4\] has places for exactly 64/],
    ["of whole numbers", ["batch", 2, "past", H], "int8", /its cache "past_key" is quantised \(int8\)/],
  ];
  it.each(refused)("refuses a cache %s", (_, shape, dtype, message) => {
    const b = new GraphBuilder({ opsets });
    past(b, "past_key", shape, dtype);
    b.output(start(b), "y");
    expect(() => emptyPasts({ graph: b.build(), opsets })).toThrow(message);
  });

  it("leaves encoders alone", () => {
    const b = new GraphBuilder({ opsets });
    b.output(start(b), "y");
    const draft = { graph: b.build(), opsets };
    expect(specialised(draft).graph).toBe(draft.graph);
  });
});
