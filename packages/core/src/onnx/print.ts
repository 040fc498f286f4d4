/** @file A graph as text: stable, for snapshots and for people. */

import { viewBytes } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { Attribute, Dimension, Graph, Node, StoredTensor, ValueInfo } from "./model.ts";

/** Constants of up to this many elements are shown with their values. */
const INLINE = 8;

/** What is known of inner values; the table that `inferShapes` makes is one. */
export interface KnownTypes {
  get(value: string): Omit<ValueInfo, "name"> | undefined;
}

/**
 * One line per input, constant, node and output:
 *
 *     graph block (%x: float32[rows, 4])
 *       const %w: float32[4, 2] external model.safetensors @ 128
 *       %hidden: float32[rows, 2] = MatMul(%x, %w)
 *       %y = Softmax(%hidden) {axis: -1}
 *       return %y: float32[rows, 2]
 *
 * @param types - Types to show behind the outputs of nodes. Default: those that the graph states (value_info).
 */
export function printGraph(graph: Graph, types: KnownTypes = statedTypes(graph)): string {
  return [
    `graph ${graph.name} (${graph.inputs.map(printValue).join(", ")})`,
    ...graph.initializers.map((tensor) => `  const %${tensor.name}: ${printTensor(tensor)}`),
    ...graph.nodes.flatMap((node) => printNode(node, types)),
    `  return ${graph.outputs.map(printValue).join(", ")}`,
  ].join("\n");
}

const statedTypes = ({ values }: Graph): KnownTypes => new Map(values.map((value) => [value.name, value]));

const printValue = ({ name, dtype, shape }: ValueInfo): string => `%${name}: ${dtype ?? "?"}${printShape(shape)}`;

const printShape = (shape: readonly Dimension[] | undefined): string =>
  shape === undefined ? "[...]" : `[${shape.map((size) => size ?? "?").join(", ")}]`;

function printTensor({ dtype, shape, storage }: StoredTensor): string {
  const type = `${dtype}${printShape(shape)}`;
  if (storage.kind === "external") return `${type} external ${storage.location} @ ${storage.offset}`;
  if (storage.kind === "strings") return `${type} ${storage.strings.length} strings`;
  if (elementCount(shape) > INLINE || dtype === "int4" || dtype === "uint4")
    return `${type} ${storage.bytes.byteLength} bytes`;
  const print = (element: number | bigint) => (dtype === "float32" ? shortest(Number(element)) : String(element));
  return `${type} {${Array.from(viewBytes(dtype, storage.bytes) as ArrayLike<number | bigint>, print).join(", ")}}`;
}

/** The fewest digits that give the same float32 back: 0.1, not 0.10000000149011612. */
function shortest(value: number): string {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(wanted.toPrecision(digits)));
    if (Object.is(Math.fround(Number(text)), wanted)) return text;
  }
  return Object.is(wanted, -0) ? "-0" : String(wanted);
}

function printNode(node: Node, types: KnownTypes): string[] {
  const printOutput = (name: string) => {
    const known = types.get(name);
    return known === undefined ? `%${name}` : printValue({ name, ...known });
  };
  const outputs = node.outputs.map((output) => (output === "" ? "_" : printOutput(output))).join(", ");
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
      return Number.isInteger(attribute.value) ? attribute.value.toFixed(1) : shortest(attribute.value);
    case "floats":
      return `[${attribute.value.map(shortest).join(",")}]`;
    default:
      return JSON.stringify(attribute.value);
  }
}
