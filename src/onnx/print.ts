/** @file A graph as text: stable, for snapshots and for people. */

import { viewBytes } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { Attribute, Dimension, Graph, Node, StoredTensor, ValueInfo } from "./model.ts";

/** Constants of up to this many elements are shown with their values. */
const INLINE = 8;

/**
 * One line per input, constant, node and output:
 *
 *     graph block (%x: float32[rows, 4])
 *       const %w: float32[4, 2] external model.safetensors @ 128
 *       %y = MatMul(%x, %w)
 *       return %y: float32[rows, 2]
 */
export function printGraph(graph: Graph): string {
  return [
    `graph ${graph.name} (${graph.inputs.map(printValue).join(", ")})`,
    ...graph.initializers.map((tensor) => `  const %${tensor.name}: ${printTensor(tensor)}`),
    ...graph.nodes.flatMap(printNode),
    `  return ${graph.outputs.map(printValue).join(", ")}`,
  ].join("\n");
}

const printValue = ({ name, dtype, shape }: ValueInfo): string => `%${name}: ${dtype ?? "?"}${printShape(shape)}`;

const printShape = (shape: readonly Dimension[] | undefined): string =>
  shape === undefined ? "[...]" : `[${shape.map((size) => size ?? "?").join(", ")}]`;

function printTensor({ dtype, shape, storage }: StoredTensor): string {
  const type = `${dtype}${printShape(shape)}`;
  if (storage.kind === "external") return `${type} external ${storage.location} @ ${storage.offset}`;
  if (storage.kind === "strings") return `${type} ${storage.strings.length} strings`;
  if (elementCount(shape) > INLINE || dtype === "int4" || dtype === "uint4")
    return `${type} ${storage.bytes.byteLength} bytes`;
  return `${type} {${Array.from(viewBytes(dtype, storage.bytes) as ArrayLike<number | bigint>, String).join(", ")}}`;
}

function printNode(node: Node): string[] {
  const outputs = node.outputs.map((output) => (output === "" ? "_" : `%${output}`)).join(", ");
  const inputs = node.inputs.map((input) => (input === "" ? "_" : `%${input}`)).join(", ");
  const operator = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
  const plain = Object.entries(node.attributes).filter(([, attribute]) => attribute.kind !== "graph");
  const attributes = plain.map(([name, attribute]) => `${name}: ${printAttribute(attribute)}`).join(", ");
  const bodies = Object.entries(node.attributes).flatMap(([name, attribute]) =>
    attribute.kind === "graph" ? [`    ${name}:`, ...indent(printGraph(attribute.value))] : [],
  );
  return [`  ${outputs} = ${operator}(${inputs})${attributes === "" ? "" : ` {${attributes}}`}`, ...bodies];
}

const indent = (text: string): string[] => text.split("\n").map((line) => `      ${line}`);

function printAttribute(attribute: Attribute): string {
  switch (attribute.kind) {
    case "tensor":
      return printTensor(attribute.value);
    case "graph":
      return attribute.value.name;
    case "float":
      return Number.isInteger(attribute.value) ? attribute.value.toFixed(1) : String(Math.fround(attribute.value));
    default:
      return JSON.stringify(attribute.value);
  }
}
