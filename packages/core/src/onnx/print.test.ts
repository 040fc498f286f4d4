import { describe, expect, it } from "vitest";
import { float, type Graph, int, type Node, type StoredTensor } from "./model.ts";
import { printGraph } from "./print.ts";

const tensor = (name: string, values: readonly number[]): StoredTensor => ({
  name,
  dtype: "float32",
  shape: [values.length],
  storage: { kind: "bytes", bytes: new Uint8Array(Float32Array.from(values).buffer) },
});
const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  rest: Partial<Node> = {},
): Node => ({
  name: outputs[0] ?? opType,
  opType,
  domain: "",
  inputs,
  outputs,
  attributes: {},
  ...rest,
});
const graph: Graph = {
  name: "everything",
  inputs: [
    { name: "x", dtype: "float32", shape: ["n", 3, undefined] },
    { name: "anything", dtype: undefined, shape: undefined },
  ],
  outputs: [{ name: "y", dtype: "float32", shape: [] }],
  values: [{ name: "middle", dtype: "int64", shape: [2] }],
  initializers: [
    tensor("short", [1, -2.5, 0.1, -0, 1e-12]),
    tensor("long", [0, 0, 0, 0, 0, 0, 0, 0, 0]),
    {
      name: "far",
      dtype: "float16",
      shape: [2, 2],
      storage: { kind: "external", location: "model.safetensors", offset: 128, length: 8 },
    },
    { name: "words", dtype: "string", shape: [1], storage: { kind: "strings", strings: [new Uint8Array(3)] } },
  ],
  nodes: [
    node("Clip", ["x", "", "short"], ["middle"]),
    node("Everything", ["middle"], ["y", "", "extra"], {
      domain: "com.microsoft",
      attributes: {
        whole: int(-7),
        real: float(0.1),
        one: float(1),
        text: { kind: "string", value: "añ😀" },
        tensor: { kind: "tensor", value: tensor("t", [4, 5]) },
        body: {
          kind: "graph",
          value: {
            name: "then",
            inputs: [],
            outputs: [{ name: "inner", dtype: "float32", shape: ["n"] }],
            values: [],
            initializers: [],
            nodes: [node("Neg", ["x"], ["inner"])],
          },
        },
        reals: { kind: "floats", value: [1, Math.fround(0.1)] },
        wholes: { kind: "ints", value: [0, -1] },
        texts: { kind: "strings", value: ["a", ""] },
      },
    }),
  ],
};

describe("printGraph()", () => {
  it("prints one line per part", () => {
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph everything (%x: float32[n, 3, ?], %anything: ?[...])
        const %short: float32[5] {1, -2.5, 0.1, -0, 1e-12}
        const %long: float32[9] 36 bytes
        const %far: float16[2, 2] external model.safetensors @ 128
        const %words: string[1] 1 strings
        %middle: int64[2] = Clip(%x, _, %short)
        %y, _, %extra = com.microsoft.Everything(%middle) {whole: -7, real: 0.1, one: 1.0, text: "añ😀", tensor: float32[2] {4, 5}, reals: [1,0.1], wholes: [0,-1], texts: ["a",""]}
          body:
            graph then ()
              %inner = Neg(%x)
              return %inner: float32[n]
        return %y: float32[]"
    `);
  });

  it("shows the types it is given", () => {
    const types = new Map([["y", { dtype: "float32", shape: [1, "n", undefined] } as const]]);
    expect(printGraph(graph, types)).toContain("  %y: float32[1, n, ?], _, %extra = com.microsoft.Everything(");
    expect(printGraph(graph, types)).toContain("  %middle = Clip(");
  });
});
