import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import { type Attributes, float, type Graph, int } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { elementCount, floatTensor, type Tensor } from "../tensor/tensor.ts";
import { DEFAULT_OPSETS, GraphBuilder } from "./builder.ts";
import { lowerFusedMatMul } from "./lower-fused-matmul.ts";

/** Numbers without symmetry: an operand that is transposed wrongly shows. */
const ramp = (shape: readonly number[], seed: number): Tensor =>
  floatTensor(
    Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(seed + 1.7 * i)),
    shape,
  );

async function run(graph: Graph, feeds: Feeds): Promise<Tensor> {
  const session = await createNodeRuntime().compile(encodeModel(createModel(graph, DEFAULT_OPSETS)), {
    name: "product",
  });
  const { y } = await session.run(feeds);
  await session.dispose();
  return y as Tensor;
}

interface ProductCase {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly attributes: Attributes;
}

const product = ({ a, b, attributes }: ProductCase): Graph => {
  const builder = new GraphBuilder();
  const inputs = [builder.input("a", "float32", a), builder.input("b", "float32", b)];
  builder.emit("FusedMatMul", inputs, { domain: "com.microsoft", attributes, output: "y" });
  builder.output("y");
  return builder.build();
};

const CASES: readonly (readonly [name: string, ProductCase])[] = [
  ["transB", { a: [3, 4], b: [5, 4], attributes: { transB: int(1) } }],
  ["transA with alpha", { a: [4, 3], b: [4, 5], attributes: { transA: int(1), alpha: float(0.125) } }],
  ["both, broadcast batch", { a: [2, 1, 4, 3], b: [6, 5, 4], attributes: { transA: int(1), transB: int(1) } }],
  ["alpha alone", { a: [3, 4], b: [4, 5], attributes: { alpha: float(-2) } }],
  ["a vector, which is not transposed", { a: [4], b: [2, 5, 4], attributes: { transA: int(1), transB: int(1) } }],
  ["transBatchA", { a: [3, 2, 4], b: [2, 4, 5], attributes: { transBatchA: int(1) } }],
  [
    "transBatchA and transA, transBatchB and transB",
    {
      a: [4, 2, 6, 3],
      b: [5, 2, 6, 4],
      attributes: { transBatchA: int(1), transA: int(1), transBatchB: int(1), transB: int(1), alpha: float(3) },
    },
  ],
];

describe("lowerFusedMatMul()", () => {
  it.each(CASES)("computes what the fused kernel computes: %s", async (_, spec) => {
    const fused = product(spec);
    const lowered = lowerFusedMatMul(fused, DEFAULT_OPSETS);
    expect(lowered.nodes.map((node) => node.domain)).not.toContain("com.microsoft");
    const feeds = { a: ramp(spec.a, 0.3), b: ramp(spec.b, 2.9) };
    const [expected, actual] = [await run(fused, feeds), await run(lowered, feeds)];
    expect(actual.shape).toEqual(expected.shape);
    expect(actual.data as Float32Array).toBeAllClose(expected.data as Float32Array, { rtol: 1e-5, atol: 1e-6 });
  });

  it("keeps names, and transposes an operand once for all products that share it", () => {
    const builder = new GraphBuilder({ name: "shared" });
    const [x, w] = [builder.input("x", "float32", ["rows", 4]), builder.input("w", "float32", [5, 4])];
    const scores = builder.matmul(x, w, { transB: true, output: "scores" });
    const halved = builder.matmul(x, w, { transB: true, alpha: 0.5, output: "halved" });
    builder.output(builder.add(scores, halved, "y"), "y", "float32", ["rows", 5]);
    expect(printGraph(lowerFusedMatMul(builder.build(), DEFAULT_OPSETS))).toMatchInlineSnapshot(`
      "graph shared (%x: float32[rows, 4], %w: float32[5, 4])
        const %alpha: float32[] {0.5}
        %w__transposed = Transpose(%w) {perm: [1,0]}
        %scores = MatMul(%x, %w__transposed)
        %halved__product = MatMul(%x, %w__transposed)
        %halved = Mul(%halved__product, %alpha)
        %y = Add(%scores, %halved)
        return %y: float32[rows, 5]"
    `);
  });

  it("leaves a graph without FusedMatMul as it is", () => {
    const builder = new GraphBuilder();
    builder.output(builder.neg(builder.input("x", "float32", [2])));
    const graph = builder.build();
    expect(lowerFusedMatMul(graph, DEFAULT_OPSETS)).toBe(graph);
  });

  it("names every product whose operand has no known rank", () => {
    const builder = new GraphBuilder({ name: "vague", opsets: { ...DEFAULT_OPSETS, custom: 1 } });
    const x = builder.input("x", "float32", [3, 4]);
    const vague = builder.emit("Anything", [x], { domain: "custom", output: "vague" });
    builder.output(builder.matmul(vague, x, { transA: true, output: "first" }));
    builder.output(builder.matmul(x, vague, { transB: true, output: "second" }));
    const lower = () => lowerFusedMatMul(builder.build(), builder.opsets);
    expect(lower).toThrow(UnsupportedModelError);
    expect(lower).toThrow('node "first": the rank of its operand "vague" is not known; node "second"');
  });
});
