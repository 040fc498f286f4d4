/** @file Model data -> bytes of an ONNX file. */

import { create, toBinary } from "@bufbuild/protobuf";
import { dtypeCode } from "../tensor/dtype.ts";
import { assertNever } from "../util/assert-never.ts";
import type { Attribute, Dimension, Graph, Node, OnnxModel, StoredTensor, ValueInfo } from "./model.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx-proto.ts";

/**
 * The model as the bytes of an ONNX file. Tensor bytes are copied once, into the file.
 *
 * Cost: linear in the size of the file; models whose weights are external are a few hundred kilobytes.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: model.producerName,
      producerVersion: model.producerVersion,
      opsetImport: Object.entries(model.opsets).map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
      ),
      graph: encodeGraph(model.graph),
      metadataProps: encodeEntries(model.metadata),
    }),
  );
}

function encodeGraph(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: graph.initializers.map(encodeTensor),
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
    valueInfo: graph.values.map(encodeValue),
  });
}

function encodeNode(node: Node) {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
    metadataProps: encodeEntries(node.metadata ?? {}),
  });
}

function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  const make = (fields: Omit<Parameters<typeof create<typeof AttributeProtoSchema>>[1] & object, "$typeName">) =>
    create(AttributeProtoSchema, { name, ...fields });
  switch (attribute.kind) {
    case "float":
      return make({ type: AttributeType.FLOAT, f: attribute.value });
    case "int":
      return make({ type: AttributeType.INT, i: toInt64(attribute.value) });
    case "string":
      return make({ type: AttributeType.STRING, s: utf8(attribute.value) });
    case "tensor":
      return make({ type: AttributeType.TENSOR, t: encodeTensor(attribute.value) });
    case "graph":
      return make({ type: AttributeType.GRAPH, g: encodeGraph(attribute.value) });
    case "floats":
      return make({ type: AttributeType.FLOATS, floats: [...attribute.value] });
    case "ints":
      return make({ type: AttributeType.INTS, ints: attribute.value.map(toInt64) });
    case "strings":
      return make({ type: AttributeType.STRINGS, strings: attribute.value.map(utf8) });
    default:
      return assertNever(attribute);
  }
}

function encodeTensor(tensor: StoredTensor): TensorProto {
  const head = { name: tensor.name, dataType: dtypeCode(tensor.dtype), dims: tensor.shape.map(BigInt) };
  const { storage } = tensor;
  switch (storage.kind) {
    case "bytes":
      return create(TensorProtoSchema, { ...head, rawData: storage.bytes });
    case "strings":
      return create(TensorProtoSchema, { ...head, stringData: [...storage.strings] });
    case "external":
      return create(TensorProtoSchema, {
        ...head,
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: encodeEntries({
          location: storage.location,
          offset: String(storage.offset),
          ...(storage.length === undefined ? {} : { length: String(storage.length) }),
        }),
      });
    default:
      return assertNever(storage);
  }
}

function encodeValue({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  if (dtype === undefined) return create(ValueInfoProtoSchema, { name });
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: dtypeCode(dtype),
    ...(shape === undefined ? {} : { shape: create(TensorShapeProtoSchema, { dim: shape.map(encodeDimension) }) }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}

function encodeDimension(dimension: Dimension) {
  if (dimension === undefined) return create(TensorShapeProto_DimensionSchema);
  return create(TensorShapeProto_DimensionSchema, {
    value:
      typeof dimension === "number"
        ? { case: "dimValue", value: BigInt(dimension) }
        : { case: "dimParam", value: dimension },
  });
}

const encodeEntries = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Clamped, because "to the end" markers come back from decoding rounded up to 2^63. */
function toInt64(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  return whole > INT64_MAX ? INT64_MAX : whole < INT64_MIN ? INT64_MIN : whole;
}
