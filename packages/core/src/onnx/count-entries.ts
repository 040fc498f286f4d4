/** @file How much an ONNX file holds, counted in its bytes before anything is made of them. */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { OnnxParseError } from "../errors.ts";
import type { GraphProto } from "./onnx-proto.ts";

/**
 * No model that calig explains has more: a Transformer of 100 blocks has about 20,000 nodes, exported in the smallest
 * operators. The engine takes seconds for so many, and as much again for their gradients.
 */
const MOST = { node: 100_000, value: 400_000 };
/** As deep as messages are read. */
const DEEPEST = 100;

/** Numbers of the fields that hold nodes, or what nodes are in, by the kind of message. */
const FIELDS = {
  model: new Map<number, Kind>([
    [7, "graph"],
    [25, "function"],
  ]),
  graph: new Map<number, Kind>([
    [1, "node"],
    [5, "value"], // initializer
    [11, "value"], // input
    [12, "value"], // output
    [13, "value"], // value_info
  ]),
  function: new Map<number, Kind>([[7, "node"]]),
  node: new Map<number, Kind>([[5, "attribute"]]),
  attribute: new Map<number, Kind>([
    [6, "graph"],
    [11, "graph"],
  ]),
  value: new Map<number, Kind>(),
} as const satisfies Record<string, ReadonlyMap<number, string>>;

type Kind = "graph" | "function" | "node" | "attribute" | "value";

/**
 * Refuses a file that holds more nodes than a model has, or more tensors and values: in its graph, in bodies of control
 * flow and in functions.
 *
 * Cost: one step for each field; no element of a tensor is looked at.
 *
 * @throws {OnnxParseError} Says how many there are.
 */
export function checkEntries(bytes: Uint8Array): void {
  const counts = { node: 0, value: 0 };
  walk(bytes, "model", 0);
  for (const kind of ["node", "value"] as const) if (counts[kind] > MOST[kind]) throw tooMany(counts[kind], kind);

  function walk(message: Uint8Array, kind: keyof typeof FIELDS, depth: number): void {
    if (kind === "node" || kind === "value") counts[kind]++;
    const fields: ReadonlyMap<number, Kind> = FIELDS[kind];
    // What lies deeper is refused where it is read.
    if (fields.size === 0 || depth > DEEPEST) return;
    const reader = new BinaryReader(message);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      const part = type === WireType.LengthDelimited ? fields.get(field) : undefined;
      if (part === undefined) reader.skip(type, field);
      else walk(reader.bytes(), part, depth + 1);
    }
  }
}

/** The same for the nodes that calls of functions have made of a file. @throws {OnnxParseError} */
export function checkNodes(graph: GraphProto): void {
  const count = nodesIn(graph);
  if (count > MOST.node) throw tooMany(count, "node");
}

const nodesIn = ({ node }: GraphProto): number =>
  node.reduce(
    (sum, { attribute }) => attribute.reduce((own, { g }) => own + (g === undefined ? 0 : nodesIn(g)), sum + 1),
    0,
  );

function tooMany(count: number, kind: keyof typeof MOST): OnnxParseError {
  const [found, wanted] = [count, MOST[kind]].map((number) => number.toLocaleString("en-US"));
  return new OnnxParseError(
    `Cannot read the model: it has ${found} ${kind === "node" ? "nodes" : "tensors and values"}, wanted at most ${wanted}; have onnxruntime's optimizer fold it, or export it with larger operators`,
    "graph",
  );
}
