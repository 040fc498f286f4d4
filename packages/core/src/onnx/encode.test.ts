import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { createModel } from "./create-model.ts";
import { encodeModel } from "./encode.ts";
import { type Attributes, float, type Graph, int, ints, type StoredTensor, string } from "./model.ts";
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  TensorProto_DataLocation,
} from "./onnx-proto.ts";

const EMPTY: Graph = { name: "g", inputs: [], outputs: [], values: [], initializers: [], nodes: [] };

/** The messages of the file, as the schema reads them: what any other reader of ONNX sees. */
const messagesOf = (graph: Partial<Graph>) =>
  fromBinary(ModelProtoSchema, encodeModel(createModel({ ...EMPTY, ...graph }, { "": 17, "com.microsoft": 1 })));

const attributeMessages = (attributes: Attributes) =>
  messagesOf({ nodes: [{ name: "n", opType: "Op", domain: "", inputs: [], outputs: [], attributes }] }).graph?.node[0]
    ?.attribute;

const tensorMessage = (tensor: StoredTensor) => messagesOf({ initializers: [tensor] }).graph?.initializer[0];

describe("encodeModel()", () => {
  it("starts with the IR version, as file type detectors expect", () => {
    expect([...encodeModel(createModel(EMPTY, {})).subarray(0, 2)]).toEqual([0x08, 10]);
  });

  it("writes producer, operator sets and metadata", () => {
    const model = { ...createModel(EMPTY, { "": 17, "com.microsoft": 1 }), metadata: { note: "ß" } };
    const proto = fromBinary(ModelProtoSchema, encodeModel(model));
    expect([proto.irVersion, proto.producerName, proto.graph?.name]).toEqual([10n, "calig", "g"]);
    expect(proto.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 17n],
      ["com.microsoft", 1n],
    ]);
    expect(proto.metadataProps.map(({ key, value }) => [key, value])).toEqual([["note", "ß"]]);
  });

  it("writes attributes with their type, which readers go by", () => {
    const value: StoredTensor = {
      name: "t",
      dtype: "int64",
      shape: [],
      storage: { kind: "bytes", bytes: new Uint8Array(8) },
    };
    const messages = attributeMessages({
      float: float(0.5),
      int: int(-1),
      string: string("é"),
      ints: ints([1, -2]),
      floats: { kind: "floats", value: [0.25] },
      strings: { kind: "strings", value: ["a"] },
      tensor: { kind: "tensor", value },
      graph: { kind: "graph", value: EMPTY },
    });
    expect(messages?.map(({ name, type }) => [name, AttributeType[type]])).toEqual(
      ["float", "int", "string", "ints", "floats", "strings", "tensor", "graph"].map((kind) => [
        kind,
        kind.toUpperCase(),
      ]),
    );
    expect(messages?.[0]?.f).toBe(0.5);
    expect(messages?.[1]?.i).toBe(-1n);
    expect(messages?.[2]?.s).toEqual(Uint8Array.of(0xc3, 0xa9));
    expect(messages?.[3]?.ints).toEqual([1n, -2n]);
    expect(messages?.[6]?.t?.dataType).toBe(DataType.INT64);
    expect(messages?.[7]?.g?.name).toBe("g");
  });

  it.each([
    [2 ** 63, 2n ** 63n - 1n],
    [Number.MAX_VALUE, 2n ** 63n - 1n],
    [-(2 ** 64), -(2n ** 63n)],
    [-(2 ** 63), -(2n ** 63n)],
    [2 ** 62, 2n ** 62n],
  ])("writes the integer %d as %d, within int64", (value, expected) => {
    const [single, list] = attributeMessages({ single: int(value), list: ints([value]) }) ?? [];
    expect([single?.i, list?.ints]).toEqual([expected, [expected]]);
  });

  it("writes dimensions as sizes, symbols or nothing, and no type where none is known", () => {
    const dimensions = (graph: Pick<Graph, "inputs">) => {
      const type = messagesOf(graph).graph?.input[0]?.type?.value;
      return type?.case === "tensorType" ? type.value.shape?.dim.map(({ value }) => value.value) : type?.case;
    };
    expect(dimensions({ inputs: [{ name: "x", dtype: "float32", shape: ["n", 3, undefined] }] })).toEqual([
      "n",
      3n,
      undefined,
    ]);
    expect(dimensions({ inputs: [{ name: "x", dtype: "float32", shape: [] }] })).toEqual([]);
    expect(dimensions({ inputs: [{ name: "x", dtype: "float32", shape: undefined }] })).toBeUndefined();
    expect(messagesOf({ inputs: [{ name: "x", dtype: undefined, shape: [1] }] }).graph?.input[0]?.type).toBeUndefined();
  });

  it("writes tensors as raw bytes or as a place in a side file", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const inside = tensorMessage({ name: "w", dtype: "float16", shape: [2], storage: { kind: "bytes", bytes } });
    expect([inside?.dims, inside?.dataType, inside?.rawData]).toEqual([[2n], DataType.FLOAT16, bytes]);
    const place = { kind: "external", location: "w.bin", offset: 2 ** 33, length: undefined } as const;
    const outside = tensorMessage({ name: "w", dtype: "float32", shape: [1], storage: place });
    expect(outside?.dataLocation).toBe(TensorProto_DataLocation.EXTERNAL);
    expect(outside?.externalData.map(({ key, value }) => [key, value])).toEqual([
      ["location", "w.bin"],
      ["offset", "8589934592"],
    ]);
  });

  it("keeps the place of omitted operands", () => {
    const node = { name: "n", opType: "Clip", domain: "", inputs: ["x", "", "max"], outputs: ["y"], attributes: {} };
    expect(messagesOf({ nodes: [node] }).graph?.node[0]?.input).toEqual(["x", "", "max"]);
  });
});
