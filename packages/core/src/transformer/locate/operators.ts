/** @file Which operators do what, for the search through a graph of primitives. */

import type { Node } from "../../onnx/model.ts";

const STANDARD: ReadonlySet<string> = new Set(["", "ai.onnx", "com.microsoft"]);

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** Products of two matrices, one of which may be a weight. */
const PRODUCTS = setOf("MatMul FusedMatMul Gemm Einsum");

/** Every element of the output is one of an input, at the same place: what may lie between probabilities and values. */
const SAME_PLACE = setOf("Identity Dropout Cast Where Mul");

/** The same elements under other indices. */
const REARRANGING = setOf("Reshape Unsqueeze Squeeze Flatten Expand Transpose");

/** Element by element, with one operand that may vary: what may lie between an input of ids and the table they look up. */
const INDEX_ARITHMETIC = setOf("Identity Cast Reshape Unsqueeze Squeeze Flatten Expand Transpose Add Sub Clip Where");

/** The size of a value, not its elements. */
const SIZES = setOf("Shape Size");

const isOneOf = (names: ReadonlySet<string>) => (node: Node) => STANDARD.has(node.domain) && names.has(node.opType);

export const isProduct = isOneOf(PRODUCTS);
export const keepsPlaces = isOneOf(SAME_PLACE);
export const rearranges = isOneOf(REARRANGING);
export const isIndexArithmetic = isOneOf(INDEX_ARITHMETIC);
export const readsSizeOnly = isOneOf(SIZES);

/** Whether a node is one of these standard operators. */
export const isOperator = (node: Node | undefined, ...opTypes: readonly string[]): node is Node =>
  node !== undefined && STANDARD.has(node.domain) && opTypes.includes(node.opType);

/** An attribute; where it is not stated, the default of its operator. */
export function intOf(node: Node, name: string): number | undefined;
export function intOf(node: Node, name: string, fallback: number): number;
export function intOf(node: Node, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

export function intsOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}

/** How messages name a node: operator, and name where it has one. */
export const describeNode = ({ opType, name, outputs }: Node): string => `${opType} "${name || outputs[0] || ""}"`;
