/** @file Calls of functions that a model defines itself, replaced by the nodes of the functions. */

import { clone, create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "onnx-buf";
import { OnnxParseError } from "../errors.ts";

/** "ai.onnx" is another name of the standard domain. */
export const standardDomain = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

const keyOf = (domain: string, name: string, overload: string): string =>
  `${standardDomain(domain)}:${name}:${overload}`;

/**
 * Takes the functions out of a model (in place): every call is replaced by the nodes of its function, whose inner values
 * get the name of the call in front. Attributes that a body takes from its call are filled in, in the bodies of control flow too.
 *
 * @throws {OnnxParseError} When functions call each other in a circle, or were written for another version of an operator
 *   set than the model.
 */
export function inlineFunctions(model: ModelProto): void {
  if (model.functions.length === 0 || model.graph === undefined) return;
  const functions = new Map(model.functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const versions = new Map(model.opsetImport.map(({ domain, version }) => [standardDomain(domain), version]));
  const called = new Set<FunctionProto>();
  inlineGraph(model.graph, { functions, called, open: [] });
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
}

function inlineGraph(graph: GraphProto, scope: Scope): void {
  graph.node = graph.node.flatMap((node) => inlineNode(node, scope));
}

function inlineNode(node: NodeProto, scope: Scope): readonly NodeProto[] {
  const called = scope.functions.get(keyOf(node.domain, node.opType, node.overload));
  if (called !== undefined) return inlineCall(node, called, scope);
  for (const { g } of node.attribute) if (g !== undefined) inlineGraph(g, scope);
  return [node];
}

function inlineCall(call: NodeProto, body: FunctionProto, scope: Scope): readonly NodeProto[] {
  if (scope.open.includes(body)) {
    throw new OnnxParseError(
      `Cannot read function "${body.name}": it calls itself, directly or through others`,
      "functions",
    );
  }
  scope.called.add(body);
  const prefix = `${call.name || call.output[0] || body.name}/`;
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
  const substitution: Substitution = {
    rename: (name) => names.get(name) ?? `${prefix}${name}`,
    given: new Map([...body.attributeProto, ...call.attribute].map((attribute) => [attribute.name, attribute])),
  };
  const inner = { ...scope, open: [...scope.open, body] };
  const nodes = body.node.map((node) => substitute(node, substitution));
  return [...nodes.flatMap((node) => inlineNode(node, inner)), ...copies];
}

interface Substitution {
  readonly rename: (name: string) => string;
  /** Attributes of the call, and defaults of the function. */
  readonly given: ReadonlyMap<string, AttributeProto>;
}

/** A copy of a node of a function. Messages are cloned whole: fields that are not set live in their prototype. */
function substitute(original: NodeProto, substitution: Substitution): NodeProto {
  const node = clone(NodeProtoSchema, original);
  substituteIn(node, substitution);
  return node;
}

function substituteIn(node: NodeProto, substitution: Substitution): void {
  const { rename, given } = substitution;
  node.name = rename(node.name || node.output[0] || node.opType);
  node.input = node.input.map(rename);
  node.output = node.output.map(rename);
  node.attribute = node.attribute.flatMap((attribute) => {
    if (attribute.g !== undefined) substituteInGraph(attribute.g, substitution);
    if (attribute.refAttrName === "") return [attribute];
    const found = given.get(attribute.refAttrName);
    if (found === undefined) return [];
    const filled = clone(AttributeProtoSchema, found);
    filled.name = attribute.name;
    return [filled];
  });
}

/** A body of control flow within a function: its own names get the prefix too. */
function substituteInGraph(graph: GraphProto, substitution: Substitution): void {
  for (const value of [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer]) {
    value.name = substitution.rename(value.name);
  }
  for (const node of graph.node) substituteIn(node, substitution);
}
