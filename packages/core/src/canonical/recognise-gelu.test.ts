import { describe, expect, it } from "vitest";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { recogniseGelu } from "./recognise-gelu.ts";

type Write = (b: GraphBuilder, x: string) => string;

const erf = (b: GraphBuilder, x: string) => b.emit("Erf", [b.div(x, b.scalar(Math.SQRT2))]);
const ROOT = Math.sqrt(2 / Math.PI);

const ERF: readonly (readonly [name: string, write: Write])[] = [
  ["x (erf + 1) then 0.5", (b, x) => b.mul(b.mul(x, b.add(erf(b, x), b.scalar(1))), b.scalar(0.5))],
  ["0.5 x then (1 + erf)", (b, x) => b.mul(b.mul(b.scalar(0.5), x), b.add(b.scalar(1), erf(b, x)))],
  ["x then 0.5 (1 + erf)", (b, x) => b.mul(x, b.mul(b.scalar(0.5), b.add(b.scalar(1), erf(b, x))))],
  ["0.5 erf + 0.5", (b, x) => b.mul(b.add(b.mul(erf(b, x), b.scalar(0.5)), b.scalar(0.5)), x)],
  ["x multiplied by 1 / sqrt 2", (b, x) => {
    const gate = b.add(b.emit("Erf", [b.mul(b.scalar(Math.SQRT1_2), x)]), b.scalar(1));
    return b.div(b.mul(x, gate), b.scalar(2));
  }],
]; // biome-ignore format: one table

const tanh = (b: GraphBuilder, argument: string) => b.add(b.emit("Tanh", [argument]), b.scalar(1));

const TANH: readonly (readonly [name: string, write: Write])[] = [
  ["a power", (b, x) => {
    const cubic = b.mul(b.emit("Pow", [x, b.scalar(3)]), b.scalar(0.044715));
    return b.mul(b.mul(x, b.scalar(0.5)), tanh(b, b.mul(b.add(x, cubic), b.scalar(ROOT))));
  }],
  ["products", (b, x) => {
    const inner = b.add(b.mul(b.mul(b.scalar(0.044715), x), x), b.scalar(1));
    return b.mul(b.scalar(0.5), b.mul(x, tanh(b, b.mul(b.mul(x, b.scalar(ROOT)), inner))));
  }],
]; // biome-ignore format: one table

const draftOf = (write: Write) => {
  const opsets = { "": 17, "com.microsoft": 1 };
  const b = new GraphBuilder({ opsets });
  // The argument is itself a sum and a product, as behind a linear layer.
  const x = b.add(b.mul(b.input("x", "float32", ["batch", 5]), b.scalar(2)), b.scalar(0.25));
  b.output(write(b, x), "y");
  return { graph: b.build(), opsets };
};

const feeds = { x: ramp([3, 5]) };

describe("recogniseGelu()", () => {
  it.each(ERF)("finds the form with Erf: %s", async (_, write) => {
    const result = await rewritten(recogniseGelu, draftOf(write), feeds);
    expect(operators(result)).toEqual(["Mul", "Add", "Gelu", "Identity"]);
    expect(result.notes).toEqual(["1 Gelu activation recognised"]);
  });

  it.each(TANH)("finds the form with Tanh: %s", async (_, write) => {
    const result = await rewritten(recogniseGelu, draftOf(write), feeds);
    expect(operators(result)).toEqual(["Mul", "Add", "FastGelu", "Identity"]);
  });

  const others: readonly (readonly [string, Write])[] = [
    ["another factor", (b, x) => b.mul(b.mul(x, b.add(erf(b, x), b.scalar(1))), b.scalar(0.4))],
    ["another offset", (b, x) => b.mul(b.mul(x, b.add(erf(b, x), b.scalar(2))), b.scalar(0.5))],
    ["another argument", (b, x) => b.mul(b.mul(x, b.add(b.emit("Erf", [x]), b.scalar(1))), b.scalar(0.5))],
    ["erf of another value", (b, x) => b.mul(b.mul(x, b.add(erf(b, b.neg(x)), b.scalar(1))), b.scalar(0.5))],
    ["no x", (b, x) => b.mul(b.scalar(0.5), b.add(erf(b, x), b.scalar(1)))],
    ["x twice", (b, x) => b.mul(b.mul(x, b.mul(x, b.add(erf(b, x), b.scalar(1)))), b.scalar(0.5))],
    ["tanh without the cube", (b, x) => b.mul(b.mul(x, b.scalar(0.5)), tanh(b, b.mul(x, b.scalar(ROOT))))],
  ];

  it.each(others)("leaves %s alone", (_, write) => {
    const draft = draftOf(write);
    expect(recogniseGelu(draft).graph).toBe(draft.graph);
  });
});
