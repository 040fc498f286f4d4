import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import type { Graph, Node } from "../onnx/model.ts";
import { DEFAULT_OPSETS } from "./builder.ts";
import { verifyGraph } from "./verify.ts";

const value = (name: string) => ({ name, dtype: "float32", shape: [1] }) as const;
const constant = (name: string) =>
  ({ name, dtype: "float32", shape: [1], storage: { kind: "bytes", bytes: new Uint8Array(4) } }) as const;
const relu = (input: string, output: string): Node => ({
  name: `to ${output}`,
  opType: "Relu",
  domain: "",
  inputs: [input],
  outputs: [output],
  attributes: {},
});
const graphOf = (parts: Partial<Graph>): Graph => ({
  name: "g",
  inputs: [value("x")],
  outputs: [value("y")],
  values: [],
  initializers: [],
  nodes: [relu("x", "y")],
  ...parts,
});

function reasons(graph: Graph, opsets = DEFAULT_OPSETS): readonly string[] {
  try {
    verifyGraph(graph, opsets);
  } catch (error) {
    if (error instanceof UnsupportedModelError) return error.issues.map(({ reason }) => reason);
    throw error;
  }
  return [];
}

describe("verifyGraph()", () => {
  it("accepts constants that are listed among the inputs too, and omitted outputs", () => {
    const old = graphOf({ inputs: [value("x"), value("c")], initializers: [constant("c")] });
    expect(reasons(old)).toEqual([]);
    expect(reasons(graphOf({ nodes: [{ ...relu("x", "y"), outputs: ["y", ""] }] }))).toEqual([]);
  });

  it("finds constants that are given twice, listed among the inputs or not", () => {
    const twice = [constant("c"), constant("c")];
    expect(reasons(graphOf({ initializers: twice }))).toEqual(['constant "c" is made twice']);
    expect(reasons(graphOf({ inputs: [value("x"), value("c")], initializers: twice }))).toEqual([
      'constant "c" is made twice',
    ]);
  });

  it("finds nodes without outputs and outputs without names", () => {
    expect(reasons(graphOf({ nodes: [relu("x", "y"), relu("x", "")] }))).toEqual(["it makes no value"]);
    expect(reasons(graphOf({ outputs: [value("")] }))).toEqual(['output "" is made by nothing']);
  });

  it("finds operator sets that are not imported", () => {
    expect(reasons(graphOf({}), { "com.microsoft": 1 })).toEqual([
      'the model imports no version of operator set "ai.onnx"',
    ]);
  });
});
