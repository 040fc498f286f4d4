/** @file Whether attention is causal: masked so that no position looks at later ones. */

import type { Dimension, Node, StoredTensor } from "../../onnx/model.ts";
import { viewBytes } from "../../tensor/dtype.ts";
import type { AttentionSite } from "./attention.ts";
import { isOperator, readsSizeOnly } from "./operators.ts";
import type { Search } from "./search.ts";

/**
 * Looks at what joins the scores of attention from outside: a triangle of ones (Trilu, or stored), or a comparison of the
 * numbers of queries with those of keys. Cost: a walk over the nodes that make masks.
 */
export function isCausal(search: Search, sites: readonly AttentionSite[]): boolean {
  const stored = new Map(search.index.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const seen = new Set(sites.flatMap(({ outer }) => outer));
  for (const value of seen) {
    const tensor = stored.get(value);
    if (tensor !== undefined && isTriangle(tensor)) return true;
    const node = search.index.producer.get(value);
    if (node === undefined || readsSizeOnly(node)) continue;
    if (node.opType === "Trilu" || comparesPlaces(search, node)) return true;
    for (const input of node.inputs) if (input !== "") seen.add(input);
  }
  return false;
}

/** Places of queries [.., T, 1] against places of keys [.., 1, T]. */
function comparesPlaces({ shape }: Search, node: Node): boolean {
  if (!isOperator(node, "Less", "LessOrEqual", "Greater", "GreaterOrEqual")) return false;
  const [a, b] = node.inputs.map((input) => shape(input));
  return (isColumn(a) && isRow(b)) || (isRow(a) && isColumn(b));
}

const isColumn = (shape: readonly Dimension[] | undefined): boolean =>
  shape !== undefined && shape.length > 1 && shape.at(-1) === 1 && shape.at(-2) !== 1;
const isRow = (shape: readonly Dimension[] | undefined): boolean =>
  shape !== undefined && shape.length > 0 && shape.at(-1) !== 1 && (shape.at(-2) ?? 1) === 1;

/** Whether the last two axes are a square that is one number on and under its diagonal and another one above it. */
function isTriangle({ dtype, shape, storage }: StoredTensor): boolean {
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (storage.kind !== "bytes" || shape.length < 2 || rows !== columns || rows < 2) return false;
  if (shape.slice(0, -2).some((size) => size !== 1)) return false;
  const values = viewBytes(dtype, storage.bytes);
  const at = (i: number, j: number) => Number(values[i * columns + j]);
  const [inside, outside] = [at(0, 0), at(0, 1)];
  if (inside === outside) return false;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) if (at(i, j) !== (j <= i ? inside : outside)) return false;
  }
  return true;
}
