/** @file Bytes of an ONNX file -> model data. Tensor bytes are views on the file, not copies. */

import { fromBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type StringStringEntryProto,
  type TensorProto,
  TensorProto_DataLocation,
  type TypeProto,
  type ValueInfoProto,
} from "onnx-buf";
import { OnnxParseError } from "../errors.ts";
import { byteSize, type DType, dtypeFromCode } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { Attribute, Dimension, Graph, Node, OnnxModel, StoredTensor, TensorStorage, ValueInfo } from "./model.ts";

/**
 * The model in the bytes of an ONNX file. Raw tensor bytes stay views on `bytes`.
 *
 * @throws {OnnxParseError} When the bytes are no ONNX model, or hold something that calig has no place for; names where.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const proto = parse(bytes);
  if (proto.graph === undefined || proto.opsetImport.length === 0) {
    throw new OnnxParseError(
      "Cannot read the model: the file holds no ONNX graph; check that it is an .onnx file and was downloaded whole",
    );
  }
  if (proto.functions.length > 0) {
    throw new OnnxParseError(
      `Cannot read the model: it defines ${proto.functions.length} functions of its own, which calig does not inline; export it without model-local functions`,
      "functions",
    );
  }
  return {
    irVersion: Number(proto.irVersion),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    opsets: Object.fromEntries(proto.opsetImport.map(({ domain, version }) => [standard(domain), Number(version)])),
    graph: decodeGraph(proto.graph, "graph"),
    metadata: decodeEntries(proto.metadataProps),
  };
}

function parse(bytes: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OnnxParseError(
      `Cannot read the model: the bytes are not an ONNX file (${reason}); check that it was downloaded whole`,
      undefined,
      { cause },
    );
  }
}

/** "ai.onnx" is another name of the standard domain. */
const standard = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

function decodeGraph(proto: GraphProto, path: string): Graph {
  if (proto.sparseInitializer.length > 0) {
    throw new OnnxParseError(
      `Cannot read ${path}: it has ${proto.sparseInitializer.length} sparse initializers; calig reads dense ones`,
      `${path}.sparse_initializer`,
    );
  }
  const values = (list: readonly ValueInfoProto[], name: string) =>
    list.map((value, i) => decodeValue(value, `${path}.${name}[${i}]`));
  return {
    name: proto.name,
    inputs: values(proto.input, "input"),
    outputs: values(proto.output, "output"),
    values: values(proto.valueInfo, "value_info"),
    initializers: proto.initializer.map((tensor, i) => decodeTensor(tensor, `${path}.initializer[${i}]`)),
    nodes: proto.node.map((node, i) => decodeNode(node, `${path}.node[${i}]`)),
  };
}

function decodeNode(proto: NodeProto, path: string): Node {
  return {
    name: proto.name || proto.output[0] || path,
    opType: proto.opType,
    domain: standard(proto.domain),
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.map((attribute, i) => [attribute.name, decodeAttribute(attribute, `${path}.attribute[${i}]`)]),
    ),
    ...(proto.metadataProps.length === 0 ? {} : { metadata: decodeEntries(proto.metadataProps) }),
  };
}

function decodeAttribute(proto: AttributeProto, path: string): Attribute {
  switch (proto.type) {
    case AttributeType.FLOAT:
      return { kind: "float", value: proto.f };
    case AttributeType.INT:
      return { kind: "int", value: Number(proto.i) };
    case AttributeType.STRING:
      return { kind: "string", value: text(proto.s) };
    case AttributeType.FLOATS:
      return { kind: "floats", value: proto.floats };
    case AttributeType.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case AttributeType.STRINGS:
      return { kind: "strings", value: proto.strings.map(text) };
    case AttributeType.TENSOR:
      if (proto.t !== undefined) return { kind: "tensor", value: decodeTensor(proto.t, path) };
      break;
    case AttributeType.GRAPH:
      if (proto.g !== undefined) return { kind: "graph", value: decodeGraph(proto.g, path) };
      break;
  }
  const kind = AttributeType[proto.type] ?? String(proto.type);
  throw new OnnxParseError(
    `Cannot read attribute "${proto.name}" at ${path}: calig does not know its kind ${kind}`,
    path,
  );
}

function decodeTensor(proto: TensorProto, path: string): StoredTensor {
  const dtype = dtypeFromCode(proto.dataType);
  if (dtype === undefined) {
    throw new OnnxParseError(
      `Cannot read tensor "${proto.name}" at ${path}: calig does not know element type ${proto.dataType}`,
      path,
    );
  }
  const shape = proto.dims.map(Number);
  const storage = decodeStorage(proto, dtype);
  const wanted = byteSize(dtype, elementCount(shape));
  if (storage.kind === "bytes" && storage.bytes.byteLength !== wanted) {
    throw new OnnxParseError(
      `Cannot read tensor "${proto.name}" at ${path}: it has ${storage.bytes.byteLength} bytes, wanted ${wanted} for shape [${shape.join(", ")}] of ${dtype}`,
      path,
    );
  }
  return { name: proto.name, dtype, shape, storage };
}

function decodeStorage(proto: TensorProto, dtype: DType): TensorStorage {
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const entries = decodeEntries(proto.externalData);
    return {
      kind: "external",
      location: entries.location ?? "",
      offset: Number(entries.offset ?? 0),
      length: entries.length === undefined ? undefined : Number(entries.length),
    };
  }
  if (dtype === "string") return { kind: "strings", strings: proto.stringData };
  return { kind: "bytes", bytes: proto.rawData.byteLength > 0 ? proto.rawData : typedBytes(proto, dtype) };
}

/** Elements of the typed fields as little-endian bytes: which field holds which type is said in onnx.proto at TensorProto. */
function typedBytes(proto: TensorProto, dtype: DType): Uint8Array {
  switch (dtype) {
    case "float32":
      return new Uint8Array(Float32Array.from(proto.floatData).buffer);
    case "float64":
      return new Uint8Array(Float64Array.from(proto.doubleData).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(proto.int64Data).buffer);
    case "uint32":
      return new Uint8Array(Uint32Array.from(proto.uint64Data, Number).buffer);
    case "uint64":
      return new Uint8Array(BigUint64Array.from(proto.uint64Data).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(proto.int32Data).buffer);
    case "int16":
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint8Array(Uint16Array.from(proto.int32Data).buffer);
    default:
      return Uint8Array.from(proto.int32Data);
  }
}

function decodeValue({ name, type }: ValueInfoProto, path: string): ValueInfo {
  const tensor = tensorType(type, path);
  return {
    name,
    dtype: tensor === undefined ? undefined : dtypeFromCode(tensor.elemType),
    shape: tensor?.shape?.dim.map(({ value }): Dimension => {
      if (value.case === "dimValue") return Number(value.value);
      return value.case === "dimParam" && value.value !== "" ? value.value : undefined;
    }),
  };
}

function tensorType(type: TypeProto | undefined, path: string) {
  if (type === undefined || type.value.case === undefined) return undefined;
  if (type.value.case === "tensorType") return type.value.value;
  throw new OnnxParseError(`Cannot read ${path}: its type is ${type.value.case}; calig reads tensors`, path);
}

const decodeEntries = (entries: readonly StringStringEntryProto[]): Record<string, string> =>
  Object.fromEntries(entries.map(({ key, value }) => [key, value]));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
