/** @file States that a table of positions is cut to the length of the text, which no shape rule can know. */

import { inferShapes } from "../graph/infer-shapes.ts";
import type { Dimension, Node, ValueInfo } from "../onnx/model.ts";
import { constantValues } from "./constants.ts";
import { type Draft, type Pass, unchanged } from "./pass.ts";

/**
 * The slice 0..tokens of a constant table has min(tokens, table length) entries. A text longer than the table cannot be
 * computed (the engine refuses to add the positions), so the size is stated as that of the text; else every hidden
 * state had a size of its own, and sizes could not be compared.
 */
export const statePositions: Pass = (draft) => {
  const types = inferShapes(draft.graph, draft.opsets);
  const constant = constantValues(draft.graph);
  const stated = new Map<string, ValueInfo>();
  for (const node of draft.graph.nodes) {
    const [table = ""] = node.inputs;
    const size = node.opType === "Slice" && node.domain === "" ? cutSize(node, types.elements) : undefined;
    if (size === undefined || !constant.has(table)) continue;
    const { dtype, shape } = types.get(table) ?? {};
    const axes = types.constantInts(node.inputs[3] ?? "") ?? [0];
    const axis = axes[0] as number;
    const [name = ""] = node.outputs;
    const at = axis < 0 ? axis + (shape?.length ?? 0) : axis;
    const whole = shape?.[at];
    if (axes.length !== 1 || shape === undefined || typeof whole !== "number" || whole < 2) continue;
    stated.set(name, { name, dtype, shape: shape.map((own, i) => (i === at ? size : own)) });
  }
  if (stated.size === 0) return unchanged(draft);
  return { ...draft, graph: { ...draft.graph, values: mergeStated(draft, stated) }, notes: [] };
};

const mergeStated = ({ graph }: Draft, stated: ReadonlyMap<string, ValueInfo>): readonly ValueInfo[] => [
  ...graph.values.filter(({ name }) => !stated.has(name)),
  ...stated.values(),
];

/** The symbol up to which a slice from 0 in steps of 1 goes. */
function cutSize(
  { inputs: [, start = "", end = "", , step = ""] }: Node,
  elements: (value: string) => readonly Dimension[] | undefined,
): string | undefined {
  const [from, to] = [elements(start), elements(end)];
  const isWhole = from?.length === 1 && from[0] === 0 && to?.length === 1 && (step === "" || elements(step)?.[0] === 1);
  return isWhole && typeof to[0] === "string" ? to[0] : undefined;
}
