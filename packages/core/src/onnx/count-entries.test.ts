import { describe, expect, it } from "vitest";
import { OnnxParseError } from "../errors.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Graph, Node, ValueInfo } from "./model.ts";

const value = (name: string): ValueInfo => ({ name, dtype: "float32", shape: [1] });
const node = (i: number, attributes: Node["attributes"] = {}): Node => ({
  name: `n${i}`,
  opType: "Identity",
  domain: "",
  inputs: ["x"],
  outputs: [`y${i}`],
  attributes,
});
const graph = (nodes: number, values = 0): Graph => ({
  name: "g",
  inputs: [value("x")],
  outputs: [value("y0")],
  values: Array.from({ length: values }, (_, i) => value(`v${i}`)),
  initializers: [],
  nodes: Array.from({ length: nodes }, (_, i) => node(i)),
});
const read = (own: Graph) => decodeModel(encodeModel(createModel(own, { "": 17 })));

describe("decodeModel()", () => {
  it("reads 100,000 nodes, and refuses more by their number", () => {
    expect(read(graph(100_000)).graph.nodes).toHaveLength(100_000);
    expect(() => read(graph(100_001))).toThrow(OnnxParseError);
    expect(() => read(graph(100_001))).toThrow("it has 100,001 nodes, wanted at most 100,000");
  });

  it("counts the nodes in bodies of control flow", () => {
    const branch = (nodes: number) => ({ then_branch: { kind: "graph" as const, value: graph(nodes) } });
    const own = { ...graph(1), nodes: [node(0, branch(60_000)), node(1, branch(39_999))] };
    expect(() => read(own)).toThrow("it has 100,001 nodes");
  });

  it("refuses more tensors and values than a model has", () => {
    expect(() => read(graph(1, 400_000))).toThrow("it has 400,002 tensors and values, wanted at most 400,000");
  });
});
