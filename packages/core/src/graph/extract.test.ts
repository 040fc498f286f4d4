import { describe, expect, it } from "vitest";
import { type Graph, int } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { GraphBuilder } from "./builder.ts";
import { extractGraph } from "./extract.ts";
import { verifyGraph } from "./verify.ts";

/** left, right = split(tanh(x)); y = left * w, z = right + left, lone = -v */
function example(): { readonly graph: Graph; readonly opsets: Readonly<Record<string, number>> } {
  const builder = new GraphBuilder({ name: "example" });
  const x = builder.input("x", "float32", ["rows", 4]);
  const v = builder.input("v", "float32", [2]);
  const w = builder.scalar(3);
  const hidden = builder.emit("Tanh", [x], { output: "hidden" });
  const attributes = { axis: int(1) };
  const [left, right] = builder.emitMany("Split", [hidden], 2, { attributes, output: "left" }) as [string, string];
  builder.output(builder.mul(left, w, "y"), "y", "float32", ["rows", 2]);
  builder.output(builder.add(right, left, "z"), "z", "float32", ["rows", 2]);
  builder.output(builder.neg(v, "lone"), "lone", "float32", [2]);
  return { graph: builder.build(), opsets: builder.opsets };
}

const { graph, opsets } = example();

describe("extractGraph()", () => {
  it("keeps only the nodes, constants and inputs that the outputs need, in the old order", () => {
    expect(printGraph(extractGraph(graph, { outputs: ["z"] }))).toMatchInlineSnapshot(`
      "graph example (%x: float32[rows, 4])
        %hidden = Tanh(%x)
        %left, %left__1 = Split(%hidden) {axis: 1}
        %z = Add(%left__1, %left)
        return %z: float32[rows, 2]"
    `);
    expect(printGraph(extractGraph(graph, { outputs: ["lone"] }))).toMatchInlineSnapshot(`
      "graph example (%v: float32[2])
        %lone = Neg(%v)
        return %lone: float32[2]"
    `);
  });

  it("takes a cut value as an input instead of computing it", () => {
    const hidden = { name: "hidden", dtype: "float32", shape: ["points", 4] } as const;
    const part = extractGraph(graph, { inputs: [hidden], outputs: ["y"] });
    expect(part.inputs).toEqual([hidden]);
    expect(part.nodes.map((node) => node.opType)).toEqual(["Split", "Mul"]);
  });

  it("drops cut values that the outputs do not need", () => {
    const hidden = { name: "hidden", dtype: "float32", shape: ["rows", 4] } as const;
    expect(extractGraph(graph, { inputs: [hidden], outputs: ["lone"] }).inputs.map(({ name }) => name)).toEqual(["v"]);
  });

  it("makes a cut value once where its node is kept for another output", () => {
    const left = { name: "left", dtype: "float32", shape: ["rows", 2] } as const;
    const part = extractGraph(graph, { inputs: [left], outputs: ["z"] });
    expect(part.nodes.find((node) => node.opType === "Split")?.outputs).toEqual(["left__uncut", "left__1"]);
    expect(() => verifyGraph(part, opsets)).not.toThrow();
  });

  it("takes the type of an output from the graph, or as given", () => {
    const shape = ["rows", 4];
    expect(extractGraph(graph, { outputs: ["y"] }).outputs[0]?.shape).toEqual(["rows", 2]);
    expect(extractGraph(graph, { outputs: ["hidden"] }).outputs[0]?.shape).toBeUndefined();
    const given = { name: "hidden", dtype: "float32", shape } as const;
    expect(extractGraph(graph, { outputs: [given] }).outputs).toEqual([given]);
  });

  it("keeps what the bodies of control flow take from around them", () => {
    const body: Graph = {
      name: "then",
      inputs: [],
      outputs: [{ name: "inner", dtype: "float32", shape: undefined }],
      values: [],
      initializers: [],
      nodes: [{ name: "inner", opType: "Neg", domain: "", inputs: ["hidden"], outputs: ["inner"], attributes: {} }],
    };
    const builder = new GraphBuilder({ from: graph });
    const attributes = {
      then_branch: { kind: "graph", value: body },
      else_branch: { kind: "graph", value: body },
    } as const;
    builder.emit("If", [builder.input("condition", "bool", [])], { attributes, output: "chosen" });
    const part = extractGraph(builder.build(), { outputs: ["chosen"] });
    expect(part.nodes.map((node) => node.opType)).toEqual(["Tanh", "If"]);
    expect(part.inputs.map(({ name }) => name)).toEqual(["x", "condition"]);
  });

  it("names a value that nothing makes", () => {
    expect(() => extractGraph(graph, { outputs: ["nothing"] })).toThrow(
      'cannot extract "nothing" from graph "example": nothing makes it',
    );
  });
});
