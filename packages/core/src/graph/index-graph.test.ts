import { describe, expect, it } from "vitest";
import type { Graph, Node } from "../onnx/model.ts";
import { capturedValues, indexGraph } from "./index-graph.ts";

const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  bodies: readonly Graph[] = [],
): Node => ({
  name: outputs.join("+"),
  opType,
  domain: "",
  inputs,
  outputs,
  attributes: Object.fromEntries(bodies.map((value, i) => [`body${i}`, { kind: "graph", value } as const])),
});
const value = (name: string) => ({ name, dtype: "float32", shape: undefined }) as const;
const graphOf = (nodes: readonly Node[], inputs: readonly string[], outputs: readonly string[]): Graph => ({
  name: "graph",
  inputs: inputs.map(value),
  outputs: outputs.map(value),
  values: [],
  initializers: [{ name: "w", dtype: "float32", shape: [0], storage: { kind: "bytes", bytes: new Uint8Array() } }],
  nodes,
});

describe("indexGraph()", () => {
  const graph = graphOf(
    [
      node("Dropout", ["x", ""], ["kept", ""]),
      node("Mul", ["kept", "kept"], ["square"]),
      node("Add", ["square", "kept"], ["y"]),
    ],
    ["x"],
    ["y"],
  );
  const index = indexGraph(graph);

  it("knows who makes a value and who uses it, each user once and in order", () => {
    expect(index.producer.get("y")?.opType).toBe("Add");
    expect(index.consumers.get("kept")?.map(({ opType }) => opType)).toEqual(["Mul", "Add"]);
  });

  it("knows neither maker of inputs and constants nor user of outputs", () => {
    expect([index.producer.get("x"), index.producer.get("w"), index.consumers.get("y")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(index.inputs.has("x") && index.outputs.has("y") && index.initializers.has("w")).toBe(true);
  });

  it("does not take omitted operands for a value", () => {
    expect(index.producer.has("") || index.consumers.has("")).toBe(false);
  });
});

describe("capturedValues()", () => {
  it("are the values of the outer graph that a body reads, at any depth, and not its own", () => {
    const innermost = graphOf([node("Add", ["deep", "made"], ["sum"])], [], ["sum", "passed"]);
    const body = graphOf(
      [node("Neg", ["outer"], ["made"]), node("If", ["own", "w"], ["z"], [innermost])],
      ["own"],
      ["z"],
    );
    const loop = node("Loop", ["count"], ["result"], [body]);
    expect(new Set(capturedValues(loop))).toEqual(new Set(["outer", "deep", "passed"]));
    const index = indexGraph(graphOf([loop], ["count"], ["result"]));
    expect(index.consumers.get("deep")).toEqual([loop]);
  });

  it("are none for nodes without bodies", () => {
    expect(capturedValues(node("Neg", ["x"], ["y"]))).toEqual([]);
  });
});
