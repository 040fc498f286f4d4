/** @file Positions that are turned by, not looked up: what rotary embeddings do with an input. */

import { isOperator, isProduct, readsSizeOnly, rearranges } from "./operators.ts";
import type { Search } from "./search.ts";

/** Between a number and its angles: kinds of numbers, products with frequencies, and the halves put side by side. */
const TOWARDS_ANGLES = ["Identity", "Cast", "Mul", "Div", "Concat", "Tile", "Slice", "Gather"] as const;

/** Whether all that an input becomes is angles, of which the cosine and the sine are taken. */
export function becomesAngles({ index }: Search, input: string): boolean {
  const values = new Set([input]);
  let angles = false;
  // A set yields what is added while it is walked.
  for (const value of values) {
    for (const node of index.consumers.get(value) ?? []) {
      if (readsSizeOnly(node)) continue;
      const turns: boolean = isOperator(node, "Cos", "Sin");
      angles ||= turns;
      if (turns) continue;
      const goesOn: boolean = rearranges(node) || isProduct(node) || isOperator(node, ...TOWARDS_ANGLES);
      if (!goesOn) return false;
      for (const output of node.outputs) if (output !== "") values.add(output);
    }
  }
  return angles;
}
