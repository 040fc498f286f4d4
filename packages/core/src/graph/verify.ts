/** @file Checks that a graph is well formed, before an engine sees it: some malformed graphs end the process there. */

import { type ModelIssue, UnsupportedModelError } from "../errors.ts";
import type { Graph, Node, StoredTensor } from "../onnx/model.ts";

/**
 * Checks a graph and the bodies of its control flow: every value is made before it is used and made once, every output
 * exists, every input and constant has a name, every domain has a version, and tensors within nodes are in the file itself.
 *
 * @throws {UnsupportedModelError} With all problems at once in `issues`.
 */
export function verifyGraph(graph: Graph, opsets: Readonly<Record<string, number>>): void {
  const issues: ModelIssue[] = [];
  checkGraph(graph, opsets, new Set([""]), issues);
  if (issues.length === 0) return;
  const shown = issues
    .slice(0, 5)
    .map(({ node, opType, reason }) => (node === undefined ? reason : `node "${node}" (${opType}): ${reason}`));
  const more = issues.length > shown.length ? `; and ${issues.length - shown.length} more` : "";
  throw new UnsupportedModelError(`Cannot use graph "${graph.name}": ${shown.join("; ")}${more}`, issues);
}

/** `made`: the names that exist around the graph, which a body may use but not make again; the same ones afterwards. */
function checkGraph(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  made: Set<string>,
  issues: ModelIssue[],
): void {
  const own: string[] = [];
  const make = (name: string, what: string, node?: Node) => {
    if (name === "") issues.push(issue(`${what} without a name`, node));
    else if (made.has(name)) issues.push(issue(`${what} "${name}" is made twice`, node));
    else own.push(name);
    made.add(name);
  };
  for (const { name } of graph.inputs) make(name, "input");
  // Old exports list constants among the inputs too.
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const constants = new Set<string>();
  for (const { name } of graph.initializers) {
    if (!inputs.has(name) || constants.has(name)) make(name, "constant");
    constants.add(name);
  }
  for (const node of graph.nodes) {
    if (opsets[node.domain] === undefined) {
      issues.push(issue(`the model imports no version of operator set "${node.domain || "ai.onnx"}"`, node));
    }
    for (const input of node.inputs) {
      if (!made.has(input)) issues.push(issue(`value "${input}" is used before it is made, or never made`, node));
    }
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind === "tensor") checkStored(attribute.value, issues, node);
      if (attribute.kind !== "graph") continue;
      for (const tensor of attribute.value.initializers) checkStored(tensor, issues, node);
      checkGraph(attribute.value, opsets, made, issues);
    }
    if (node.outputs.every((output) => output === "")) issues.push(issue("it makes no value", node));
    for (const output of node.outputs) if (output !== "") make(output, "value", node);
  }
  for (const { name } of graph.outputs) {
    if (name === "" || !made.has(name)) issues.push(issue(`output "${name}" is made by nothing`));
  }
  for (const name of own) made.delete(name);
}

/** Side files are looked for where the graph itself says so, and nowhere else. */
function checkStored({ name, storage }: StoredTensor, issues: ModelIssue[], node: Node): void {
  if (storage.kind !== "external") return;
  issues.push(issue(`its tensor "${name}" lies in another file, wanted in the model's own`, node));
}

const issue = (reason: string, node?: Node): ModelIssue =>
  node === undefined ? { reason } : { node: node.name, opType: node.opType, domain: node.domain, reason };
