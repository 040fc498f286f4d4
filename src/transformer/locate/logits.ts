/** @file Which value of a graph the logits are. */

import type { Dimension, Node } from "../../onnx/model.ts";
import type { Anatomy } from "../anatomy.ts";
import { traceDataFlow } from "./data-flow.ts";
import { intOf, isOperator } from "./operators.ts";
import { describeShape, type Search } from "./search.ts";

/** The logits and what they are of. */
export interface Logits {
  readonly value: string;
  readonly per: Anatomy["logitsPer"];
  readonly classes: number;
  /** What the file makes probabilities of the logits with; absent where its output is the logits. */
  readonly activation?: "softmax" | "sigmoid";
}

/**
 * The output that no other output is computed from: hidden states and attention maps that are outputs too lead to the
 * logits. The softmax or sigmoid that ends the graph is left away.
 *
 * @param sources - Where the data comes in.
 * @param problems - Gets a line where no or several outputs qualify, or the shape is not one of logits.
 */
export function findLogits(search: Search, sources: readonly string[], problems: string[]): Logits | undefined {
  const outputs = search.index.graph.outputs.map(({ name }) => name);
  const flows = outputs
    .map((output) => ({ output, flow: traceDataFlow(search, sources, output) }))
    .filter(({ output, flow }) => flow.has(output));
  const last = flows.filter(({ output }) => flows.every((other) => other.output === output || !other.flow.has(output)));
  const [found] = last;
  if (found === undefined || last.length > 1) {
    const candidates = (found === undefined ? outputs : last.map(({ output }) => output)).map(
      (output) => `"${output}" ${describeShape(search.shape(output))}`,
    );
    problems.push(
      `one output for logits: ${found === undefined ? "none depends on the input" : "several depend on the input and not on each other"}: ${candidates.join(", ")}`,
    );
    return undefined;
  }
  const { value, activation } = beforeActivation(search, found.output);
  const shape = search.shape(value);
  const classes = shape?.at(-1);
  if (typeof classes !== "number" || (shape?.length !== 2 && shape?.length !== 3)) {
    problems.push(
      `logits [batch, classes] or [batch, tokens, classes]: output "${found.output}" is ${describeShape(shape)}`,
    );
    return undefined;
  }
  const per = (shape as readonly Dimension[]).length === 3 ? "token" : "input";
  return { value, per, classes, ...(activation === undefined ? {} : { activation }) };
}

/**
 * Steps back over what makes probabilities of logits: over the last activation only, so that what a second one before it
 * computes are the logits, and the probabilities those of the file.
 */
function beforeActivation(search: Search, output: string): Pick<Logits, "value" | "activation"> {
  let value = output;
  for (;;) {
    const node = search.index.producer.get(value);
    const [before = ""] = node?.inputs ?? [];
    if (isOperator(node, "Sigmoid")) return { value: before, activation: "sigmoid" };
    if (isOperator(node, "Softmax", "LogSoftmax") && isOverClasses(search, node)) {
      return { value: before, activation: "softmax" };
    }
    if (!isOperator(node, "Identity")) return { value: output };
    value = before;
  }
}

/** Whether a softmax is over the last axis. */
function isOverClasses({ opsets, shape }: Search, node: Node): boolean {
  const rank = shape(node.inputs[0] ?? "")?.length;
  const axis = intOf(node, "axis") ?? ((opsets[""] ?? 13) < 13 ? 1 : -1);
  return axis === -1 || axis + 1 === rank;
}
