/** @file What a shape rule is (the types of a node's outputs from those of its inputs), and what rules share. */

import type { Dimension, Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";

export type Shape = readonly Dimension[];

/** Axes of a value; numpy has no more. Longer shapes count as unknown. */
export const LARGEST_RANK = 64;

/** What is known of a value; `shape` is undefined where not even the rank is. */
export interface ValueType {
  readonly dtype: DType | undefined;
  readonly shape: Shape | undefined;
}

/** What a rule sees of the node. Input indices may be those of omitted inputs: nothing is known of them. */
export interface ShapeContext {
  readonly node: Node;
  readonly opset: number;
  shape(i: number): Shape | undefined;
  dtype(i: number): DType | undefined;
  hasInput(i: number): boolean;
  /** Elements of an input of whole numbers: numbers, symbols where an element is the size of an axis, else undefined. */
  elements(i: number): Shape | undefined;
  /** The same where all elements are numbers. */
  constantInts(i: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  /** A size that nothing is known of, equal only to itself. */
  fresh(): string;
}

/** Types of the outputs in order; missing ones are unknown. Sizes that are undefined become fresh symbols. */
export type ShapeRule = (context: ShapeContext) => readonly ValueType[];

/** Rules by operator type; the standard domain and com.microsoft share names where the shapes agree. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** One rule for all operators of a list of names that spaces part. */
export const rulesFor = (names: string, rule: ShapeRule): ShapeRules =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

/** One output of the element type of the first input. */
export const typed = (context: ShapeContext, shape: Shape | undefined): readonly ValueType[] => [
  { dtype: context.dtype(0), shape },
];

/** One output of the type and shape of the first input. */
export const sameAsFirst: ShapeRule = (context) => typed(context, context.shape(0));

/** A non-negative axis. */
export const axisIn = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Shape with one axis set to `size`. */
export const withSize = (shape: Shape, axis: number, size: Dimension): Shape =>
  shape.map((own, i) => (i === axisIn(axis, shape.length) ? size : own));

/** Whole numbers that are an attribute in old versions of an operator and input `i` in new ones. */
export const listed = (context: ShapeContext, attribute: string, i: number): readonly number[] | undefined =>
  context.ints(attribute) ?? context.constantInts(i);

/** The same with symbols where a number is the size of an axis. */
export const listedSizes = (context: ShapeContext, attribute: string, i: number): Shape | undefined =>
  context.ints(attribute) ?? context.elements(i);

/** Sizes that input `i` states: its elements, or where they are unknown at least as many unknown sizes as it has elements. */
export function statedSizes(context: ShapeContext, i: number): Shape | undefined {
  const rank = context.shape(i)?.[0];
  return context.elements(i) ?? (typeof rank === "number" && rank <= LARGEST_RANK ? unknownSizes(rank) : undefined);
}

export const unknownSizes = (rank: number): Shape => Array.from({ length: rank }, () => undefined);

/** The shape that operands of these shapes broadcast to (numpy rules). */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (shape === undefined || result === undefined) return undefined;
    result = broadcastPair(result, shape);
  }
  return result;
}

function broadcastPair(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    broadcastSize(i < rank - a.length ? 1 : a[i - rank + a.length], i < rank - b.length ? 1 : b[i - rank + b.length]),
  );
}

/** Size of an axis of which the operands have the sizes x and y. A symbol next to a number other than 1 must be that number, or 1. */
export function broadcastSize(x: Dimension, y: Dimension): Dimension {
  if (x === 1 || x === y) return y;
  if (y === 1 || typeof x === "number") return x;
  return typeof y === "number" ? y : undefined;
}

/** A symbol of the size of another axis and what is added to it. */
const SHIFTED = /^(.*)\{([+-]\d+)\}$/s;

/**
 * A size and a number. What is added to a symbol stays part of its name, so that an axis that is cut by one and filled up
 * again has its old size. Undefined where the result could be negative: of an axis, all but one element may be missing.
 */
export function shifted(size: Dimension, more: number): Dimension {
  if (size === undefined || more === 0) return size;
  if (typeof size === "number") return size + more;
  const [, symbol = size, before = "0"] = SHIFTED.exec(size) ?? [];
  const offset = Number(before) + more;
  if (offset === 0) return symbol;
  return offset < -1 || !Number.isSafeInteger(offset) ? undefined : `${symbol}{${offset > 0 ? "+" : ""}${offset}}`;
}

/** A number times symbols. */
export interface Factors {
  readonly number: number;
  readonly symbols: readonly string[];
}

/** Products of more symbols, or with longer names, count as unknown: a product of products doubles them. */
const MOST_FACTORS = 16;
export const LONGEST_SYMBOL = 1000;

/** How products of sizes are named: no exporter writes these brackets. */
const PRODUCT = /^⟨(.*)⟩$/s;

/** The factors of a size; a symbol that is not a product is its own only one. */
export function factorsOf(size: number | string): Factors {
  if (typeof size === "number") return { number: size, symbols: [] };
  const [, product] = PRODUCT.exec(size) ?? [];
  if (product === undefined) return { number: 1, symbols: [size] };
  const [number = "1", ...symbols] = product.split("·");
  return { number: Number(number), symbols };
}

/** The size with these factors: the same name whatever their order. */
function sizeOf({ number, symbols }: Factors): Dimension {
  if (!Number.isSafeInteger(number) || symbols.length > MOST_FACTORS) return undefined;
  if (symbols.length === 0 || number === 0) return number;
  if (symbols.length === 1 && number === 1) return symbols[0];
  const name = `⟨${[number, ...[...symbols].sort()].join("·")}⟩`;
  return name.length > LONGEST_SYMBOL ? undefined : name;
}

function multiplied(sizes: readonly (number | string)[]): Factors {
  const all = sizes.map(factorsOf);
  return { number: all.reduce((n, { number }) => n * number, 1), symbols: all.flatMap(({ symbols }) => symbols) };
}

const isSize = (size: Dimension): size is number | string => size !== undefined;

/** Product of sizes, which symbols keep; undefined where one is not known, unless another is 0. */
export function productOf(sizes: Shape): Dimension {
  if (sizes.includes(0)) return 0;
  return sizes.every(isSize) ? sizeOf(multiplied(sizes)) : undefined;
}

/** What is left of the product of `sizes` when it is divided by `divisors`; undefined where that cannot be told. */
export function quotientOf(sizes: Shape, divisors: Shape): Dimension {
  if (!sizes.every(isSize) || !divisors.every(isSize)) return undefined;
  const [whole, part] = [multiplied(sizes), multiplied(divisors)];
  const left = [...whole.symbols];
  for (const symbol of part.symbols) {
    const at = left.indexOf(symbol);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  if (part.number === 0 || whole.number % part.number !== 0) return undefined;
  return sizeOf({ number: whole.number / part.number, symbols: left });
}
