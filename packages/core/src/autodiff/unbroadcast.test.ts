import { describe, expect, it } from "vitest";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Dimension } from "../onnx/model.ts";
import { elementCount, floatTensor } from "../tensor/tensor.ts";
import { sumToShape } from "./unbroadcast.ts";

type Shape = readonly Dimension[] | undefined;

const unknown = (rank: number): readonly Dimension[] => Array.from({ length: rank }, () => undefined);

/** @param ranks - What the engine may know of g and x. */
function build(from: Shape, to: Shape, opset = 17, ranks = [from?.length ?? 0, to?.length ?? 0] as const) {
  const b = new GraphBuilder({ opsets: { "": opset } });
  b.input("g", "float32", unknown(ranks[0]));
  b.input("x", "float32", unknown(ranks[1]));
  const value = sumToShape(b, "g", from, "x", to);
  return { graph: b.build(), opsets: b.opsets, value };
}

const operators = (from: Shape, to: Shape) => build(from, to).graph.nodes.map(({ opType }) => opType);

describe("sumToShape()", () => {
  it.each<[string, Shape, Shape]>([
    ["numbers", [2, 3], [2, 3]],
    ["symbols", ["batch", "tokens", 8], ["batch", "tokens", 8]],
    ["scalars", [], []],
  ])("adds no node when the shapes agree: %s", (_, from, to) => {
    expect(build(from, to)).toMatchObject({ value: "g", graph: { nodes: [] } });
  });

  it.each<[string, Shape, Shape, string[]]>([
    ["a bias", ["batch", "tokens", 8], [8], ["ReduceSum"]],
    ["an axis of size 1", ["batch", "tokens", 8], ["batch", 1, 8], ["ReduceSum"]],
    ["both", ["batch", "tokens", 8], [1, 8], ["ReduceSum", "ReduceSum"]],
    ["a scalar", ["batch", 8], [], ["ReduceSum"]],
  ])("sums over constant axes: %s", (_, from, to, expected) => {
    expect(operators(from, to)).toEqual(expected);
  });

  const symbols = (shape: readonly number[], name: string) => shape.map((_, axis) => `${name}${axis}`);
  const sizes = [
    { g: [2, 3, 4], x: [2, 3, 4] },
    { g: [2, 3, 4], x: [2, 1, 4] },
    { g: [2, 3, 4], x: [1, 1, 1] },
    { g: [2, 3, 4], x: [3, 4] },
    { g: [2, 3, 4], x: [1, 4] },
    { g: [2, 3, 4], x: [1] },
    { g: [2, 3, 4], x: [] },
    { g: [1, 3], x: [1, 3] },
    { g: [1, 3], x: [1, 1] },
    { g: [0, 3], x: [3] },
    { g: [], x: [] },
  ];
  const knowledge = [
    { what: "nothing is known", opset: 17, known: () => undefined },
    { what: "ranks are known", opset: 17, known: symbols },
    { what: "ranks are known, opset 12", opset: 12, known: symbols },
    { what: "some sizes are known", opset: 13, known: (s: readonly number[], n: string) => [...symbols(s, n).slice(0, -1), ...s.slice(-1)] },
  ]; // biome-ignore format: one row a line

  it.each(knowledge.flatMap((row) => sizes.map((shapes) => ({ ...row, ...shapes }))))(
    "sums [$g] to [$x] at run time when $what",
    async ({ g, x, opset, known }) => {
      const { graph, opsets, value } = build(known(g, "g"), known(x, "x"), opset, [g.length, x.length]);
      const data = Float32Array.from({ length: elementCount(g) }, (_, i) => i + 1);
      const feeds = { g: floatTensor(data, g), x: floatTensor(new Float32Array(elementCount(x)), x) };
      const [result] = await runGraph(graph, opsets, [value], feeds);
      expect(result?.shape).toEqual(x);
      expect(result?.data as Float32Array).toBeAllClose(summed(data, g, x));
    },
  );

  it("refuses unknown ranks before operator set 13", () => {
    expect(() => build(undefined, undefined, 12)).toThrow(UnsupportedModelError);
  });
});

/** The definition: every element of g is added where broadcasting took it from. */
function summed(data: Float32Array, g: readonly number[], x: readonly number[]): number[] {
  const result = Array.from({ length: elementCount(x) }, () => 0);
  data.forEach((value, flat) => {
    let rest = flat;
    let place = 0;
    let stride = 1;
    for (let back = 1; back <= g.length; back++) {
      const size = g[g.length - back] as number;
      const index = rest % size;
      rest = Math.floor(rest / size);
      const own = x[x.length - back];
      if (own === undefined) continue;
      place += (own === 1 ? 0 : index) * stride;
      stride *= own;
    }
    (result[place] as number) += value;
  });
  return result;
}
