import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { createNodeRuntime } from "../runtime/onnxruntime-node.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { DEFAULT_OPSETS, GraphBuilder } from "./builder.ts";
import { extractGraph } from "./extract.ts";
import { indexGraph } from "./index-graph.ts";
import { inferShapes } from "./infer-shapes.ts";
import { rewireInputs } from "./rewire.ts";
import { verifyGraph } from "./verify.ts";

/** y = tanh(2 x) + x, z = -x */
function example(): Graph {
  const builder = new GraphBuilder({ name: "example" });
  const x = builder.input("x", "float32", ["rows", 2]);
  const y = builder.add(builder.emit("Tanh", [builder.mul(x, builder.scalar(2))]), x, "y");
  const z = builder.neg(x, "z");
  builder.output(y, "y", "float32", ["rows", 2]);
  builder.output(z, "z", "float32", ["rows", 2]);
  return builder.build();
}

describe("GraphBuilder", () => {
  it("keeps names unique and shares equal constants", () => {
    const builder = new GraphBuilder();
    expect([builder.unique("a"), builder.unique("a"), builder.unique("a")]).toEqual(["a", "a_1", "a_2"]);
    expect(builder.scalar(0)).toBe(builder.scalar(0));
    expect(builder.scalar(0)).not.toBe(builder.scalar(-0));
    expect(builder.integers([1])).not.toBe(builder.booleans([true]));
    expect(() => builder.input("a", "float32", [])).toThrow('name "a" is taken');
  });

  it("grows another graph without touching it", () => {
    const graph = example();
    const text = printGraph(graph);
    new GraphBuilder({ from: graph }).neg("y");
    expect(printGraph(graph)).toBe(text);
  });

  it("makes graphs that the engine computes", async () => {
    const session = await createNodeRuntime().compile(encodeModel(createModel(example(), DEFAULT_OPSETS)), {
      name: "example",
    });
    const { y, z } = await session.run({ x: floatTensor([0.5, -1], [1, 2]) });
    await session.dispose();
    expect(y?.data as Float32Array).toBeAllClose([Math.tanh(1) + 0.5, Math.tanh(-2) - 1]);
    expect(z?.data as Float32Array).toBeAllClose([-0.5, 1]);
  });
});

describe("extractGraph()", () => {
  it("keeps what the outputs need", () => {
    const part = extractGraph(example(), { outputs: ["z"] });
    expect(part.nodes.map((node) => node.opType)).toEqual(["Neg"]);
    expect(part.initializers).toEqual([]);
  });

  it("turns a cut value into an input", () => {
    const part = extractGraph(example(), {
      inputs: [{ name: "Tanh", dtype: "float32", shape: ["rows", 2] }],
      outputs: ["y"],
    });
    expect(part.inputs.map((value) => value.name)).toEqual(["Tanh", "x"]);
    expect(part.nodes.map((node) => node.opType)).toEqual(["Add"]);
  });

  it("names a value that nothing makes", () => {
    expect(() => extractGraph(example(), { outputs: ["nothing"] })).toThrow('cannot extract "nothing"');
  });
});

describe("indexGraph() and rewireInputs()", () => {
  it("know producers and consumers", () => {
    const index = indexGraph(example());
    expect(index.producer.get("y")?.opType).toBe("Add");
    expect(index.consumers.get("x")?.map((node) => node.opType)).toEqual(["Mul", "Add", "Neg"]);
  });

  it("redirect an input and leave other nodes as they are", () => {
    const [mul, tanh] = example().nodes;
    const to = new Map([["x", "other"]]);
    expect(rewireInputs(mul as never, to).inputs[0]).toBe("other");
    expect(rewireInputs(tanh as never, to)).toBe(tanh);
  });
});

describe("verifyGraph()", () => {
  it("accepts a good graph and reports everything that is wrong with a bad one", () => {
    const graph = example();
    expect(() => verifyGraph(graph, DEFAULT_OPSETS)).not.toThrow();
    const bad: Graph = {
      ...graph,
      nodes: [
        ...[...graph.nodes].reverse(),
        { name: "odd", opType: "Odd", domain: "custom", inputs: ["x"], outputs: ["z"], attributes: {} },
      ],
      outputs: [...graph.outputs, { name: "missing", dtype: "float32", shape: undefined }],
    };
    let issues: readonly { readonly reason: string }[] = [];
    try {
      verifyGraph(bad, DEFAULT_OPSETS);
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedModelError);
      issues = (error as UnsupportedModelError).issues;
    }
    const reasons = issues.map(({ reason }) => reason).join("\n");
    expect(reasons).toContain('value "Tanh" is used before it is made');
    expect(reasons).toContain('operator set "custom"');
    expect(reasons).toContain('value "z" is made twice');
    expect(reasons).toContain('output "missing" is made by nothing');
  });
});

describe("inferShapes()", () => {
  const shapesOf = (build: (builder: GraphBuilder, x: string) => string, shape: readonly (number | string)[]) => {
    const builder = new GraphBuilder();
    const value = build(builder, builder.input("x", "float32", shape));
    return inferShapes(builder.build(), builder.opsets).get(value)?.shape;
  };

  it("keeps symbols through products, broadcasting and reshapes", () => {
    expect(shapesOf((b, x) => b.matmul(x, x, { transB: true }), ["n", "t", 4])).toEqual(["n", "t", "t"]);
    expect(shapesOf((b, x) => b.add(x, b.reduceMean(x, [-1])), ["n", "t", 4])).toEqual(["n", "t", 4]);
    expect(shapesOf((b, x) => b.reshape(x, [0, 0, 2, -1]), ["n", "t", 4])).toEqual(["n", "t", 2, 2]);
    expect(shapesOf((b, x) => b.transpose(b.reshape(x, [0, 0, 2, 2]), [0, 2, 1, 3]), ["n", "t", 4])).toEqual([
      "n",
      2,
      "t",
      2,
    ]);
  });

  it("gives sizes that it cannot compute a symbol of their own, which stays provably equal", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", ["n", 4]);
    const joined = builder.concat([x, x], 0);
    const other = builder.concat([x, x], 0);
    const doubled = builder.mul(joined, joined);
    const shapes = inferShapes(builder.build(), builder.opsets);
    expect(shapes.get(doubled)?.shape).toEqual(shapes.get(joined)?.shape);
    expect(shapes.get(other)?.shape?.[0]).not.toEqual(shapes.get(joined)?.shape?.[0]);
  });

  it("folds the arithmetic of shapes", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [3, 4, 5]);
    const size = builder.mul(builder.sizeOf(x, 1), builder.integers([2]));
    const shape = builder.concat([builder.integers([-1]), size], 0);
    expect(inferShapes(builder.build(), builder.opsets).constantInts(shape)).toEqual([-1, 8]);
  });
});
