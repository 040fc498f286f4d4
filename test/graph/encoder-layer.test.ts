/** @file From the builder through the file format and the engine: one encoder layer against plain loops. */

import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { inferShapes } from "@calig/core/internal/graph/infer-shapes";
import { lowerFusedMatMul } from "@calig/core/internal/graph/lower-fused-matmul";
import { verifyGraph } from "@calig/core/internal/graph/verify";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { float, type Graph, int } from "@calig/core/internal/onnx/model";
import { printGraph } from "@calig/core/internal/onnx/print";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { uniform } from "../support/hashed-weights.ts";

const TOKENS = 3;
const WIDTH = 4;
const HEADS = 2;
const INNER = 6;
const EPSILON = 1e-5;

/** float32 sums of a few products; softmax and erf of the engine differ from double precision by about 1e-7. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };

const matrix = (name: string, rows: number, columns: number) => uniform(name, rows * columns, 0.6);
const WEIGHTS = {
  query: matrix("query", WIDTH, WIDTH),
  key: matrix("key", WIDTH, WIDTH),
  value: matrix("value", WIDTH, WIDTH),
  output: matrix("output", WIDTH, WIDTH),
  up: matrix("up", INNER, WIDTH),
  down: matrix("down", WIDTH, INNER),
  scale: uniform("scale", WIDTH, 0.2, 1),
  shift: uniform("shift", WIDTH, 0.1),
} as const;

/** Attention and feed-forward, each with a residual and a LayerNormalization; weights are stored [out, in]. */
function buildLayer(): { readonly graph: Graph; readonly opsets: Readonly<Record<string, number>> } {
  const b = new GraphBuilder({ name: "layer" });
  const weight = (name: keyof typeof WEIGHTS, shape: readonly number[]) => {
    const bytes = new Uint8Array(WEIGHTS[name].buffer);
    return b.has(name) ? name : b.initializer({ name, dtype: "float32", shape, storage: { kind: "bytes", bytes } });
  };
  const linear = (x: string, name: keyof typeof WEIGHTS, rows: number, columns: number) =>
    b.matmul(x, weight(name, [rows, columns]), { transB: true });
  const normalize = (x: string, output: string) =>
    b.emit("LayerNormalization", [x, weight("scale", [WIDTH]), weight("shift", [WIDTH])], {
      attributes: { axis: int(-1), epsilon: float(EPSILON) },
      output,
    });
  const x = b.input("x", "float32", ["rows", "tokens", WIDTH]);
  const [query, key, value] = (["query", "key", "value"] as const).map((name) =>
    b.transpose(b.reshape(linear(x, name, WIDTH, WIDTH), [0, 0, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]),
  ) as [string, string, string];
  const scores = b.matmul(query, key, { transB: true, alpha: 1 / Math.sqrt(WIDTH / HEADS) });
  const probabilities = b.emit("Softmax", [scores], { attributes: { axis: int(-1) }, output: "probabilities" });
  const context = b.reshape(b.transpose(b.matmul(probabilities, value), [0, 2, 1, 3]), [0, 0, WIDTH]);
  const middle = normalize(b.add(linear(context, "output", WIDTH, WIDTH), x), "middle");
  const expanded = b.emit("Gelu", [linear(middle, "up", INNER, WIDTH)], { domain: "com.microsoft" });
  const hidden = normalize(b.add(linear(expanded, "down", WIDTH, INNER), middle), "hidden");
  b.output(hidden, "hidden", "float32", ["rows", "tokens", WIDTH]);
  b.output(probabilities, "probabilities", "float32", ["rows", HEADS, "tokens", "tokens"]);
  return { graph: b.build(), opsets: b.opsets };
}

type Matrix = readonly (readonly number[])[];

/** Abramowitz and Stegun 7.1.6, summed until nothing changes: exact to double precision for the small arguments here. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const linearLoop = (x: Matrix, weights: Float32Array, outputs: number): Matrix =>
  x.map((row) =>
    Array.from({ length: outputs }, (_, o) =>
      row.reduce((sum, value, i) => sum + value * (weights[o * row.length + i] as number), 0),
    ),
  );

const addLoop = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, t) => row.map((value, d) => value + (b[t]?.[d] as number)));

const normalizeLoop = (x: Matrix): Matrix =>
  x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map(
      (value, d) =>
        ((value - mean) / Math.sqrt(variance + EPSILON)) * (WEIGHTS.scale[d] as number) + (WEIGHTS.shift[d] as number),
    );
  });

/** The same layer in loops over one row of the batch. */
function layerLoop(x: Matrix): { readonly hidden: Matrix; readonly probabilities: readonly Matrix[] } {
  const size = WIDTH / HEADS;
  const [query, key, value] = [WEIGHTS.query, WEIGHTS.key, WEIGHTS.value].map((w) => linearLoop(x, w, WIDTH)) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const context = x.map(() => new Array<number>(WIDTH).fill(0));
  const probabilities = Array.from(
    { length: HEADS },
    (_, head): Matrix =>
      query.map((q, i) => {
        const scores = key.map((k) => {
          let dot = 0;
          for (let d = head * size; d < (head + 1) * size; d++) dot += (q[d] as number) * (k[d] as number);
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        const row = scores.map((score) => score / total);
        for (let d = head * size; d < (head + 1) * size; d++) {
          (context[i] as number[])[d] = row.reduce((sum, p, j) => sum + p * (value[j]?.[d] as number), 0);
        }
        return row;
      }),
  );
  const middle = normalizeLoop(addLoop(linearLoop(context, WEIGHTS.output, WIDTH), x));
  const expanded = linearLoop(middle, WEIGHTS.up, INNER).map((row) =>
    row.map((v) => (v / 2) * (1 + erf(v / Math.SQRT2))),
  );
  return { hidden: normalizeLoop(addLoop(linearLoop(expanded, WEIGHTS.down, WIDTH), middle)), probabilities };
}

const { graph, opsets } = buildLayer();
const ROWS = 2;
const INPUT = uniform("input", ROWS * TOKENS * WIDTH, 1.5);
const rows = Array.from(
  { length: ROWS },
  (_, r): Matrix =>
    Array.from({ length: TOKENS }, (_, t) => [
      ...INPUT.subarray((r * TOKENS + t) * WIDTH, (r * TOKENS + t + 1) * WIDTH),
    ]),
);

describe("an encoder layer", () => {
  it("prints with the types of all values", () => {
    expect(printGraph(graph, inferShapes(graph, opsets))).toMatchInlineSnapshot(`
      "graph layer (%x: float32[rows, tokens, 4])
        const %query: float32[4, 4] 64 bytes
        const %integers: int64[4] {0, 0, 2, 2}
        const %key: float32[4, 4] 64 bytes
        const %value: float32[4, 4] 64 bytes
        const %integers_1: int64[3] {0, 0, 4}
        const %output: float32[4, 4] 64 bytes
        const %scale: float32[4] {1.0842997, 0.98086286, 1.1820176, 1.147437}
        const %shift: float32[4] {-0.03578986, -0.02069322, -0.0781123, 0.026875094}
        const %up: float32[6, 4] 96 bytes
        const %down: float32[4, 6] 96 bytes
        %FusedMatMul: float32[rows, tokens, 4] = com.microsoft.FusedMatMul(%x, %query) {transA: 0, transB: 1, alpha: 1.0}
        %Reshape: float32[rows, tokens, 2, 2] = Reshape(%FusedMatMul, %integers)
        %Transpose: float32[rows, 2, tokens, 2] = Transpose(%Reshape) {perm: [0,2,1,3]}
        %FusedMatMul_1: float32[rows, tokens, 4] = com.microsoft.FusedMatMul(%x, %key) {transA: 0, transB: 1, alpha: 1.0}
        %Reshape_1: float32[rows, tokens, 2, 2] = Reshape(%FusedMatMul_1, %integers)
        %Transpose_1: float32[rows, 2, tokens, 2] = Transpose(%Reshape_1) {perm: [0,2,1,3]}
        %FusedMatMul_2: float32[rows, tokens, 4] = com.microsoft.FusedMatMul(%x, %value) {transA: 0, transB: 1, alpha: 1.0}
        %Reshape_2: float32[rows, tokens, 2, 2] = Reshape(%FusedMatMul_2, %integers)
        %Transpose_2: float32[rows, 2, tokens, 2] = Transpose(%Reshape_2) {perm: [0,2,1,3]}
        %FusedMatMul_3: float32[rows, 2, tokens, tokens] = com.microsoft.FusedMatMul(%Transpose, %Transpose_1) {transA: 0, transB: 1, alpha: 0.70710677}
        %probabilities: float32[rows, 2, tokens, tokens] = Softmax(%FusedMatMul_3) {axis: -1}
        %MatMul: float32[rows, 2, tokens, 2] = MatMul(%probabilities, %Transpose_2)
        %Transpose_3: float32[rows, tokens, 2, 2] = Transpose(%MatMul) {perm: [0,2,1,3]}
        %Reshape_3: float32[rows, tokens, 4] = Reshape(%Transpose_3, %integers_1)
        %FusedMatMul_4: float32[rows, tokens, 4] = com.microsoft.FusedMatMul(%Reshape_3, %output) {transA: 0, transB: 1, alpha: 1.0}
        %Add: float32[rows, tokens, 4] = Add(%FusedMatMul_4, %x)
        %middle: float32[rows, tokens, 4] = LayerNormalization(%Add, %scale, %shift) {axis: -1, epsilon: 0.00001}
        %FusedMatMul_5: float32[rows, tokens, 6] = com.microsoft.FusedMatMul(%middle, %up) {transA: 0, transB: 1, alpha: 1.0}
        %Gelu: float32[rows, tokens, 6] = com.microsoft.Gelu(%FusedMatMul_5)
        %FusedMatMul_6: float32[rows, tokens, 4] = com.microsoft.FusedMatMul(%Gelu, %down) {transA: 0, transB: 1, alpha: 1.0}
        %Add_1: float32[rows, tokens, 4] = Add(%FusedMatMul_6, %middle)
        %hidden: float32[rows, tokens, 4] = LayerNormalization(%Add_1, %scale, %shift) {axis: -1, epsilon: 0.00001}
        return %hidden: float32[rows, tokens, 4], %probabilities: float32[rows, 2, tokens, tokens]"
    `);
  });

  it.each([
    ["as built", graph],
    ["after a trip through the file format", decodeModel(encodeModel(createModel(graph, opsets))).graph],
    ["without FusedMatMul", lowerFusedMatMul(graph, opsets)],
  ])("computes what loops compute, %s", async (_, layer) => {
    verifyGraph(layer, opsets);
    const session = await createNodeRuntime().compile(encodeModel(createModel(layer, opsets)), { name: "layer" });
    const { hidden, probabilities } = await session.run({ x: floatTensor(INPUT, [ROWS, TOKENS, WIDTH]) });
    await session.dispose();
    const expected = rows.map(layerLoop);
    expect(hidden?.shape).toEqual([ROWS, TOKENS, WIDTH]);
    expect(hidden?.data as Float32Array).toBeAllClose(
      expected.flatMap((row) => row.hidden.flat()),
      FLOAT32,
    );
    expect(probabilities?.shape).toEqual([ROWS, HEADS, TOKENS, TOKENS]);
    expect(probabilities?.data as Float32Array).toBeAllClose(
      expected.flatMap((row) => row.probabilities.flat(2)),
      FLOAT32,
    );
  });
});
