import { describe, expect, it } from "vitest";
import { uniform } from "../../../../test/support/hashed-weights.ts";
import { OnnxParseError } from "../errors.ts";
import { byteSize, type DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Attribute, Dimension, Graph, Node, OnnxModel, StoredTensor, ValueInfo } from "./model.ts";

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

/** A model that nobody thought of, made from a seed. */
function anyModel(seed: number): OnnxModel {
  const draws = uniform(`model ${seed}`, 4096);
  let drawn = 0;
  const below = (n: number) => Math.min(n - 1, Math.floor((((draws[drawn++ % draws.length] as number) + 1) / 2) * n));
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const some = <T>(most: number, make: () => T) => Array.from({ length: below(most + 1) }, make);
  const text = () => pick(["", "a", "/encoder/layer.0/Softmax", "ä", "__proto__", "😀", "a b"]);
  const named = <T>(make: () => T) => Object.fromEntries(some(3, () => [`${text()}${below(9)}`, make()] as const));
  const whole = () => pick([0, 1, -1, 2 ** 31, -(2 ** 53), below(1000)]);
  const real = () => Math.fround(pick([0, -0, 0.1, 1e-12, -3.4e38, Number.POSITIVE_INFINITY, below(100) / 7]));
  const dimension = (): Dimension => pick([0, 1, 2 ** 40, "batch", "points.0", undefined]);
  const dtype = () => pick<DType>(["float32", "int64", "bool", "float16", "bfloat16", "int4", "uint8", "float64"]);
  const value = (): ValueInfo => ({ name: text(), dtype: dtype(), shape: pick([undefined, [], some(3, dimension)]) });
  const tensor = (): StoredTensor => {
    const shape = some(3, () => below(4));
    const strings = some(3, () => new TextEncoder().encode(text()));
    const type = dtype();
    const length = byteSize(type, elementCount(shape));
    return pick<() => StoredTensor>([
      () => ({
        name: text(),
        dtype: type,
        shape,
        storage: { kind: "bytes", bytes: Uint8Array.from({ length }, () => below(256)) },
      }),
      () => ({ name: text(), dtype: "string", shape: [strings.length], storage: { kind: "strings", strings } }),
      () => ({
        name: text(),
        dtype: type,
        shape,
        storage: { kind: "external", location: "w.bin", offset: below(2 ** 40), length: pick([undefined, length]) },
      }),
    ])();
  };
  const attribute = (depth: number): Attribute =>
    pick<() => Attribute>([
      () => ({ kind: "float", value: real() }),
      () => ({ kind: "int", value: whole() }),
      () => ({ kind: "string", value: text() }),
      () => ({ kind: "tensor", value: tensor() }),
      () => ({ kind: "floats", value: some(4, real) }),
      () => ({ kind: "ints", value: some(4, whole) }),
      () => ({ kind: "strings", value: some(4, text) }),
      () => (depth > 2 ? { kind: "int", value: depth } : { kind: "graph", value: graph(depth + 1) }),
    ])();
  const node = (depth: number): Node => ({
    name: `n${below(1000)}`,
    opType: text(),
    domain: pick(["", "com.microsoft", "own"]),
    inputs: some(3, text),
    outputs: some(3, text),
    attributes: named(() => attribute(depth)),
    ...(below(2) === 0 ? {} : { metadata: { [text()]: text() } }),
  });
  const graph = (depth: number): Graph => ({
    name: text(),
    inputs: some(2, value),
    outputs: some(2, value),
    values: some(2, value),
    initializers: some(2, tensor),
    nodes: some(4, () => node(depth)),
  });
  return {
    irVersion: below(13),
    producerName: text(),
    producerVersion: text(),
    opsets: { "": below(30), "com.microsoft": 1 },
    graph: graph(0),
    metadata: named(text),
  };
}

describe("encodeModel() and decodeModel()", () => {
  it("give back the same model", () => {
    expect(decodeModel(encodeModel(MODEL))).toStrictEqual(MODEL);
  });

  it("give back any model", () => {
    const kinds = new Set<string>();
    const collect = (graph: Graph): void => {
      for (const tensor of graph.initializers) kinds.add(`storage: ${tensor.storage.kind}`);
      for (const attribute of graph.nodes.flatMap((node) => Object.values(node.attributes))) {
        kinds.add(`attribute: ${attribute.kind}`);
        if (attribute.kind === "graph") collect(attribute.value);
      }
    };
    for (let seed = 0; seed < 300; seed++) {
      const model = anyModel(seed);
      collect(model.graph);
      expect(decodeModel(encodeModel(model)), `seed ${seed}`).toStrictEqual(model);
    }
    expect(kinds.size, "the models have every kind of attribute and of storage").toBe(8 + 3);
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
