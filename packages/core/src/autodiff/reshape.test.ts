import { describe, expect, it } from "vitest";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Dimension } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { reshapeToShape } from "./reshape.ts";

type Shape = readonly Dimension[] | undefined;

function build(from: Shape, to: Shape) {
  const b = new GraphBuilder();
  b.input(
    "g",
    "float32",
    (from ?? []).map(() => undefined),
  );
  b.input(
    "x",
    "float32",
    (to ?? []).map(() => undefined),
  );
  const value = reshapeToShape(b, "g", from, "x", to);
  return { graph: b.build(), opsets: b.opsets, value };
}

describe("reshapeToShape()", () => {
  it.each<[string, Shape, Shape, string]>([
    ["known sizes", [6], [2, 3], "{2, 3}"],
    ["one unknown size", ["n"], ["m", 3], "{-1, 3}"],
    ["sizes that the gradient has at the same place", ["b", "t", 2, 4], ["b", "t", 8], "{0, 0, 8}"],
    ["one of each", ["b", "n"], ["b", "t", 8], "{0, -1, 8}"],
  ])("writes constants: %s", (_, from, to, sizes) => {
    const { graph } = build(from, to);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Reshape"]);
    expect(printGraph(graph)).toContain(sizes);
  });

  it.each<[string, Shape, Shape]>([
    ["two sizes are unknown", ["n", 8], ["b", "t", 8]],
    ["nothing is known", ["n", 8], undefined],
    ["an axis is empty", [0, 3], [3, 0]],
  ])("takes the shape of the value when %s", (_, from, to) => {
    expect(build(from, to).graph.nodes.map(({ opType }) => opType)).toEqual(["Shape", "Reshape"]);
  });

  it.each<[string, Shape, Shape, readonly string[]]>([
    ["comes", ["b", 4, "t", 8], ["b", 4, 1, "t", 8], ["Unsqueeze"]],
    ["goes", ["b", 1, "t"], ["b", "t"], ["Squeeze"]],
    ["comes while another goes", ["b", 1, "t"], ["b", "t", 1], ["Squeeze", "Unsqueeze"]],
  ])(
    "leaves no size open where only an axis of one %s, so that there may be no rows",
    async (_, from, to, operators) => {
      const { graph, opsets, value } = build(from, to);
      expect(graph.nodes.map(({ opType }) => opType)).toEqual(operators);
      const size = (shape: Shape) =>
        (shape ?? []).map((axis) => (axis === "b" ? 0 : axis === "t" ? 5 : (axis as number)));
      const feeds = { g: floatTensor([], size(from)), x: floatTensor([], size(to)) };
      const [result] = await runGraph(graph, opsets, [value], feeds);
      expect(result?.shape).toEqual(size(to));
    },
  );

  it("gives the shape of the value either way", async () => {
    const feeds = {
      g: floatTensor(
        Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 2, 2],
      ),
      x: floatTensor(new Float32Array(24), [2, 3, 4]),
    };
    for (const to of [
      ["b", "t", 4],
      ["?1", "?2", 4],
    ] as const) {
      const { graph, opsets, value } = build(["b", "t", 2, 2], to);
      const [result] = await runGraph(graph, opsets, [value], feeds);
      expect(result?.shape).toEqual([2, 3, 4]);
      expect(result?.data).toEqual(feeds.g.data);
    }
  });
});
