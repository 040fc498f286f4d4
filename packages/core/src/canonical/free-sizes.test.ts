import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { int } from "../onnx/model.ts";
import { intTensor } from "../tensor/tensor.ts";
import { localReshapes } from "./local-reshapes.ts";
import { BATCH, nameAxes, TOKENS } from "./name-axes.ts";
import type { Draft, Pass } from "./pass.ts";
import { restateSizes } from "./restate-sizes.ts";

const opsets = { "": 17, "com.microsoft": 1 };

const all: Pass = (draft) => localReshapes({ ...restateSizes({ ...nameAxes(draft) }) });

/** Splits heads and masks scores as torch exports do: all sizes come from the hidden state. */
function attention(): Draft {
  const b = new GraphBuilder({ opsets });
  const mask = b.input("mask", "int64", ["batch_size", "length"]);
  const x = b.emit("Identity", [b.input("x", "float32", ["batch_size", "length", 6])], { output: "hidden" });
  const shape = b.shapeOf(x);
  const size = (axis: number) => b.emit("Gather", [shape, b.constant(intTensor([axis], []))]);
  const list = (axis: number) => b.unsqueeze(size(axis), [0]);
  const rows = b.emit("Range", [b.constant(intTensor([0], [])), size(0), b.constant(intTensor([1], []))]);
  const chosen = b.emit("Gather", [mask, rows]); // [batch, length], as the masking code of transformers 5 indexes
  const wide = b.concat([list(0), b.integers([1]), list(1), list(1)], 0);
  const bias = b.emit("Expand", [b.unsqueeze(b.emit("Cast", [chosen], { attributes: { to: int(1) } }), [1, 2]), wide]);
  const heads = b.emit("Reshape", [x, b.concat([list(0), list(1), b.integers([2, 3])], 0)]);
  const q = b.transpose(heads, [0, 2, 1, 3]);
  const scores = b.add(b.matmul(q, b.transpose(heads, [0, 2, 3, 1])), bias);
  const merged = b.transpose(b.matmul(scores, q), [0, 2, 1, 3]);
  b.output(b.emit("Reshape", [merged, b.concat([list(0), list(1), b.integers([-1])], 0)]), "y");
  return { graph: b.build(), opsets };
}

const maskOf = (batch: number, length: number) =>
  intTensor(
    Array.from({ length: batch * length }, (_, i) => (i % 3 === 0 ? 0 : 1)),
    [batch, length],
  );

describe("nameAxes(), restateSizes() and localReshapes()", () => {
  it("keep the function", async () => {
    const feeds = { x: ramp([2, 5, 6]), mask: maskOf(2, 5) };
    const result = await rewritten(all, attention(), feeds);
    expect(result.notes).toEqual(["2 Reshape nodes made independent of the batch of the inputs"]);
    expect(result.graph.inputs.map(({ shape }) => shape)).toEqual([
      [BATCH, TOKENS],
      [BATCH, TOKENS, 6],
    ]);
  });

  it("let a hidden state enter with more rows than the mask has", async () => {
    const { graph } = all(attention());
    const body = extractGraph(graph, {
      inputs: [{ name: "hidden", dtype: "float32", shape: ["rows", "positions", 6] }],
      outputs: ["y"],
    });
    expect(body.inputs.map(({ name }) => name)).toEqual(["hidden", "mask"]);
    const hidden = ramp([3, 5, 6]);
    const [together] = await runGraph(body, opsets, ["y"], { hidden, mask: maskOf(1, 5) });
    const rows = together?.data as Float32Array;
    for (let row = 0; row < 3; row++) {
      const one = { ...hidden, shape: [1, 5, 6], data: hidden.data.slice(row * 30, (row + 1) * 30) };
      const [alone] = await runGraph(body, opsets, ["y"], { hidden: one, mask: maskOf(1, 5) });
      const expected = alone?.data as Float32Array;
      expect(rows.slice(row * 30, (row + 1) * 30)).toBeAllClose(expected);
    }
  });
});

describe("nameAxes()", () => {
  it("makes one symbol of the names of different inputs, and keeps numbers", () => {
    const b = new GraphBuilder({ opsets });
    const ids = b.input("ids", "int64", ["b0", "t0"]);
    b.input("mask", "int64", ["b1", "t1"]);
    b.input("pixels", "float32", [1, 3, "h", "w"]);
    b.output(b.emit("Identity", [ids]), "y", "int64", ["b0", "batch"]);
    const { graph } = nameAxes({ graph: b.build(), opsets });
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([
      [BATCH, TOKENS],
      [BATCH, TOKENS],
      [1, 3, "h", "w"],
    ]);
    // "batch" of the graph itself need not be what axis 0 of the inputs is.
    expect(graph.outputs[0]?.shape).toEqual([BATCH, "batch'"]);
  });
});

describe("restateSizes()", () => {
  it("leaves sizes alone that no input has", () => {
    const b = new GraphBuilder({ opsets });
    const x = b.input("x", "float32", ["batch", 2, 3]);
    const kept = b.emit("Compress", [x, b.input("keep", "bool", ["n"])], { attributes: { axis: int(1) } });
    b.output(b.shapeOf(kept), "y", "int64");
    const draft = { graph: b.build(), opsets };
    expect(operators(restateSizes(draft))).toEqual(["Compress", "Shape", "Identity"]);
  });
});

describe("localReshapes()", () => {
  /** x [batch, 2, 3, tokens] reshaped to sizes that a function of the graph gives. */
  const reshape = (target: (b: GraphBuilder, x: string) => string): Draft => {
    const b = new GraphBuilder({ opsets });
    const x = b.input("x", "float32", ["batch", 2, 3, "tokens"]);
    b.output(b.emit("Reshape", [x, target(b, x)]), "y");
    return { graph: b.build(), opsets };
  };
  const feeds = { x: ramp([2, 2, 3, 4]) };

  it("takes sizes of other axes from the value, and -1 for a product", async () => {
    const merged = reshape((b, x) => {
      const rows = b.mul(b.sizeOf(x, 0), b.integers([6]));
      return b.concat([rows, b.sizeOf(x, 3)], 0);
    });
    const result = await rewritten(localReshapes, merged, feeds);
    expect(result.notes).toHaveLength(1);
  });

  it("leaves a target alone of which two sizes are no sizes of the value", async () => {
    const strange = reshape((b, x) =>
      b.concat([b.mul(b.sizeOf(x, 0), b.integers([2])), b.mul(b.sizeOf(x, 3), b.integers([3]))], 0),
    );
    expect(localReshapes(strange).graph).toBe(strange.graph);
  });
});
