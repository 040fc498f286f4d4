/** @file How many tokens a text model has positions for. */

import { streamOf, type TransformerGraph } from "../anatomy.ts";
import { MOST_TYPES } from "./lookups.ts";
import { isOperator } from "./operators.ts";
import { createSearch } from "./search.ts";

/** Families that number positions from the row behind that of padding never use as many rows. */
const PADDING_ROWS = 2;

/**
 * Rows of the smallest table of positions: a table of vectors looked up by something else than ids and types. Undefined
 * where there is none, as in models with rotary or relative positions.
 *
 * Where positions are counted from the ids themselves (RoBERTa), two rows are left out.
 */
export function positionLimit({ graph, opsets, anatomy }: TransformerGraph): number | undefined {
  const search = createSearch(graph, opsets);
  const { wordEmbeddings: words, inputs } = streamOf(anatomy);
  const width = search.shape(words?.value ?? "")?.at(-1);
  const placed = search.valuesBehind([inputs.places, inputs.positionIds].filter((name) => name !== undefined));
  const counted = search.valuesBehind([inputs.ids, inputs.mask].filter((name) => name !== undefined));
  const limits = graph.nodes.flatMap((node) => {
    const [table = "", indices = ""] = node.inputs;
    const shape = search.shape(table);
    const rows = shape?.at(-2);
    // Tables of cosines have another width than hidden states.
    const isPlaced = isOperator(node, "Gather") && placed.has(indices);
    const isTable = search.isConstant(table) && table !== words?.table && (shape?.at(-1) === width || isPlaced);
    if (!isTable || typeof rows !== "number" || rows < MOST_TYPES) return [];
    // Tables are cut to the length of the text, or looked up.
    if (isOperator(node, "Slice")) return search.shape(node.outputs[0] ?? "")?.at(-2) === rows ? [] : [rows];
    if (!isOperator(node, "Gather") || shape?.length !== 2) return [];
    return [counted.has(indices) ? rows - PADDING_ROWS : rows];
  });
  return limits.length === 0 ? undefined : limits.reduce((least, limit) => Math.min(least, limit));
}
