import { describe, expect, it } from "vitest";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { InternalError, UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { verifyGraph } from "../graph/verify.ts";
import { float, type Graph, int } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { buildGradientGraph, type GradientOptions } from "./backward.ts";
import { createRegistry } from "./registry.ts";

const opsets = { "": 17, "com.microsoft": 1 };

/** The gradient part alone, as text, without the line of inputs and outputs. */
function gradientText(graph: Graph, options: Omit<GradientOptions, "opsets">): string {
  const result = buildGradientGraph(graph, { ...options, opsets });
  verifyGraph(result.graph, opsets);
  const forward = new Set(graph.nodes.map(({ name }) => name));
  const nodes = result.graph.nodes.filter(({ name }) => !forward.has(name));
  const known = new Set(graph.initializers.map(({ name }) => name));
  const initializers = result.graph.initializers.filter(({ name }) => !known.has(name));
  return printGraph({ ...result.graph, inputs: [], outputs: [], nodes, initializers })
    .split("\n")
    .slice(1, -1)
    .map((line) => line.trim())
    .join("\n");
}

function issueOf(make: () => unknown): UnsupportedModelError {
  try {
    make();
  } catch (error) {
    if (error instanceof UnsupportedModelError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const start = (shape: readonly (number | string)[] = ["rows", 4]) => {
  const b = new GraphBuilder({ name: "model", opsets });
  return { b, x: b.input("x", "float32", shape) };
};

function weight(b: GraphBuilder, name: string, shape: readonly number[]): string {
  const bytes = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
  return b.initializer({ name, dtype: "float32", shape, storage: { kind: "bytes", bytes } });
}

describe("buildGradientGraph() writes short programs", () => {
  it("for a dense layer with weights stored [out, in]: one product, no transpose, nothing for weight and bias", () => {
    const { b, x } = start();
    const product = b.matmul(x, weight(b, "w", [3, 4]), { transB: true, output: "product" });
    b.emit("Tanh", [b.add(product, weight(b, "bias", [3]), "sum")], { output: "y" });
    expect(gradientText(b.build(), { of: "y", withRespectTo: ["x"] })).toMatchInlineSnapshot(`
      "const %scalar: float32[] {1}
      %Shape = Shape(%y)
      %y__grad = Expand(%scalar, %Shape)
      %y__grad/Mul = Mul(%y, %y)
      %y__grad/Sub = Sub(%scalar, %y__grad/Mul)
      %y__grad/Mul_1 = Mul(%y__grad, %y__grad/Sub)
      %product__grad/MatMul = MatMul(%y__grad/Mul_1, %w)"
    `);
  });

  it("for an attention head: transposes inside the products, no sums over the batch", () => {
    const shape = ["batch", 2, "tokens", 8];
    const b = new GraphBuilder({ name: "model", opsets });
    const [q, k, v] = ["q", "k", "v"].map((name) => b.input(name, "float32", shape)) as [string, string, string];
    const scores = b.matmul(q, k, { transB: true, alpha: 0.5, output: "scores" });
    const p = b.emit("Softmax", [scores], { attributes: { axis: int(-1) }, output: "p" });
    b.matmul(p, v, { output: "y" });
    expect(gradientText(b.build(), { of: "y", withRespectTo: [q, k, v] })).toMatchInlineSnapshot(`
      "const %scalar: float32[] {1}
      const %integers: int64[1] {-1}
      %Shape = Shape(%y)
      %y__grad = Expand(%scalar, %Shape)
      %y__grad/FusedMatMul = com.microsoft.FusedMatMul(%y__grad, %v) {transA: 0, transB: 1, alpha: 1.0}
      %y__grad/FusedMatMul_1 = com.microsoft.FusedMatMul(%p, %y__grad) {transA: 1, transB: 0, alpha: 1.0}
      %p__grad/Mul = Mul(%y__grad/FusedMatMul, %p)
      %p__grad/ReduceSum = ReduceSum(%p__grad/Mul, %integers) {keepdims: 1}
      %p__grad/Mul_1 = Mul(%p, %p__grad/ReduceSum)
      %p__grad/Sub = Sub(%p__grad/Mul, %p__grad/Mul_1)
      %scores__grad/FusedMatMul = com.microsoft.FusedMatMul(%p__grad/Sub, %k) {transA: 0, transB: 0, alpha: 0.5}
      %scores__grad/FusedMatMul_1 = com.microsoft.FusedMatMul(%p__grad/Sub, %q) {transA: 1, transB: 0, alpha: 0.5}"
    `);
  });

  it("for data times a constant matrix: the transpose is in the product, and the batch is not summed", () => {
    const { b, x } = start(["batch", "tokens", 4]);
    b.matmul(x, weight(b, "w", [4, 3]), { output: "y" });
    const text = gradientText(b.build(), { of: "y", withRespectTo: ["x"] });
    expect(text).toContain("com.microsoft.FusedMatMul(%y__grad, %w) {transA: 0, transB: 1, alpha: 1.0}");
    expect(text).not.toMatch(/ReduceSum|Transpose/);
  });

  it("for LayerNormalization: the mean and deviation come from the forward node", () => {
    const { b, x } = start(["batch", "tokens", 4]);
    b.emit("LayerNormalization", [x, weight(b, "scale", [4]), weight(b, "bias", [4])], { output: "y" });
    const { graph } = buildGradientGraph(b.build(), { of: "y", withRespectTo: ["x"], opsets });
    expect(graph.nodes[0]?.outputs).toEqual(["y", "y__output_1", "y__output_2"]);
    expect(graph.nodes.filter(({ opType }) => opType === "ReduceMean")).toHaveLength(2);
    verifyGraph(graph, opsets);
  });
});

describe("buildGradientGraph()", () => {
  it("adds up the gradients of several uses: d(x x + x) = 2 x + 1", async () => {
    const { b, x } = start([3]);
    b.add(b.mul(x, x), x, "y");
    const { graph, gradients } = buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets });
    const data = [1, -2, 0.5];
    const [gradient] = await runGraph(graph, opsets, [gradients.get(x) as string], { x: floatTensor(data, [3]) });
    expect(gradient?.data as Float32Array).toBeAllClose(data.map((v) => 2 * v + 1));
  });

  it("takes the gradient of the sum where the value has many elements, and of inner values", async () => {
    const { b, x } = start([2, 3]);
    const squares = b.mul(x, x, "squares");
    b.emit("Sqrt", [squares], { output: "y" });
    const options = { of: "y", withRespectTo: ["y", squares, x], opsets };
    const { graph, gradients } = buildGradientGraph(b.build(), options);
    const values = options.withRespectTo.map((value) => gradients.get(value) as string);
    const feeds = { x: floatTensor([1, 2, 4, -1, -2, -4], [2, 3]) };
    const results = await runGraph(graph, opsets, values, feeds);
    expect(results.map(({ data }) => [...(data as Float32Array)])).toEqual([
      [1, 1, 1, 1, 1, 1],
      [0.5, 0.25, 0.125, 0.5, 0.25, 0.125],
      [1, 1, 1, -1, -1, -1],
    ]);
  });

  it("keeps the forward graph: nodes, inputs and outputs in their places", () => {
    const { b, x } = start();
    b.output(b.emit("Tanh", [x], { output: "y" }));
    const graph = b.build();
    const result = buildGradientGraph(graph, { of: "y", withRespectTo: [x], opsets }).graph;
    expect(result.inputs).toEqual(graph.inputs);
    expect(result.outputs).toEqual(graph.outputs);
    expect(result.nodes.slice(0, graph.nodes.length)).toEqual(graph.nodes);
  });

  it("differentiates only what lies between the wanted values and the target", () => {
    const { b, x } = start();
    const other = b.input("other", "float32", ["rows", 4]);
    // Neither has a rule: one is not between, the other comes after.
    const aside = b.emit("NotAnOperator", [other], { output: "aside" });
    b.mul(b.emit("Exp", [x], { output: "e" }), aside, "y");
    b.emit("NotAnOperator", ["y"], { output: "after" });
    const text = gradientText(b.build(), { of: "y", withRespectTo: [x] });
    expect(text).toContain("%y__grad/Mul = Mul(%y__grad, %aside)");
    expect(text).not.toContain("aside__grad");
    expect(text.match(/ = Mul\(/g)).toHaveLength(2); // one of the product, one of the exponential
    expect(text).not.toContain("after");
  });

  it("lists values that the target does not depend on", () => {
    const { b, x } = start();
    const other = b.input("other", "float32", ["rows", 4]);
    b.emit("Tanh", [x], { output: "y" });
    const result = buildGradientGraph(b.build(), { of: "y", withRespectTo: [x, other], opsets });
    expect(result.unreachable).toEqual(["other"]);
    expect([...result.gradients.keys()]).toEqual(["x"]);
  });

  it("stops at whole numbers and at operators without a gradient by design", () => {
    const { b, x } = start();
    const whole = b.emit("Cast", [x], { attributes: { to: int(7) }, output: "whole" });
    const back = b.emit("Cast", [whole], { attributes: { to: int(1) } });
    // Behind Floor nothing needs a rule.
    const steps = b.emit("Floor", [b.emit("NotAnOperator", [x])]);
    b.add(back, steps, "y");
    const result = buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets });
    expect(result.unreachable).toEqual(["x"]);
  });

  it("gives unique names where nodes have none and where names are taken", () => {
    const { b, x } = start();
    b.node({ name: "", opType: "Tanh", domain: "", inputs: [x], outputs: ["a"], attributes: {} });
    b.node({ name: "", opType: "Tanh", domain: "", inputs: ["a"], outputs: ["a__grad/Mul"], attributes: {} });
    const { graph } = buildGradientGraph(b.build(), { of: "a__grad/Mul", withRespectTo: [x], opsets });
    verifyGraph(graph, opsets);
    const names = graph.nodes.map(({ name }) => name).filter((name) => name !== "");
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("buildGradientGraph() refuses", () => {
  it("all operators without a rule at once", () => {
    const { b, x } = start();
    const one = b.emit("Unknown", [x], { name: "first" });
    const two = b.emit("Unknown", [one], { name: "second" });
    b.emit("Other", [two], { domain: "com.example", name: "third", output: "y" });
    const error = issueOf(() => buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets }));
    expect(error.message).toBe(
      'Cannot build a gradient for node "first" (Unknown, opset 17) of graph "model": no gradient rule is registered. Operators without a rule in this model: Unknown (2), com.example.Other (1)',
    );
    const reason = "no gradient rule is registered";
    expect(error.issues).toEqual([
      { node: "first", opType: "Unknown", domain: "", opset: 17, reason },
      { node: "second", opType: "Unknown", domain: "", opset: 17, reason },
      { node: "third", opType: "Other", domain: "com.example", opset: 1, reason },
    ]);
  });

  it("control flow on the path, also where only its body uses the value", () => {
    const { b, x } = start();
    const condition = b.input("condition", "bool", []);
    const branch = (opType: string): Graph => ({
      name: opType,
      inputs: [],
      outputs: [{ name: `${opType}_y`, dtype: "float32", shape: undefined }],
      values: [],
      initializers: [],
      nodes: [{ name: opType, opType, domain: "", inputs: [x], outputs: [`${opType}_y`], attributes: {} }],
    });
    b.emit("If", [condition], {
      attributes: {
        then_branch: { kind: "graph", value: branch("Tanh") },
        else_branch: { kind: "graph", value: branch("Exp") },
      },
      output: "y",
    });
    const error = issueOf(() => buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets }));
    expect(error.issues).toMatchObject([{ node: "y", opType: "If" }]);
  });

  it("an output that the rule does not differentiate", () => {
    const { b, x } = start();
    const scale = weight(b, "scale", [4]);
    const [y, mean] = b.emitMany("LayerNormalization", [x, scale], 2, { output: "norm" }) as [string, string];
    b.add(y, mean, "y");
    const error = issueOf(() => buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets }));
    expect(error.message).toContain('output 1 ("norm__1") is not differentiated');
  });

  it("gradients of normalisation weights, and says which node", () => {
    const { b, x } = start();
    const scale = b.input("scale", "float32", [4]);
    b.emit("LayerNormalization", [x, scale], { output: "y", attributes: { epsilon: float(1e-5) } });
    const error = issueOf(() => buildGradientGraph(b.build(), { of: "y", withRespectTo: [scale], opsets }));
    expect(error.message).toContain('node "y" (LayerNormalization, opset 17)');
  });

  it("operator sets before 11", () => {
    const { b, x } = start();
    b.emit("Tanh", [x], { output: "y" });
    const make = () => buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets: { "": 10 } });
    expect(issueOf(make).message).toContain("uses operator set 10, wanted 11 or newer");
  });

  it("a rule that gives too few gradients", () => {
    const { b, x } = start();
    b.add(x, x, "y");
    const registry = createRegistry([
      { domain: "", opType: "Add", since: 7, rule: (context) => [context.outputGradient()] },
    ]);
    const make = () => buildGradientGraph(b.build(), { of: "y", withRespectTo: [x], opsets, registry });
    expect(make).toThrow(InternalError);
    expect(make).toThrow('rule of Add gave 1 gradients for the 2 inputs of node "y"');
  });
});
