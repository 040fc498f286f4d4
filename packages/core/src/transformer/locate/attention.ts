/** @file Attention by its structure: a softmax over keys between the product of queries and keys and the product with values. */

import type { Node } from "../../onnx/model.ts";
import type { DataFlow } from "./data-flow.ts";
import { describeNode, intOf, isOperator, isProduct, keepsPlaces, rearranges } from "./operators.ts";
import { describeShape, type Search } from "./search.ts";

/** One attention. */
export interface AttentionSite {
  /** What messages call it. */
  readonly description: string;
  /** What its softmax is taken of, and the node that reads it for that. */
  readonly scores: string;
  readonly softmax: Node;
  /** Last value of the shape of the softmax before the product with values. */
  readonly probabilities: string;
  /** Values that have a part in the scores or probabilities without coming from the input: masks and biases. */
  readonly outer: readonly string[];
}

/** A softmax that is no attention, and why. */
export interface RejectedSoftmax {
  readonly description: string;
  readonly reason: string;
}

export interface AttentionSearch {
  /** In the order of the graph. */
  readonly sites: readonly AttentionSite[];
  readonly rejected: readonly RejectedSoftmax[];
}

/** A softmax, as one node or written out. */
interface Softmax {
  /** The node that reads the scores. */
  readonly node: Node;
  readonly scores: string;
  readonly probabilities: string;
  readonly axis: number | undefined;
}

/** Finds every attention on the way of the input to the logits. */
export function findAttention(search: Search, flow: DataFlow): AttentionSearch {
  const sites: AttentionSite[] = [];
  const rejected: RejectedSoftmax[] = [];
  for (const node of search.index.graph.nodes) {
    const softmax = flow.has(node.outputs[0] ?? "") ? asSoftmax(search, node) : undefined;
    if (softmax === undefined) continue;
    const found = examine(search, flow, softmax);
    if (typeof found === "string") rejected.push({ description: describeNode(node), reason: found });
    else sites.push({ description: describeNode(node), ...found });
  }
  return { sites, rejected };
}

function asSoftmax({ index, opsets, shape }: Search, node: Node): Softmax | undefined {
  const [scores = "", divisor = ""] = node.inputs;
  const [probabilities = ""] = node.outputs;
  if (isOperator(node, "Softmax")) {
    const axis = intOf(node, "axis") ?? ((opsets[""] ?? 13) < 13 ? 1 : -1);
    return { node, scores, probabilities, axis };
  }
  // exp(x) / sum(exp(x)); whether a maximum is subtracted in exp does not matter here.
  const power = index.producer.get(scores);
  const total = index.producer.get(divisor);
  if (!isOperator(node, "Div") || !isOperator(power, "Exp")) return undefined;
  if (!isOperator(total, "ReduceSum") || total.inputs[0] !== scores) return undefined;
  const whole = shape(scores)?.length ?? 0;
  const reduced = shape(divisor)?.at(-1) === 1 && shape(divisor)?.length === whole;
  return { node: power, scores: power.inputs[0] ?? "", probabilities, axis: reduced ? -1 : undefined };
}

/** Probabilities and masks of a softmax, or why it is no attention. */
function examine(
  search: Search,
  flow: DataFlow,
  { node, scores, probabilities, axis }: Softmax,
): Omit<AttentionSite, "description"> | string {
  const shape = search.shape(probabilities);
  const last = axis === -1 || axis === (shape?.length ?? 0) - 1;
  if (!last) return `it runs over axis ${axis ?? "?"} of ${describeShape(shape)}, wanted the last`;
  const after = followToValues(search, flow, probabilities);
  if (after === undefined) return "its result reaches no matrix product with values";
  const before = traceScores(search, flow, scores);
  if (!before.found) {
    const { other } = before;
    return `its input comes from no matrix product of queries and keys${other === undefined ? "" : `, but from ${other}`}`;
  }
  if (shape !== undefined && shape.length !== 4) {
    return `its shape is ${describeShape(shape)}, wanted [batch, heads, queries, keys]`;
  }
  return { scores, softmax: node, probabilities: after.probabilities, outer: [...before.outer, ...after.outer] };
}

/** From the softmax to the product with values. */
function followToValues(search: Search, flow: DataFlow, softmax: string) {
  const outer: string[] = [];
  const pending = [{ value: softmax, probabilities: softmax }];
  for (const { value, probabilities } of pending) {
    search.spend(1);
    for (const node of search.index.consumers.get(value) ?? []) {
      const [output = ""] = node.outputs;
      if (!flow.has(output)) continue;
      if (isProduct(node)) {
        if (multipliesValues(node, value, flow)) return { probabilities, outer };
        continue;
      }
      const same = keepsPlaces(node) && node.inputs.every((input) => input === value || !flow.has(input));
      if (same) for (const input of node.inputs) if (input !== value && input !== "") outer.push(input);
      // Once rearranged it is no longer [batch, heads, queries, keys]: the value before that counts.
      if (same) pending.push({ value: output, probabilities: probabilities === value ? output : probabilities });
      else if (rearranges(node)) pending.push({ value: output, probabilities });
    }
  }
  return undefined;
}

function multipliesValues(node: Node, value: string, flow: DataFlow): boolean {
  const [first, second = ""] = node.inputs;
  return first === value && second !== value && flow.has(second) && intOf(node, "transA") !== 1;
}

/** From the scores back to the products they come from; `outer` are the values that join on the way. */
function traceScores(search: Search, flow: DataFlow, scores: string) {
  const outer: string[] = [];
  let found = false;
  let other: string | undefined;
  const seen = new Set([scores]);
  for (const value of seen) {
    search.spend(1);
    const node = search.index.producer.get(value);
    if (node === undefined) continue;
    const inner = node.inputs.filter((input) => flow.has(input));
    if (isProduct(node)) {
      if (inner.length >= 2) found = true;
      else other ??= `${describeNode(node)} with weights`;
    } else if (endsScores(node)) {
      other ??= describeNode(node);
    } else {
      for (const input of node.inputs) if (input !== "" && !flow.has(input)) outer.push(input);
      for (const input of inner) seen.add(input);
    }
  }
  return { found, other, outer };
}

/** Layers that never lie between scores and their softmax. */
const endsScores = (node: Node): boolean => isOperator(node, "Softmax", "LayerNormalization", "Conv");
