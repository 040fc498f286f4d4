/**
 * @file Arithmetic on the small whole numbers that graphs compute shapes with, done ahead of time.
 *
 * Elements are numbers, symbols (the size of every axis that has that symbol), or undefined.
 */

import type { Dimension, StoredTensor } from "../onnx/model.ts";
import { type DType, dtypeFromCode, viewBytes } from "../tensor/dtype.ts";
import { own } from "../util/own.ts";
import { productOf, type Shape, type ShapeContext, shifted } from "./shape-rule.ts";
import { sliceLength } from "./shape-rules/slice.ts";

type Fold = (context: ShapeContext) => Shape | undefined;

/** Larger integer constants are tables, not shapes. */
const LARGEST_BYTES = 4096;
const LARGEST_COUNT = LARGEST_BYTES / 8;
/** int64 holds no larger number. */
const LARGEST_NUMBER = 2 ** 63;

export const isInteger = (dtype: DType | undefined): boolean => dtype === "int64" || dtype === "int32";

/** Element types of numbers that ranges of places are made of: a whole number in another type, or half of one. */
export const isReal = (dtype: DType | undefined): boolean => dtype === "float32" || dtype === "float64";

/** Elements of a small stored tensor of whole numbers, or the only one of another type; undefined for all others. */
export function storedIntegers({ dtype, shape, storage }: StoredTensor): readonly number[] | undefined {
  const isSingle = isReal(dtype) && shape.every((size) => size === 1);
  if (!isInteger(dtype) && !isSingle) return undefined;
  if (shape.length > 1 || storage.kind !== "bytes") return undefined;
  if (storage.bytes.byteLength > LARGEST_BYTES) return undefined;
  return Array.from(viewBytes(dtype, storage.bytes) as ArrayLike<number | bigint>, Number);
}

/** Elements of the first output of a node, where the inputs decide at least one of them. */
export function foldIntegers(context: ShapeContext): Shape | undefined {
  const folded = own(FOLDS, context.node.opType)?.(context);
  if (folded === undefined || folded.length > LARGEST_COUNT) return undefined;
  return folded.map((value) => (typeof value === "number" && !(Math.abs(value) <= LARGEST_NUMBER) ? undefined : value));
}

type Operation = (a: Dimension, b: Dimension, context: ShapeContext) => Dimension;

/** An operation on two operands of equal length, or one of them a single number. */
const pairwise =
  (operation: Operation): Fold =>
  (c) => {
    const [a, b] = [c.elements(0), c.elements(1)];
    if (a === undefined || b === undefined) return undefined;
    return spread([a, b])?.map(([x, y]) => operation(x, y, c));
  };

/** Elements side by side; operands of one element are repeated. */
function spread(operands: readonly Shape[]): Shape[] | undefined {
  const length = operands.some((operand) => operand.length === 0)
    ? 0
    : Math.max(...operands.map((operand) => operand.length));
  if (operands.some((operand) => operand.length !== 1 && operand.length !== length)) return undefined;
  return Array.from({ length }, (_, i) => operands.map((operand) => operand[operand.length === 1 ? 0 : i]));
}

const numeric =
  (operation: (a: number, b: number) => number): Operation =>
  (a, b) =>
    typeof a === "number" && typeof b === "number" ? operation(a, b) : undefined;

/** Sums and products of sizes are sizes again: what cannot be computed gets a symbol, so that its uses stay equal. */
const isSize = (value: Dimension): boolean => typeof value === "string" || (value !== undefined && value >= 0);

const sum: Operation = (a, b, c) => {
  if (a === 0) return b;
  if (b === 0) return a;
  const known = typeof a === "number" ? shifted(b, a) : typeof b === "number" ? shifted(a, b) : undefined;
  return known ?? (isSize(a) && isSize(b) ? c.fresh() : undefined);
};

const product = (values: Shape, c: ShapeContext): Dimension =>
  productOf(values) ?? (values.every(isSize) ? c.fresh() : undefined);

const difference: Operation = (a, b) =>
  a !== undefined && a === b ? 0 : typeof b === "number" ? shifted(a, -b) : undefined;

const quotient: Operation = (a, b, c) => {
  if (b === 1) return a;
  if (typeof a === "string" && a === b) return 1;
  return b === 0 ? undefined : numeric((x, y) => Math.trunc(x / y))(a, b, c);
};

/** Of the sign of the divisor; with `fmod` of that of the dividend (Mod-10). */
const remainder: Operation = (a, b, c) => {
  if (b === 0) return undefined;
  const isTruncated = c.int("fmod", 0) === 1;
  return numeric((x, y) => (isTruncated ? x % y : x - Math.floor(x / y) * y))(a, b, c);
};

const equality: Operation = (a, b) => {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 1;
  // A size is not negative, but may be any other number, or the size of another axis.
  const [least = 0] = [a, b].filter((value) => typeof value === "number");
  return (typeof a === "number" && typeof b === "number") || least < 0 ? 0 : undefined;
};

/** A comparison that two equal sizes decide, too. */
const comparison = (holds: (a: number, b: number) => boolean): Operation => {
  const compared = numeric((x, y) => Number(holds(x, y)));
  return (a, b, c) => (typeof a === "string" && a === b ? Number(holds(1, 1)) : compared(a, b, c));
};

const negation = (value: Dimension): Dimension => (typeof value === "number" ? Number(value === 0) : undefined);

const unchanged: Fold = (c) => c.elements(0);

const cast: Fold = (c) => {
  const to = dtypeFromCode(c.int("to", 1));
  const number = (value: number) => (to === "bool" ? Number(value !== 0) : isInteger(to) ? Math.trunc(value) : value);
  return c.elements(0)?.map((value) => (typeof value === "number" ? number(value) : to === "bool" ? undefined : value));
};

const concat: Fold = (c) => {
  const joined: Dimension[] = [];
  for (const i of c.node.inputs.keys()) {
    const known = c.elements(i);
    const length = known?.length ?? c.shape(i)?.[0];
    if (typeof length !== "number" || joined.length + length > LARGEST_COUNT) return undefined;
    for (let k = 0; k < length; k++) joined.push(known?.[k]);
  }
  return joined;
};

const gather: Fold = (c) => {
  const [x, indices] = [c.elements(0), c.constantInts(1)];
  return c.shape(0)?.length === 1 ? indices?.map((index) => x?.[index < 0 ? index + x.length : index]) : undefined;
};

const slice: Fold = (c) => {
  const x = c.elements(0);
  const [start] = c.ints("starts") ?? c.constantInts(1) ?? [];
  const [end] = c.ints("ends") ?? c.constantInts(2) ?? [];
  const [step] = c.hasInput(4) ? (c.constantInts(4) ?? []) : [1];
  if (x === undefined || start === undefined || end === undefined || step === undefined) return undefined;
  const first = Math.min(Math.max(start < 0 ? start + x.length : start, 0), step > 0 ? x.length : x.length - 1);
  return Array.from({ length: sliceLength(x.length, start, end, step) }, (_, i) => x[first + i * step]);
};

const where: Fold = (c) => {
  const [condition, yes, no] = [c.elements(0), c.elements(1), c.elements(2)];
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  return spread([condition, yes, no])?.map(([test, a, b]) =>
    test === undefined ? (a === b ? a : undefined) : test === 0 ? b : a,
  );
};

const constant: Fold = ({ node }) => {
  const { value, value_int, value_ints } = node.attributes;
  if (value?.kind === "tensor") return storedIntegers(value.value);
  if (value_int?.kind === "int") return [value_int.value];
  return value_ints?.kind === "ints" ? value_ints.value : undefined;
};

/** As many times the same number as the shape of the result says. */
function repeated(value: Dimension, count: Dimension): Shape | undefined {
  return typeof count === "number" && count <= LARGEST_COUNT ? Array.from({ length: count }, () => value) : undefined;
}

const constantOfShape: Fold = (c) => {
  const { value } = c.node.attributes;
  const [element] = value?.kind === "tensor" ? (storedIntegers(value.value) ?? []) : [];
  return element === undefined ? undefined : repeated(element, productOf(c.elements(0) ?? [undefined]));
};

const expand: Fold = (c) => {
  const x = c.elements(0);
  const count = c.elements(1)?.[0] ?? 1;
  return x?.length === 1 && (c.elements(1)?.length ?? 2) < 2 ? repeated(x[0], count) : undefined;
};

const range: Fold = (c) => {
  const [start, limit, step] = [0, 1, 2].map((i) => c.constantInts(i)?.[0]);
  if (start === undefined || limit === undefined || step === undefined || step === 0) return undefined;
  const length = Math.max(0, Math.ceil((limit - start) / step));
  return length > LARGEST_COUNT ? undefined : Array.from({ length }, (_, i) => start + i * step);
};

/** By operator type. Operators that are absent are not folded. */
const FOLDS: Readonly<Record<string, Fold>> = {
  Add: pairwise(sum),
  Sub: pairwise(difference),
  Mul: pairwise((a, b, c) => product([a, b], c)),
  Div: pairwise(quotient),
  Mod: pairwise(remainder),
  Min: pairwise((a, b, c) => (a === b ? a : numeric(Math.min)(a, b, c))),
  Max: pairwise((a, b, c) => (a === b ? a : numeric(Math.max)(a, b, c))),
  Equal: pairwise(equality),
  Less: pairwise(comparison((a, b) => a < b)),
  LessOrEqual: pairwise(comparison((a, b) => a <= b)),
  Greater: pairwise(comparison((a, b) => a > b)),
  GreaterOrEqual: pairwise(comparison((a, b) => a >= b)),
  Not: (c) => c.elements(0)?.map(negation),
  And: pairwise((a, b) => (a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : undefined)),
  Or: pairwise((a, b) => (a === 1 || b === 1 ? 1 : a === 0 && b === 0 ? 0 : undefined)),
  Neg: (c) => c.elements(0)?.map((value) => (typeof value === "number" ? 0 - value : undefined)),
  Where: where,
  Identity: unchanged,
  Squeeze: unchanged,
  Unsqueeze: unchanged,
  Reshape: unchanged,
  Flatten: unchanged,
  Cast: cast,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  ReduceProd: (c) => {
    const x = c.elements(0);
    return x === undefined ? undefined : [product(x, c)];
  },
  Shape: (c) => c.shape(0)?.slice(c.int("start", 0), c.int("end", c.shape(0)?.length ?? 0)),
  Size: (c) => {
    const x = c.shape(0);
    return x === undefined ? undefined : [product(x, c)];
  },
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Range: range,
};
