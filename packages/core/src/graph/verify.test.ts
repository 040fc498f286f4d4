import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import type { Graph, Node, StoredTensor } from "../onnx/model.ts";
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

  it("finds tensors within nodes and bodies that lie in other files", () => {
    const outside = { ...constant("w"), storage: { kind: "external", location: "/etc/passwd", offset: 0 } } as const;
    const stored: StoredTensor = { ...outside, storage: { ...outside.storage, length: 4 } };
    const body = graphOf({ inputs: [], initializers: [stored], nodes: [relu("w", "b")], outputs: [value("b")] });
    const made: Node = {
      ...relu("x", "c"),
      opType: "Constant",
      inputs: [],
      attributes: { value: { kind: "tensor", value: stored } },
    };
    const chosen: Node = {
      ...relu("x", "d"),
      opType: "If",
      attributes: { then_branch: { kind: "graph", value: body } },
    };
    const reason = 'its tensor "w" lies in another file, wanted in the model\'s own';
    expect(reasons(graphOf({ nodes: [made, chosen, relu("x", "y")] }))).toEqual([reason, reason]);
  });

  it("finds operator sets that are not imported", () => {
    expect(reasons(graphOf({}), { "com.microsoft": 1 })).toEqual([
      'the model imports no version of operator set "ai.onnx"',
    ]);
  });

  it("finds values that are used before they are made, never made, and made twice", () => {
    expect(reasons(graphOf({ nodes: [relu("h", "y"), relu("x", "h")] }))).toEqual([
      'value "h" is used before it is made, or never made',
    ]);
    expect(reasons(graphOf({ nodes: [relu("x", "y"), relu("y", "y"), relu("x", "x")] }))).toEqual([
      'value "y" is made twice',
      'value "x" is made twice',
    ]);
  });

  it("finds inputs and constants without names", () => {
    expect(reasons(graphOf({ inputs: [value("x"), value("")] }))).toEqual(["input without a name"]);
    expect(reasons(graphOf({ initializers: [constant("")] }))).toEqual(["constant without a name"]);
  });

  it("looks into bodies, which may use what was made before their node and nothing else", () => {
    const body = (nodes: readonly Node[]) => graphOf({ name: "body", inputs: [], outputs: [value("inner")], nodes });
    const nested = (nodes: readonly Node[]) => {
      const branch: Node = {
        ...relu("x", "y"),
        opType: "If",
        attributes: { then_branch: { kind: "graph", value: body(nodes) } },
      };
      return reasons(graphOf({ nodes: [relu("x", "before"), branch, relu("x", "after")] }));
    };
    expect(nested([relu("before", "inner")])).toEqual([]);
    expect(nested([relu("after", "inner")])).toEqual(['value "after" is used before it is made, or never made']);
    expect(nested([relu("x", "before")])).toEqual([
      'value "before" is made twice',
      'output "inner" is made by nothing',
    ]);
    expect(nested([{ ...relu("x", "inner"), domain: "odd" }])).toEqual([
      'the model imports no version of operator set "odd"',
    ]);
  });

  it("names graph, nodes and reasons, the first five of them", () => {
    const nodes = Array.from({ length: 7 }, (_, i) => relu("lost", `y${i}`));
    const verify = () => verifyGraph(graphOf({ nodes: [...nodes, relu("x", "y")] }), DEFAULT_OPSETS);
    expect(verify).toThrow(
      /^Cannot use graph "g": node "to y0" \(Relu\): value "lost" is used .*"to y4".*; and 2 more$/,
    );
  });
});
