/** @file Bytes of an ONNX file -> model data. Tensor bytes are views on the file, not copies. */

import { fromBinary } from "@bufbuild/protobuf";
import { OnnxParseError } from "../errors.ts";
import { dtypeFromCode } from "../tensor/dtype.ts";
import { checkEntries, checkNodes } from "./count-entries.ts";
import { decodeEntries, decodeTensor, elementType } from "./decode-tensor.ts";
import { inlineFunctions, standardDomain } from "./inline-functions.ts";
import type { Attribute, Dimension, Graph, Node, OnnxModel, ValueInfo } from "./model.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  TensorProto_DataType,
  type TypeProto,
  type ValueInfoProto,
} from "./onnx-proto.ts";

/**
 * The model in the bytes of an ONNX file. Raw tensor bytes stay views on `bytes`.
 *
 * Functions that the model defines itself are inlined. Documentation strings, training information and quantisation annotations change no result and are left away.
 *
 * @throws {OnnxParseError} When the bytes are no ONNX model, or hold something that calig has no place for; names where.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const proto = parse(bytes);
  inlineFunctions(proto);
  if (proto.graph !== undefined) checkNodes(proto.graph);
  if (proto.graph === undefined || proto.opsetImport.length === 0) {
    throw new OnnxParseError(
      "Cannot read the model: the file holds no ONNX graph; check that it is an .onnx file and was downloaded whole",
    );
  }
  const graph = decodeGraph(proto.graph, "graph");
  return {
    irVersion: whole(proto.irVersion, "ir_version"),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    opsets: Object.fromEntries(
      proto.opsetImport.map(({ domain, version }, i) => [
        standardDomain(domain),
        whole(version, `opset_import[${i}].version`),
      ]),
    ),
    graph,
    metadata: decodeEntries(proto.metadataProps),
  };
}

/** A number of 64 bits that JavaScript holds as it is: no version and no size is larger. */
function whole(value: bigint, path: string): number {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw new OnnxParseError(
    `Cannot read the model: ${path} is ${value}, wanted a number below 2^53; the file is damaged, download it again`,
    path,
  );
}

/** Files that Git LFS has not downloaded hold a text that begins so. */
const LFS_POINTER = "version https://git-lfs";

function parse(bytes: Uint8Array) {
  if (new TextDecoder().decode(bytes.subarray(0, LFS_POINTER.length)) === LFS_POINTER) {
    throw new OnnxParseError(
      "Cannot read the model: the file is a Git LFS pointer, not the model itself; download it with `git lfs pull`",
    );
  }
  try {
    // A plain view: parts of Node's Buffer would be Buffers, whose slice() does not copy.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    checkEntries(view);
    // Fields that no version of the format has are not kept: a million of them would be 150 MB of objects from 3 MB.
    return fromBinary(ModelProtoSchema, view, { readUnknownFields: false });
  } catch (cause) {
    if (cause instanceof OnnxParseError) throw cause;
    const isDeep = cause instanceof Error && /recursion/.test(cause.message);
    const found = isDeep ? "parts of the file lie too deep in each other" : "the bytes are not an ONNX file";
    throw new OnnxParseError(`Cannot read the model: ${found}; check that it was downloaded whole`, undefined, {
      cause,
    });
  }
}

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
  const names = new Set<string>();
  for (const [i, { name }] of proto.attribute.entries()) {
    if (names.has(name)) {
      const place = `${path}.attribute[${i}]`;
      throw new OnnxParseError(`Cannot read node "${proto.name}" at ${path}: it has two attributes "${name}"`, place);
    }
    names.add(name);
  }
  return {
    name: proto.name || proto.output[0] || path,
    opType: proto.opType,
    domain: standardDomain(proto.domain),
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
      return { kind: "string", value: decodeText(proto.s, proto.name, path) };
    case AttributeType.FLOATS:
      return { kind: "floats", value: proto.floats };
    case AttributeType.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case AttributeType.STRINGS:
      return { kind: "strings", value: proto.strings.map((bytes) => decodeText(bytes, proto.name, path)) };
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

function decodeValue({ name, type }: ValueInfoProto, path: string): ValueInfo {
  const tensor = tensorType(type, path);
  const code = tensor?.elemType ?? TensorProto_DataType.UNDEFINED;
  const dtype = dtypeFromCode(code);
  if (dtype === undefined && code !== TensorProto_DataType.UNDEFINED) {
    throw new OnnxParseError(`Cannot read value "${name}" at ${path}: calig does not know ${elementType(code)}`, path);
  }
  return {
    name,
    dtype,
    shape: tensor?.shape?.dim.map(({ value }): Dimension => {
      if (value.case === "dimValue") return whole(value.value, path);
      return value.case === "dimParam" && value.value !== "" ? value.value : undefined;
    }),
  };
}

function tensorType(type: TypeProto | undefined, path: string) {
  if (type === undefined || type.value.case === undefined) return undefined;
  if (type.value.case === "tensorType") return type.value.value;
  throw new OnnxParseError(`Cannot read ${path}: its type is ${type.value.case}; calig reads tensors`, path);
}

function decodeText(bytes: Uint8Array, attribute: string, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new OnnxParseError(`Cannot read attribute "${attribute}" at ${path}: it is no UTF-8 text`, path, { cause });
  }
}
