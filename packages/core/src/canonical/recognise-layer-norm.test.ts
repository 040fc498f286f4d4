import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { recogniseLayerNorm } from "./recognise-layer-norm.ts";

const WIDTH = 4;
const EPSILON = 0.01;

type Write = (b: GraphBuilder, x: string, scale: string, bias: string) => string;

const centre: (b: GraphBuilder, x: string) => string = (b, x) => b.sub(x, b.reduceMean(x, [-1]));
const variance = (b: GraphBuilder, c: string) => b.reduceMean(b.emit("Pow", [c, b.scalar(2)]), [-1]);
const root = (b: GraphBuilder, v: string) => b.emit("Sqrt", [b.add(v, b.scalar(EPSILON))]);

const FORMS: readonly (readonly [name: string, write: Write])[] = [
  ["torch", (b, x, s, t) => {
    const c = centre(b, x);
    return b.add(b.mul(b.div(c, root(b, variance(b, c))), s), t);
  }],
  ["operands in the other order, the square a product, the mean subtracted twice", (b, x, s, t) => {
    const c = centre(b, x);
    return b.add(t, b.mul(s, b.div(centre(b, x), root(b, b.reduceMean(b.mul(c, c), [2])))));
  }],
  ["Reciprocal", (b, x, s, t) => {
    const c = centre(b, x);
    return b.add(b.mul(b.mul(c, b.emit("Reciprocal", [root(b, variance(b, c))])), s), t);
  }],
  ["one over the root", (b, x, s, t) => {
    const c = centre(b, x);
    return b.add(b.mul(b.mul(b.div(b.scalar(1), root(b, variance(b, c))), c), s), t);
  }],
  ["a power of -0.5", (b, x, s, t) => {
    const c = centre(b, x);
    const inverse = b.emit("Pow", [b.add(b.scalar(EPSILON), variance(b, c)), b.scalar(-0.5)]);
    return b.add(b.mul(b.mul(c, inverse), s), t);
  }],
  ["TensorFlow", (b, x, s, t) => {
    const gain = b.mul(b.emit("Reciprocal", [root(b, variance(b, centre(b, x)))]), s);
    return b.add(b.mul(x, gain), b.sub(t, b.mul(b.reduceMean(x, [-1]), gain)));
  }],
]; // biome-ignore format: one table

function graphOf(write: Write, opset: number, scale = [WIDTH], bias = [WIDTH]) {
  const opsets = { "": opset };
  const b = new GraphBuilder({ opsets });
  const x = b.input("x", "float32", ["batch", "tokens", WIDTH]);
  b.output(write(b, x, b.constant(ramp(scale, 2)), b.constant(ramp(bias, 3))), "y");
  return { graph: b.build(), opsets };
}

const feeds = { x: ramp([2, 3, WIDTH]) };

describe("recogniseLayerNorm()", () => {
  for (const opset of [11, 14, 17, 18]) {
    it.each(FORMS)(`finds the form of %s (opset ${opset})`, async (_, write) => {
      const result = await rewritten(recogniseLayerNorm, graphOf(write, opset), feeds);
      expect(operators(result)).toEqual(["LayerNormalization", "Identity"]);
      expect(result.graph.nodes[0]?.attributes.epsilon).toEqual({ kind: "float", value: Math.fround(EPSILON) });
      expect(result.notes).toEqual(["1 normalisation recognised"]);
    });
  }

  it("finds the root-mean-square form", async () => {
    const write: Write = (b, x, s) => b.mul(s, b.mul(x, b.emit("Reciprocal", [root(b, variance(b, x))])));
    const result = await rewritten(recogniseLayerNorm, graphOf(write, 17), feeds);
    expect(operators(result)).toEqual(["SimplifiedLayerNormalization", "Identity"]);
  });

  const [, torch] = FORMS[0] as (typeof FORMS)[0];
  const others: readonly (readonly [string, ReturnType<typeof graphOf>])[] = [
    ["a scale per row", graphOf(torch, 17, [3, 1])],
    ["a scalar bias", graphOf(torch, 17, [WIDTH], [])],
    ["a mean over another axis", graphOf((b, x, s, t) => {
      const c = b.sub(x, b.reduceMean(x, [1]));
      return b.add(b.mul(b.div(c, root(b, b.reduceMean(b.mul(c, c), [1]))), s), t);
    }, 17)],
    ["a cube", graphOf((b, x, s, t) => {
      const c = centre(b, x);
      const cube = b.reduceMean(b.emit("Pow", [c, b.scalar(4)]), [-1]);
      return b.add(b.mul(b.div(c, root(b, cube)), s), t);
    }, 17)],
    ["the variance of something else", graphOf((b, x, s, t) => {
      const other = centre(b, b.mul(x, x));
      return b.add(b.mul(b.div(centre(b, x), root(b, variance(b, other))), s), t);
    }, 17)],
  ]; // biome-ignore format: one table

  it.each(others)("leaves %s alone", (_, draft) => {
    expect(recogniseLayerNorm(draft).graph).toBe(draft.graph);
  });

  it("keeps the parts that something else reads", async () => {
    const b = new GraphBuilder({ opsets: { "": 17 } });
    const x = b.input("x", "float32", ["batch", "tokens", WIDTH]);
    const ones = b.constant(floatTensor([1, 1, 1, 1], [WIDTH]));
    const c = centre(b, x);
    b.output(b.add(b.mul(b.div(c, root(b, variance(b, c))), ones), ones), "y");
    b.output(c, "centred");
    const result = await rewritten(recogniseLayerNorm, { graph: b.build(), opsets: { "": 17 } }, feeds);
    expect(operators(result)).toContain("Sub");
    expect(operators(result)).toContain("LayerNormalization");
  });
});
