import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { OnnxParseError } from "../errors.ts";
import { viewBytes } from "../tensor/dtype.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Graph, OnnxModel } from "./model.ts";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_SegmentSchema,
  TensorProtoSchema,
} from "./onnx-proto.ts";

const body: Graph = {
  name: "body",
  inputs: [],
  outputs: [{ name: "inner", dtype: "float32", shape: [1] }],
  values: [],
  initializers: [],
  nodes: [{ name: "inner", opType: "Helper", domain: "own", inputs: ["x"], outputs: ["inner"], attributes: {} }],
};
const graph: Graph = {
  name: "plain",
  inputs: [{ name: "x", dtype: "float32", shape: [1] }],
  outputs: [{ name: "y", dtype: "float32", shape: [1] }],
  values: [],
  initializers: [
    { name: "w", dtype: "float32", shape: [1], storage: { kind: "bytes", bytes: new Uint8Array(4) } },
    { name: "unused", dtype: "float32", shape: [0], storage: { kind: "bytes", bytes: new Uint8Array() } },
  ],
  nodes: [
    { name: "add", opType: "Add", domain: "", inputs: ["x", "w"], outputs: ["sum"], attributes: {} },
    {
      name: "if",
      opType: "If",
      domain: "",
      inputs: ["sum"],
      outputs: ["y"],
      attributes: { then_branch: { kind: "graph", value: body } },
    },
  ],
};

/** The plain model after `change` has had its way with the messages of the file. */
function decodeChanged(change: (proto: ModelProto) => void): OnnxModel {
  const proto = fromBinary(ModelProtoSchema, encodeModel(createModel(graph, { "": 17, own: 1 })));
  change(proto);
  return decodeModel(toBinary(ModelProtoSchema, proto));
}

const changeTensor = (fields: Partial<Omit<TensorProto, "$typeName">>) =>
  decodeChanged((proto) => {
    const tensors = proto.graph?.initializer ?? [];
    tensors[0] = create(TensorProtoSchema, { name: "w", dims: [1n], dataType: DataType.FLOAT, ...fields });
  }).graph.initializers[0];

const external = (entries: Readonly<Record<string, string>>) =>
  changeTensor({
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });

const addAttribute = (type: AttributeType, fields: object = {}) =>
  decodeChanged((proto) =>
    proto.graph?.node[0]?.attribute.push(create(AttributeProtoSchema, { name: "odd", type, ...fields })),
  );

describe("decodeModel()", () => {
  it.each([
    ["sparse tensors", AttributeType.SPARSE_TENSOR],
    ["lists of tensors", AttributeType.TENSORS],
    ["lists of graphs", AttributeType.GRAPHS],
    ["types", AttributeType.TYPE_PROTO],
    ["kinds that no schema knows", 99 as AttributeType],
    ["no kind at all", AttributeType.UNDEFINED],
    ["a tensor that is not there", AttributeType.TENSOR],
  ])("refuses attributes with %s and says where they are", (_, type) => {
    expect(() => addAttribute(type)).toThrow('Cannot read attribute "odd" at graph.node[0].attribute[0]');
  });

  it("refuses text that is not UTF-8, and two attributes of one name", () => {
    expect(() => addAttribute(AttributeType.STRING, { s: Uint8Array.of(0xff) })).toThrow("it is no UTF-8 text");
    const twice = () =>
      decodeChanged((proto) => {
        const attribute = create(AttributeProtoSchema, { name: "axis", type: AttributeType.INT });
        proto.graph?.node[0]?.attribute.push(attribute, attribute);
      });
    expect(twice).toThrow('node "add" at graph.node[0]: it has two attributes "axis"');
  });

  it("refuses sparse initializers", () => {
    const sparse = () => decodeChanged((proto) => proto.graph?.sparseInitializer.push(create(SparseTensorProtoSchema)));
    expect(sparse).toThrow("graph: it has 1 sparse initializers");
  });

  it("reads ai.onnx as the standard domain", () => {
    const model = decodeChanged((proto) => {
      for (const entry of proto.opsetImport) entry.domain ||= "ai.onnx";
      for (const node of proto.graph?.node ?? []) node.domain ||= "ai.onnx";
    });
    expect(model.opsets).toEqual({ "": 17, own: 1 });
    expect(model.graph.nodes[0]?.domain).toBe("");
  });

  it("names a node without a name after its output", () => {
    const model = decodeChanged((proto) => {
      const [first, second] = proto.graph?.node ?? [];
      if (first !== undefined && second !== undefined) proto.graph?.node.splice(0, 2, { ...first, name: "" }, second);
    });
    expect(model.graph.nodes[0]?.name).toBe("sum");
  });

  it("refuses values of unknown element types, and tells them from unstated ones", () => {
    const retype = (code: number) =>
      decodeChanged((proto) => {
        const type = proto.graph?.input[0]?.type?.value;
        if (type?.case === "tensorType") type.value.elemType = code;
      });
    expect(() => retype(DataType.COMPLEX64)).toThrow(
      'value "x" at graph.input[0]: calig does not know element type COMPLEX64',
    );
    expect(retype(DataType.UNDEFINED).graph.inputs[0]?.dtype).toBeUndefined();
  });

  it("gives plain arrays for a Buffer, as files are read in Node", () => {
    const model = createModel(graph, { "": 17, own: 1 });
    expect(decodeModel(Buffer.from(encodeModel(model)))).toStrictEqual(model);
  });

  it("says that a file is a Git LFS pointer", () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    expect(() => decodeModel(new TextEncoder().encode(pointer))).toThrow("git lfs pull");
  });

  it("never accepts a file that was cut off, except where nothing that matters is missing", () => {
    const model = createModel(graph, { "": 17, own: 1 });
    const file = encodeModel(model);
    for (let length = 0; length < file.length; length++) {
      let decoded: OnnxModel | undefined;
      try {
        decoded = decodeModel(file.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(OnnxParseError);
      }
      if (decoded !== undefined) expect(decoded.graph).toEqual(model.graph);
    }
  });
});

describe("tensors of a file", () => {
  const numbers = [1, 0, 3];
  it.each([
    ["float32", DataType.FLOAT, { floatData: [1, 0, -3.5] }, [1, 0, -3.5]],
    ["float64", DataType.DOUBLE, { doubleData: [1, 0, -3.5] }, [1, 0, -3.5]],
    ["int64", DataType.INT64, { int64Data: [1n, 0n, -(2n ** 60n)] }, [1n, 0n, -(2n ** 60n)]],
    ["uint64", DataType.UINT64, { uint64Data: [1n, 0n, 2n ** 63n] }, [1n, 0n, 2n ** 63n]],
    ["uint32", DataType.UINT32, { uint64Data: [1n, 0n, 2n ** 31n] }, [1, 0, 2 ** 31]],
    ["int32", DataType.INT32, { int32Data: [1, 0, -3] }, [1, 0, -3]],
    ["int16", DataType.INT16, { int32Data: [1, 0, -3] }, [1, 0, -3]],
    ["uint16", DataType.UINT16, { int32Data: [1, 0, 65_535] }, [1, 0, 65_535]],
    ["int8", DataType.INT8, { int32Data: [1, 0, -3] }, [1, 0, -3]],
    ["uint8", DataType.UINT8, { int32Data: [1, 0, 255] }, [1, 0, 255]],
    ["bool", DataType.BOOL, { int32Data: numbers.map((value) => Number(value > 0)) }, [1, 0, 1]],
    ["float16", DataType.FLOAT16, { int32Data: [0x3c00, 0, 0xc200] }, [0x3c00, 0, 0xc200]],
    ["bfloat16", DataType.BFLOAT16, { int32Data: [0x3f80, 0, 0xc040] }, [0x3f80, 0, 0xc040]],
  ] as const)("keep their elements where the format has a field for %s", (dtype, dataType, fields, expected) => {
    const tensor = changeTensor({ dims: [3n], dataType, ...fields } as Partial<Omit<TensorProto, "$typeName">>);
    expect(tensor?.dtype).toBe(dtype);
    const bytes = tensor?.storage.kind === "bytes" ? tensor.storage.bytes : new Uint8Array();
    expect([...(viewBytes(dtype, bytes) as Iterable<number | bigint>)]).toEqual(expected);
  });

  it("may be strings", () => {
    const stringData = ["a", "ß"].map((text) => new TextEncoder().encode(text));
    const tensor = changeTensor({ dims: [2n], dataType: DataType.STRING, stringData });
    expect(tensor?.storage).toEqual({ kind: "strings", strings: stringData });
    expect(() => changeTensor({ dims: [3n], dataType: DataType.STRING, stringData })).toThrow("2 strings, wanted 3");
  });

  it("may lie in a side file", () => {
    expect(external({ location: "w.bin", offset: "5000000000", length: "4", checksum: "x" })?.storage).toEqual({
      kind: "external",
      location: "w.bin",
      offset: 5_000_000_000,
      length: 4,
    });
  });

  it("are refused where a side file is not named, or no place in it", () => {
    expect(() => external({ offset: "0" })).toThrow('tensor "w" at graph.initializer[0]: its data are external but no');
    expect(() => external({ location: "w.bin", offset: "-4" })).toThrow('offset "-4", wanted a number of bytes');
    expect(() => external({ location: "w.bin", length: "many" })).toThrow('length "many"');
  });

  it("are refused with unknown element types, impossible shapes and in segments", () => {
    expect(() => changeTensor({ dataType: DataType.COMPLEX128 })).toThrow(
      "calig does not know element type COMPLEX128",
    );
    expect(() => changeTensor({ dataType: 77 })).toThrow("calig does not know element type 77");
    expect(() => changeTensor({ dims: [-1n] })).toThrow("it has the shape [-1]");
    const segment = create(TensorProto_SegmentSchema, { begin: 0n, end: 1n });
    expect(() => changeTensor({ segment, floatData: [1] })).toThrow("one segment of a tensor");
    expect(() => changeTensor({})).toThrow("it has 0 bytes, wanted 4 for shape [1] of float32");
  });

  it("are refused in attributes too", () => {
    const value = create(TensorProtoSchema, { name: "value", dims: [2n], dataType: DataType.FLOAT, floatData: [1] });
    expect(() => addAttribute(AttributeType.TENSOR, { t: value })).toThrow(
      'tensor "value" at graph.node[0].attribute[0]',
    );
  });
});

describe("NodeProto of the schema", () => {
  it("keeps the metadata that torch.onnx writes", () => {
    const metadataProps = [create(StringStringEntryProtoSchema, { key: "pkg.torch.onnx.name_scopes", value: "['m']" })];
    const model = decodeChanged((proto) =>
      proto.graph?.node.push(create(NodeProtoSchema, { opType: "Neg", input: ["x"], output: ["z"], metadataProps })),
    );
    expect(model.graph.nodes.at(-1)?.metadata).toEqual({ "pkg.torch.onnx.name_scopes": "['m']" });
  });
});
