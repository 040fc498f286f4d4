import { describe, expect, it } from "vitest";
import { OnnxParseError } from "../errors.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Graph, OnnxModel, StoredTensor } from "./model.ts";
import { printGraph } from "./print.ts";

const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const tensor = (name: string, values: readonly number[]): StoredTensor => ({
  name,
  dtype: "float32",
  shape: [values.length],
  storage: { kind: "bytes", bytes: bytes(...values) },
});

const body: Graph = {
  name: "body",
  inputs: [],
  outputs: [{ name: "inner", dtype: "float32", shape: ["n"] }],
  values: [],
  initializers: [],
  nodes: [{ name: "inner", opType: "Neg", domain: "", inputs: ["x"], outputs: ["inner"], attributes: {} }],
};

/** Every kind of attribute, storage, dimension and omitted operand. */
const MODEL: OnnxModel = {
  irVersion: 10,
  producerName: "calig",
  producerVersion: "1",
  opsets: { "": 17, "com.microsoft": 1 },
  metadata: { note: "grüße" },
  graph: {
    name: "everything",
    inputs: [
      { name: "x", dtype: "float32", shape: ["n", 3, undefined] },
      { name: "anything", dtype: "float32", shape: undefined },
    ],
    outputs: [{ name: "y", dtype: "float32", shape: [] }],
    values: [{ name: "middle", dtype: "int64", shape: [2] }],
    initializers: [
      tensor("w", [1, -2.5, 3]),
      {
        name: "far",
        dtype: "float16",
        shape: [2, 2],
        storage: { kind: "external", location: "model.safetensors", offset: 5_000_000_012, length: 8 },
      },
      {
        name: "unmeasured",
        dtype: "float32",
        shape: [1],
        storage: { kind: "external", location: "a/b.bin", offset: 0, length: undefined },
      },
    ],
    nodes: [
      {
        name: "first",
        opType: "Clip",
        domain: "",
        inputs: ["x", "", "w"],
        outputs: ["middle"],
        attributes: {},
        metadata: { module: "encoder" },
      },
      {
        name: "second",
        opType: "Everything",
        domain: "com.microsoft",
        inputs: ["middle"],
        outputs: ["y", "", "extra"],
        attributes: {
          float: { kind: "float", value: 0.5 },
          int: { kind: "int", value: -7 },
          string: { kind: "string", value: "añ😀" },
          tensor: { kind: "tensor", value: tensor("t", [4, 5]) },
          graph: { kind: "graph", value: body },
          floats: { kind: "floats", value: [1, 0.25] },
          ints: { kind: "ints", value: [0, 2 ** 40, -1] },
          strings: { kind: "strings", value: ["a", ""] },
        },
      },
    ],
  },
};

describe("encodeModel() and decodeModel()", () => {
  it("give back the same model", () => {
    expect(decodeModel(encodeModel(MODEL))).toEqual(MODEL);
  });

  it("do not copy tensor bytes on decoding", () => {
    const file = encodeModel(MODEL);
    const storage = decodeModel(file).graph.initializers[0]?.storage;
    expect(storage?.kind === "bytes" && storage.bytes.buffer === file.buffer).toBe(true);
  });

  it("clamp integers beyond the int64 range", () => {
    const end = { kind: "int", value: 2 ** 63 } as const;
    const node = { name: "n", opType: "Slice", domain: "", inputs: ["x"], outputs: ["y"], attributes: { end } };
    const graph: Graph = { ...body, nodes: [node], outputs: [{ name: "y", dtype: "float32", shape: undefined }] };
    const decoded = decodeModel(encodeModel(createModel(graph, { "": 9 })));
    expect(decoded.graph.nodes[0]?.attributes.end).toEqual(end);
  });

  it("refuse bytes that are not a model", () => {
    expect(() => decodeModel(new TextEncoder().encode("<html>not found</html>"))).toThrow(OnnxParseError);
    expect(() => decodeModel(new Uint8Array())).toThrow(/holds no ONNX graph/);
    const file = encodeModel(MODEL);
    expect(() => decodeModel(file.subarray(0, file.length - 40))).toThrow(OnnxParseError);
  });

  it("refuse tensors whose bytes do not fit their shape, and name them", () => {
    const broken: StoredTensor = { ...tensor("w", [1, 2]), shape: [3] };
    const file = encodeModel({ ...MODEL, graph: { ...MODEL.graph, initializers: [broken] } });
    expect(() => decodeModel(file)).toThrow('tensor "w" at graph.initializer[0]: it has 8 bytes, wanted 12');
  });
});

describe("printGraph()", () => {
  it("prints one line per part", () => {
    expect(printGraph(MODEL.graph)).toMatchInlineSnapshot(`
      "graph everything (%x: float32[n, 3, ?], %anything: float32[...])
        const %w: float32[3] {1, -2.5, 3}
        const %far: float16[2, 2] external model.safetensors @ 5000000012
        const %unmeasured: float32[1] external a/b.bin @ 0
        %middle = Clip(%x, _, %w)
        %y, _, %extra = com.microsoft.Everything(%middle) {float: 0.5, int: -7, string: "añ😀", tensor: float32[2] {4, 5}, floats: [1,0.25], ints: [0,1099511627776,-1], strings: ["a",""]}
          graph:
            graph body ()
              %inner = Neg(%x)
              return %inner: float32[n]
        return %y: float32[]"
    `);
  });
});
