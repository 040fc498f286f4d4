/** @file The grid of patches: how pixels become positions. */

import type { Dimension } from "../../onnx/model.ts";
import type { PatchGrid } from "../anatomy.ts";
import type { DataFlow } from "./data-flow.ts";
import { intOf, isOperator } from "./operators.ts";
import { describeShape, type Search } from "./search.ts";

/**
 * Finds the last map [batch, channels, rows, columns] (or pixels cut up as [batch, channels, rows, height, columns,
 * width]) that all of the picture passes before the first block.
 *
 * @param first - Hidden state entering the first block [batch, positions, width].
 * @param problems - Gets a line where there is no such map, or it does not fit the positions.
 */
export function findPatches(
  search: Search,
  flow: DataFlow,
  pixels: string,
  first: string,
  problems: string[],
): PatchGrid | undefined {
  const [, , height, width] = search.shape(pixels) ?? [];
  const positions = search.shape(first)?.[1];
  const before = flow.cuts.filter((cut) => cut !== pixels && flow.place(cut) < flow.place(first));
  const [map] = before
    .map((cut) => search.shape(cut))
    .filter(isMap)
    .slice(-1);
  if (map === undefined || typeof height !== "number" || typeof width !== "number" || typeof positions !== "number") {
    problems.push(
      `the patches: pixels are ${describeShape(search.shape(pixels))}, ${map === undefined ? "nothing before the first block is [batch, channels, rows, columns]" : `they become ${describeShape(map)}`}, and the first hidden state is ${describeShape(search.shape(first))}; sizes must be fixed`,
    );
    return undefined;
  }
  const [rows, columns] = map.length === 6 ? [map[2], map[4]] : [map[2], map[3]];
  const [r, c] = [rows as number, columns as number];
  const patch = height / r;
  const specialTokens = positions - r * c;
  if (!Number.isInteger(patch) || width / c !== patch || specialTokens < 0) {
    problems.push(
      `the patches: a picture of ${width} x ${height} pixels becomes ${c} x ${r} patches and ${positions} positions; wanted square patches, one position each`,
    );
    return undefined;
  }
  if (!specialTokensLead(search, flow, first)) {
    problems.push("the patches: tokens are joined behind them, wanted in front of them");
    return undefined;
  }
  return { rows: r, columns: c, patch, specialTokens };
}

function isMap(shape: readonly Dimension[] | undefined): shape is readonly Dimension[] {
  if (shape?.length !== 4 && shape?.length !== 6) return false;
  return shape.slice(2).every((size) => typeof size === "number");
}

/** Whether everything that is joined to the patches along the axis of positions comes before them. */
function specialTokensLead({ index, shape }: Search, flow: DataFlow, first: string): boolean {
  return index.graph.nodes.every((node) => {
    const [output = ""] = node.outputs;
    const joins = isOperator(node, "Concat") && flow.has(output) && flow.place(output) <= flow.place(first);
    if (!joins || shape(output)?.length !== 3) return true;
    const axis = intOf(node, "axis");
    return (axis !== 1 && axis !== -2) || flow.has(node.inputs.at(-1) ?? "");
  });
}
