/** @file Embedding tables: which inputs of the graph are the indices of which constant tables. */

import type { Dimension } from "../../onnx/model.ts";
import { isIndexArithmetic, isOperator } from "./operators.ts";
import type { Search } from "./search.ts";

/** Tables with fewer rows than this tell kinds of tokens apart; those of positions have more. */
export const MOST_TYPES = 16;

/** Names of inputs and tables that are of positions. */
const PLACES = /pos/i;

/** One table that one input looks up. */
export interface Lookup {
  readonly input: string;
  /** Value of the table [rows, width]: a stored tensor, or made of stored tensors. */
  readonly table: string;
  readonly rows: number;
  readonly width: number;
  /** The vectors that were found. */
  readonly value: string;
}

/** All lookups whose indices are an input, up to rearrangement and constants that are added. In the order of the graph. */
export function findLookups(search: Search): readonly Lookup[] {
  return search.index.graph.nodes.flatMap((node) => {
    const [table = "", indices = ""] = node.inputs;
    const [value = ""] = node.outputs;
    if (!isOperator(node, "Gather") || !search.isConstant(table)) return [];
    const type = search.shapes.get(table);
    const [rows, width] = type?.shape ?? [];
    const input = indexInput(search, indices);
    const isTable = type?.shape?.length === 2 && isNumber(rows) && isNumber(width) && /^b?float/.test(type.dtype ?? "");
    return isTable && input !== undefined ? [{ input, table, rows, width, value }] : [];
  });
}

/**
 * Inputs that are token ids: those that look up the largest table, or another one of as many rows that are not said to be of
 * positions.
 */
export function textInputs(search: Search): readonly string[] {
  const lookups = findLookups(search);
  const [largest] = [...lookups].sort((a, b) => b.rows * b.width - a.rows * a.width);
  if (largest === undefined || largest.rows < MOST_TYPES) return [];
  const own = lookups.filter(
    ({ input, table, rows }) =>
      table === largest.table || (rows === largest.rows && !PLACES.test(input) && !PLACES.test(table)),
  );
  return [...new Set(own.map(({ input }) => input))];
}

/** The input of the graph that indices are, if nothing but constants is added on the way. */
function indexInput({ index, isConstant }: Search, indices: string): string | undefined {
  let value = indices;
  for (;;) {
    if (index.inputs.has(value)) return value;
    const node = index.producer.get(value);
    if (node === undefined || !isIndexArithmetic(node)) return undefined;
    const [only, ...others] = node.inputs.filter((input, i) => input !== "" && (i === 0 || !isConstant(input)));
    // What a Reshape or Expand takes besides the indices is a size.
    const sized = node.opType === "Reshape" || node.opType === "Expand";
    if (only === undefined || (others.length > 0 && !sized)) return undefined;
    value = only;
  }
}

const isNumber = (size: Dimension): size is number => typeof size === "number";
