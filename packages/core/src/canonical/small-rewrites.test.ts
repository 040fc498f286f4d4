import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { int } from "../onnx/model.ts";
import { dropExpands } from "./drop-expands.ts";
import { foldScales } from "./fold-scales.ts";
import type { Draft } from "./pass.ts";
import { recogniseTranspose } from "./recognise-transpose.ts";
import { statePositions } from "./state-positions.ts";

const opsets = { "": 17 };

type Write = (b: GraphBuilder, x: string) => string;

const draftOf = (write: Write, shape: readonly (number | string)[]): Draft => {
  const b = new GraphBuilder({ opsets });
  b.output(write(b, b.input("x", "float32", shape)), "y");
  return { graph: b.build(), opsets };
};

describe("recogniseTranspose()", () => {
  const through =
    (merged: readonly number[], perm: readonly number[], back: readonly number[]): Write =>
    (b, x) =>
      b.reshape(b.transpose(b.reshape(x, merged), perm), back);
  const shape = ["batch", 2, 5, 3];
  const feeds = { x: ramp([4, 2, 5, 3]) };

  it("finds the transposition of the last two axes around merged ones", async () => {
    const result = await rewritten(
      recogniseTranspose,
      draftOf(through([-1, 5, 3], [0, 2, 1], [-1, 2, 3, 5]), shape),
      feeds,
    );
    expect(operators(result)).toEqual(["Transpose", "Identity"]);
  });

  it.each([
    ["other axes merged", through([-1, 3, 5], [0, 2, 1], [-1, 2, 5, 3])],
    ["heads parted otherwise", through([-1, 5, 3], [0, 2, 1], [-1, 4, 3, 5])],
    ["another order", through([-1, 5, 3], [1, 0, 2], [5, -1, 2, 3])],
  ])("leaves %s alone", (_, write) => {
    const draft = draftOf(write, shape);
    expect(recogniseTranspose(draft).graph).toBe(draft.graph);
  });
});

describe("dropExpands()", () => {
  /** A constant of shape [1, 1, 3] spread over the batch of x, and used. */
  const spread =
    (use: (b: GraphBuilder, x: string, wide: string) => string): Write =>
    (b, x) => {
      const sizes = b.concat([b.sizeOf(x, 0), b.integers([2, 3])], 0);
      return use(b, x, b.emit("Expand", [b.constant(ramp([1, 1, 3], 2)), sizes]));
    };
  const shape = ["batch", 2, 3];
  const feeds = { x: ramp([4, 2, 3]) };

  it.each([
    ["an operator that broadcasts", spread((b, x, wide) => b.add(x, wide))],
    ["a chain of them", spread((b, x, wide) => b.mul(b.add(b.neg(wide), b.scalar(2)), x))],
  ])("takes an Expand away before %s", async (_, write) => {
    const result = await rewritten(dropExpands, draftOf(write, shape), feeds);
    expect(operators(result)).not.toContain("Expand");
    expect(operators(result)).not.toContain("Shape");
  });

  it.each([
    ["an output", spread((b, _, wide) => b.neg(wide))],
    ["another operator", spread((b, x, wide) => b.concat([x, wide], 1))],
    ["a smaller operand", spread((b, x, wide) => b.add(b.reduceMean(x, [1]), wide))],
  ])("keeps the one before %s", (_, write) => {
    const draft = draftOf(write, shape);
    expect(dropExpands(draft).graph).toBe(draft.graph);
  });
});

describe("foldScales()", () => {
  const weight = ramp([3, 4], 2);
  const feeds = { x: ramp([2, 5, 3]) };
  const shape = ["batch", 5, 3];

  it.each([
    ["one factor", []],
    ["a factor per column", [4]],
  ])("moves %s into the weight", async (_, size) => {
    const write: Write = (b, x) => b.neg(b.mul(b.constant(ramp(size, 4)), b.matmul(x, b.constant(weight))));
    const result = await rewritten(foldScales, draftOf(write, shape), feeds);
    expect(operators(result)).toEqual(["Mul", "MatMul", "Neg", "Identity"]);
    expect(result.graph.nodes[0]?.inputs).not.toContain("x");
  });

  it("drops factors of one", async () => {
    const result = await rewritten(
      foldScales,
      draftOf((b, x) => b.neg(b.mul(x, b.scalar(1))), shape),
      feeds,
    );
    expect(operators(result)).toEqual(["Neg", "Identity"]);
  });

  it.each<readonly [string, Write]>([
    ["a factor per row", (b, x) => b.neg(b.mul(b.matmul(x, b.constant(weight)), b.constant(ramp([5, 1], 3))))],
    ["a product that is read elsewhere", (b, x) => {
      const y = b.matmul(x, b.constant(weight));
      return b.add(b.mul(y, b.scalar(2)), y);
    }],
    ["a product of two values", (b, x) => b.neg(b.mul(b.matmul(b.transpose(x, [0, 2, 1]), x), b.scalar(2)))],
  ])("leaves %s alone", (_, write) => {
    const draft = draftOf(write, shape);
    expect(foldScales(draft).graph).toBe(draft.graph);
  }); // biome-ignore format: one table
});

describe("statePositions()", () => {
  const cut =
    (start: number, rows = 8): Write =>
    (b, x) => {
      const table = b.constant(ramp([rows, 3], 2), "table");
      const part = b.emit("Slice", [table, b.integers([start]), b.sizeOf(x, 1), b.integers([0])], { output: "part" });
      return b.add(x, b.emit("Cast", [part], { attributes: { to: int(1) } }));
    };
  const sizeOf = (draft: Draft, value: string) => inferShapes(draft.graph, opsets).get(value)?.shape;

  it("states that a table is cut to the length of the text", async () => {
    const draft = draftOf(cut(0), ["batch", "tokens", 3]);
    expect(sizeOf(draft, "part")?.[0]).not.toBe("tokens");
    const result = await rewritten(statePositions, draft, { x: ramp([2, 5, 3]) });
    expect(sizeOf(result, "part")).toEqual(["tokens", 3]);
    expect(sizeOf(result, "y")).toEqual(["batch", "tokens", 3]);
  });

  it.each([
    ["a slice that does not start at the first row", cut(1)],
    ["a table of one row, which broadcasts", cut(0, 1)],
  ])("says nothing of %s", (_, write) => {
    const draft = draftOf(write, ["batch", "tokens", 3]);
    expect(statePositions(draft).graph).toBe(draft.graph);
  });
});
