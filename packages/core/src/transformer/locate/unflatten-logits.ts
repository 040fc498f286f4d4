/** @file Logits of tokens that were flattened, [batch x tokens, classes], put back into [batch, tokens, classes]. */

import { GraphBuilder } from "../../graph/builder.ts";
import type { Graph, Node } from "../../onnx/model.ts";
import { intTensor } from "../../tensor/tensor.ts";
import { traceDataFlow } from "./data-flow.ts";
import { findLogits, type Logits } from "./logits.ts";
import { isOperator, isProduct } from "./operators.ts";
import { isResidual } from "./outputs.ts";
import { findSource } from "./roles.ts";
import { createSearch, type Search } from "./search.ts";

/** A graph whose logits have an axis for tokens. */
export interface Unflattened {
  readonly graph: Graph;
  /** The logits as the file has them, and as the graph has them now. */
  readonly from: string;
  readonly to: string;
  /** What the file makes probabilities of them with. */
  readonly activation: Logits["activation"];
}

/** What makes no choice among positions, besides products: element by element, or along the last axis. */
const KEEPS_ROWS = new Set(
  "Transpose Reshape Add Sub Mul Div Tanh Relu Gelu FastGelu QuickGelu Erf Sigmoid Pow Sqrt Cast Identity Dropout Clip LayerNormalization Softmax LogSoftmax Elu Selu LeakyRelu HardSwish HardSigmoid Softplus Neg Exp Log Abs".split(
    " ",
  ),
);

/**
 * Finds logits of one row a token, which exports of heads have that flatten hidden states or logits before the loss, and
 * gives them their axes back, for batches of any size. Undefined where the logits are not of that kind.
 *
 * @throws {UnsupportedModelError} As `findLogits`.
 */
export function unflattenLogits(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  listed?: number,
): Unflattened | undefined {
  const search = createSearch(graph, opsets);
  const source = findSource(search);
  if ("length" in source || source.lookups.length === 0) return undefined;
  const logits = findLogits(search, source, [], listed);
  if (logits?.per !== "input") return undefined;
  const merging = findMerging(search, source.values, logits.value);
  const width = search.shape(merging?.inputs[0] ?? "")?.[2];
  if (merging === undefined || typeof width !== "number") return undefined;

  const builder = new GraphBuilder({ from: { ...graph, nodes: [], outputs: [] }, opsets, prefix: "tokens/" });
  for (const node of graph.nodes) {
    if (node !== merging) builder.node(node);
    else {
      // Whatever sizes the file computes here: rows of any batch.
      const rows = builder.constant(intTensor([-1, width], [2]));
      builder.node({
        ...merging,
        opType: "Reshape",
        domain: "",
        inputs: [merging.inputs[0] ?? "", rows],
        attributes: {},
      });
    }
  }
  const sizes = builder.emit("Shape", [source.input]);
  const tokens = builder.emit("Gather", [sizes, builder.constant(intTensor([1], [1]))]);
  const shape = builder.concat(
    [builder.constant(intTensor([-1], [1])), tokens, builder.constant(intTensor([logits.classes], [1]))],
    0,
  );
  const to = builder.emit("Reshape", [logits.value, shape]);
  builder.output(to, to, "float32", ["batch", "tokens", logits.classes]);
  return { graph: builder.build(), from: logits.value, to, activation: logits.activation };
}

/** The node that joins the axes of texts and tokens, if no position is chosen between it and the blocks. */
function findMerging(search: Search, sources: readonly string[], logits: string): Node | undefined {
  const flow = traceDataFlow(search, sources, logits);
  let merging: Node | undefined;
  for (let value = logits; ; ) {
    const node = search.index.producer.get(value);
    if (node === undefined || isResidual(search, flow, node)) return merging;
    const [input = "", ...others] = [...new Set(node.inputs.filter((name) => flow.has(name)))];
    const [before, after] = [search.shape(input), search.shape(value)];
    if (isOperator(node, "Reshape", "Flatten", "Squeeze") && before?.length === 3 && after?.length === 2) {
      if (before[2] !== after[1] || before[1] === 1) return undefined;
      merging = node;
    } else if (!KEEPS_ROWS.has(node.opType) && !isProduct(node)) {
      return undefined;
    }
    // Where ways join (a norm that is written out) the stream has begun.
    if (input === "" || others.length > 0) return merging;
    value = input;
  }
}
