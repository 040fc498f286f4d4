/** @file Whether positions change places between blocks: then a position of a hidden state is another token's than its number says. */

import type { Node } from "../../onnx/model.ts";
import type { DataFlow } from "./data-flow.ts";
import { describeNode, isOperator } from "./operators.ts";
import type { Search } from "./search.ts";

/**
 * A line for each node that takes positions of the whole stream from other places (flipped, sorted, looked up) between the
 * first hidden state and the last. Within attention, rows are taken from values that others pass by; those are no cuts.
 */
export function movedPositions(
  { index, shapes }: Search,
  flow: DataFlow,
  states: readonly string[],
): readonly string[] {
  const [first, last] = [flow.place(states[0] ?? ""), flow.place(states.at(-1) ?? "")];
  const stream = new Set(flow.cuts.filter((cut) => flow.place(cut) >= first && flow.place(cut) < last));
  return index.graph.nodes
    .filter((node) => stream.has(node.inputs[0] ?? "") && takesFromElsewhere(node))
    .map(
      (node) =>
        `positions that stay in their places: ${describeNode(node)} moves those of the hidden states between two blocks, so that they are no longer those of the tokens`,
    );

  function takesFromElsewhere(node: Node): boolean {
    if (node.opType === "Slice") return shapes.constantInts(node.inputs[4] ?? "")?.some((step) => step < 0) === true;
    return isOperator(node, "Gather", "GatherElements", "GatherND", "ReverseSequence", "TopK");
  }
}
