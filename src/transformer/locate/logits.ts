/** @file Which value of a graph the logits are. */

import type { Dimension } from "../../onnx/model.ts";
import type { Anatomy } from "../anatomy.ts";
import { traceDataFlow } from "./data-flow.ts";
import { isOperator } from "./operators.ts";
import { describeShape, type Search } from "./search.ts";

/** The logits and what they are of. */
export interface Logits {
  readonly value: string;
  readonly per: Anatomy["logitsPer"];
  readonly classes: number;
}

/**
 * The output that no other output is computed from: hidden states and attention maps that are outputs too lead to the
 * logits. A softmax or sigmoid that ends the graph is left away.
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
  const value = beforeActivation(search, found.output);
  const shape = search.shape(value);
  const classes = shape?.at(-1);
  if (typeof classes !== "number" || (shape?.length !== 2 && shape?.length !== 3)) {
    problems.push(
      `logits [batch, classes] or [batch, tokens, classes]: output "${found.output}" is ${describeShape(shape)}`,
    );
    return undefined;
  }
  return { value, per: (shape as readonly Dimension[]).length === 3 ? "token" : "input", classes };
}

/** Steps back over what makes probabilities of logits. */
function beforeActivation({ index }: Search, output: string): string {
  let logits = output;
  for (let value = output; ; ) {
    const node = index.producer.get(value);
    if (!isOperator(node, "Softmax", "LogSoftmax", "Sigmoid", "Identity")) return logits;
    value = node.inputs[0] ?? "";
    if (!isOperator(node, "Identity")) logits = value;
  }
}
