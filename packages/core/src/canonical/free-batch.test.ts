import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { intTensor } from "../tensor/tensor.ts";
import { freeBatch } from "./free-batch.ts";
import { BATCH } from "./name-axes.ts";
import type { Draft } from "./pass.ts";

const opsets = { "": 17, "com.microsoft": 1 };
const [T, W, N] = [4, 6, 2];

type Write = (b: GraphBuilder, x: string) => string;

const draftOf = (write: Write, shape: readonly number[] = [1, T, W]): Draft => {
  const b = new GraphBuilder({ opsets });
  b.output(write(b, b.input("x", "float32", shape)), "y");
  return { graph: b.build(), opsets };
};

/** Every row of a batch gives what it gives alone in the original graph. */
async function expectRowsApart(draft: Draft, freed: Draft["graph"], shape: readonly number[]): Promise<void> {
  const rows = ramp([3, ...shape.slice(1)]);
  const size = rows.data.length / 3;
  const [together] = await runGraph(freed, opsets, ["y"], { x: rows });
  const expected: number[] = [];
  for (let row = 0; row < 3; row++) {
    const x = { ...rows, shape, data: rows.data.slice(row * size, (row + 1) * size) };
    const [alone] = await runGraph(draft.graph, opsets, ["y"], { x });
    expected.push(...((alone?.data ?? []) as Float32Array));
  }
  expect(together?.shape[0]).toBe(3);
  expect(together?.data as Float32Array).toBeAllClose(expected, { atol: 1e-6 });
}

const FREED: readonly { readonly name: string; readonly write: Write; readonly shape?: readonly number[] }[] = [
  { name: "split heads", write: (b, x) => b.reshape(b.transpose(b.reshape(x, [1, T, N, W / N]), [0, 2, 1, 3]), [1, N, T * (W / N)])},
  { name: "heads merged with the batch", write: (b, x) => {
    const heads = b.reshape(b.transpose(b.reshape(x, [1, T, N, W / N]), [0, 2, 1, 3]), [N, T, W / N]);
    const scores = b.emit("Softmax", [b.matmul(heads, b.transpose(heads, [0, 2, 1]))], { attributes: { axis: int(-1) } });
    const mixed = b.transpose(b.reshape(b.matmul(scores, heads), [1, N, T, W / N]), [0, 2, 1, 3]);
    return b.reshape(mixed, [1, T, W]);
  }},
  { name: "a class token in front", write: (b, x) => b.concat([b.constant(ramp([1, 1, W], 2)), x], 1)},
  { name: "all rows merged and parted", write: (b, x) => b.reshape(b.matmul(b.reshape(x, [T, W]), b.constant(ramp([W, W], 2))), [1, T, W])},
  { name: "a mask that broadcasts", write: (b, x) => b.add(x, b.constant(ramp([1, T, 1], 2)))},
  { name: "the first position, normalised", write: (b, x) => {
    const first = b.emit("Gather", [x, b.constant(intTensor([0], []))], { attributes: { axis: int(1) } });
    return b.emit("Gemm", [first, b.constant(ramp([W, 3], 2)), b.constant(ramp([3], 3))]);
  }},
  { name: "patches", write: (b, x) => {
    const patches = b.emit("Conv", [x, b.constant(ramp([W, 3, 2, 2], 2))]);
    return b.transpose(b.reshape(patches, [1, W, 9]), [0, 2, 1]);
  }, shape: [1, 3, 4, 4] },
]; // biome-ignore format: one table

/** What mixes rows, or what cannot be told apart from it. */
const KEPT: readonly (readonly [name: string, write: Write, opType: string])[] = [
  ["tokens first", (b, x) => b.transpose(x, [1, 0, 2]), "Transpose"],
  ["a mean over the batch", (b, x) => b.reduceMean(x, [0]), "ReduceMean"],
  ["rows looked up by constant numbers", (b, x) =>
    b.emit("Gather", [b.reshape(x, [T, W]), b.integers([0, 1, 2, 3])], { attributes: { axis: int(0) } }), "Gather"],
  ["a constant for each of the merged rows", (b, x) => b.add(b.reshape(x, [T, W]), b.constant(ramp([T, W], 2))), "Add"],
  ["the batch axis cut off", (b, x) => b.squeeze(x, [0]), "Squeeze"],
]; // biome-ignore format: one table

describe("freeBatch()", () => {
  it.each(FREED)("lets the batch grow behind $name", async ({ write, shape = [1, T, W] }) => {
    const draft = draftOf(write, shape);
    const result = await rewritten(freeBatch, draft, { x: ramp(shape) });
    expect(result.graph.inputs[0]?.shape).toEqual([BATCH, ...shape.slice(1)]);
    expect(result.notes).toEqual(["exported for a batch of 1, made to take any batch"]);
    await expectRowsApart(draft, result.graph, shape);
  });

  it.each(KEPT)("keeps a batch of one behind %s", async (_, write, opType) => {
    const draft = draftOf(write);
    const result = await rewritten(freeBatch, draft, { x: ramp([1, T, W]) });
    expect(result.graph.inputs[0]?.shape?.[0]).toBe(1);
    expect(result.notes[0]).toContain(`which ${opType} "`);
  });

  it("leaves graphs alone whose batch is free, or is more than one", () => {
    for (const size of ["batch", 2]) {
      const b = new GraphBuilder({ opsets });
      b.output(b.reshape(b.input("x", "float32", [size, T]), [-1, 2]), "y");
      const graph = b.build();
      expect(operators(freeBatch({ graph, opsets }))).toEqual(["Reshape", "Identity"]);
      expect(freeBatch({ graph, opsets }).graph).toBe(graph);
    }
  });
});
