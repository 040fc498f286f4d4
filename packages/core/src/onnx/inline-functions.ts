/** @file Calls of functions that a model defines itself, replaced by the nodes of the functions. */

import { create } from "@bufbuild/protobuf";
import { OnnxParseError } from "../errors.ts";
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "./onnx-proto.ts";
import { graphWeight, nodeWeight } from "./proto-weight.ts";

/** "ai.onnx" is another name of the standard domain. */
export const standardDomain = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

const keyOf = (domain: string, name: string, overload: string): string =>
  `${standardDomain(domain)}:${name}:${overload}`;

/** Nodes, edges and numbers that calls may make: these, or so many times what the file holds itself. */
const LARGEST_GROWTH = { weight: 1_000_000, factor: 16 };
/** Calls within calls: exporters nest a handful. */
const DEEPEST_CALLS = 32;
/** Bodies of control flow within each other, those in functions included. */
const DEEPEST_BODIES = 32;
/** Longer names are cut where they become parts of others. */
const LONGEST_NAME = 200;

/**
 * Takes the functions out of a model (in place): every call is replaced by the nodes of its function, whose inner values
 * get the name of the call in front. Attributes that a body takes from its call are filled in, in the bodies of control flow too.
 *
 * Cost: as much as the nodes that come out; what calls within calls may make of a small file is limited.
 *
 * @throws {OnnxParseError} When functions call each other in a circle, make far more nodes than the file has, or were
 *   written for another version of an operator set than the model.
 */
export function inlineFunctions(model: ModelProto): void {
  if (model.functions.length === 0 || model.graph === undefined) return;
  const functions = new Map(model.functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const versions = new Map(model.opsetImport.map(({ domain, version }) => [standardDomain(domain), version]));
  const called = new Set<FunctionProto>();
  const stored = [model.graph, ...model.functions].reduce((sum, { node }) => sum + nodesWeight(node), 0);
  const limit = Math.max(LARGEST_GROWTH.weight, LARGEST_GROWTH.factor * stored);
  inlineGraph(model.graph, {
    functions,
    called,
    open: [],
    bodies: 0,
    names: createNames(model.graph),
    spend: budget(limit),
  });
  for (const { name, opsetImport } of called) {
    for (const { domain, version } of opsetImport) {
      const own = versions.get(standardDomain(domain));
      if (own !== undefined && own !== version) {
        const set = `"${domain || "ai.onnx"}"`;
        throw new OnnxParseError(
          `Cannot read function "${name}": it is written for operator set ${set} version ${version}, the model for ${own}; export the model with its functions inlined`,
          "functions",
        );
      }
      versions.set(standardDomain(domain), version);
    }
  }
  model.opsetImport = [...versions].map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version }));
  model.functions = [];
}

interface Scope {
  readonly functions: ReadonlyMap<string, FunctionProto>;
  readonly called: Set<FunctionProto>;
  /** Functions whose bodies are being copied. */
  readonly open: readonly FunctionProto[];
  /** Bodies of control flow around. */
  readonly bodies: number;
  readonly names: Names;
  /** Takes note of what a copy holds. */
  readonly spend: (weight: number) => void;
}

const nodesWeight = (nodes: readonly NodeProto[]): number => nodes.reduce((sum, node) => sum + nodeWeight(node), 0);

function budget(limit: number): (weight: number) => void {
  let spent = 0;
  return (weight) => {
    spent += weight;
    if (spent <= limit) return;
    throw new OnnxParseError(
      `Cannot read the functions of the model: their calls make more than ${limit.toLocaleString("en-US")} nodes and edges, far more than the file holds; export the model with its functions inlined`,
      "functions",
    );
  };
}

/** Names that nothing in the model has. */
type Names = (wanted: string) => string;

function createNames(graph: GraphProto): Names {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const pending = [graph];
  for (const { input, initializer, node } of pending) {
    for (const { name } of [...input, ...initializer]) taken.add(name);
    for (const { output, attribute } of node) {
      for (const name of output) taken.add(name);
      for (const { g } of attribute) if (g !== undefined) pending.push(g);
    }
  }
  return (wanted) => {
    let name = wanted;
    while (taken.has(name)) {
      const count = (counts.get(wanted) ?? 0) + 1;
      counts.set(wanted, count);
      name = `${wanted}_${count}`;
    }
    taken.add(name);
    return name;
  };
}

function inlineGraph(graph: GraphProto, scope: Scope): void {
  if (scope.bodies > DEEPEST_BODIES) {
    throw new OnnxParseError(
      `Cannot read the functions of the model: bodies of control flow lie more than ${DEEPEST_BODIES} deep in each other; export the model with its functions inlined`,
      "functions",
    );
  }
  graph.node = graph.node.flatMap((node) => inlineNode(node, scope));
}

function inlineNode(node: NodeProto, scope: Scope): readonly NodeProto[] {
  const called = scope.functions.get(keyOf(node.domain, node.opType, node.overload));
  if (called !== undefined) return inlineCall(node, called, scope);
  for (const { g } of node.attribute) if (g !== undefined) inlineGraph(g, { ...scope, bodies: scope.bodies + 1 });
  return [node];
}

function inlineCall(call: NodeProto, body: FunctionProto, scope: Scope): readonly NodeProto[] {
  const { open } = scope;
  if (open.includes(body)) {
    throw new OnnxParseError(
      `Cannot read function "${body.name}": it calls itself, directly or through others`,
      "functions",
    );
  }
  if (open.length >= DEEPEST_CALLS) {
    throw new OnnxParseError(
      `Cannot read function "${body.name}": it is called within more than ${DEEPEST_CALLS} others; export the model with its functions inlined`,
      "functions",
    );
  }
  scope.called.add(body);
  scope.spend(1 + body.input.length + body.output.length);
  const prefix = cut(call.name || call.output[0] || body.name);
  const names = new Map([["", ""]]);
  body.input.forEach((name, i) => {
    names.set(name, call.input[i] ?? "");
  });
  const copies: NodeProto[] = [];
  body.output.forEach((name, i) => {
    const output = call.output[i] ?? "";
    if (output === "") return;
    if (names.has(name)) {
      copies.push(create(NodeProtoSchema, { opType: "Identity", input: [names.get(name) ?? ""], output: [output] }));
    } else {
      names.set(name, output);
    }
  });
  const inner = `${prefix}/`;
  const substitution: Substitution = {
    prefix: inner,
    rename: (name) => {
      const known = names.get(name);
      if (known !== undefined) return known;
      // Calls without names within each other have one prefix.
      const own = scope.names(`${inner}${cut(name)}`);
      names.set(name, own);
      return own;
    },
    given: new Map([...body.attributeProto, ...call.attribute].map((attribute) => [attribute.name, attribute])),
    spend: scope.spend,
  };
  const nested = { ...scope, open: [...open, body] };
  const nodes: NodeProto[] = [];
  for (const node of body.node) {
    scope.spend(nodeWeight(node));
    for (const each of inlineNode(substituteIn(node, substitution), nested)) nodes.push(each);
  }
  return [...nodes, ...copies];
}

const cut = (name: string): string => (name.length <= LONGEST_NAME ? name : name.slice(0, LONGEST_NAME));

interface Substitution {
  /** What the names of nodes get in front. */
  readonly prefix: string;
  readonly rename: (name: string) => string;
  /** Attributes of the call, and defaults of the function. */
  readonly given: ReadonlyMap<string, AttributeProto>;
  readonly spend: (weight: number) => void;
}

/** A copy of a node of a function. What is not changed, as the elements of tensors, is shared with the original. */
function substituteIn(node: NodeProto, substitution: Substitution): NodeProto {
  const { prefix, rename, given, spend } = substitution;
  return changed(node, {
    name: `${prefix}${cut(node.name || node.output[0] || node.opType)}`,
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: node.attribute.flatMap((attribute) => {
      if (attribute.g !== undefined) return [changed(attribute, { g: substituteInGraph(attribute.g, substitution) })];
      if (attribute.refAttrName === "") return [attribute];
      const found = given.get(attribute.refAttrName);
      if (found === undefined) return [];
      if (found.g !== undefined) spend(graphWeight(found.g));
      return [changed(found, { name: attribute.name })];
    }),
  });
}

/** A body of control flow within a function: its own names get the prefix too. */
function substituteInGraph(graph: GraphProto, substitution: Substitution): GraphProto {
  const named = <T extends { name: string }>(values: readonly T[]) =>
    values.map((value) => changed(value, { name: substitution.rename(value.name) } as Partial<T>));
  return changed(graph, {
    input: named(graph.input),
    output: named(graph.output),
    valueInfo: named(graph.valueInfo),
    initializer: named(graph.initializer),
    node: graph.node.map((node) => substituteIn(node, substitution)),
  });
}

/** A message with other fields. Fields that are not set live in its prototype, and what they hold is shared. */
const changed = <T extends object>(message: T, fields: Partial<T>): T =>
  Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields);
