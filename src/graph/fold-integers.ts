/** @file Arithmetic on small whole numbers that graphs compute shapes with, done ahead of time. */

import type { ShapeContext } from "./shape-rule.ts";
import { sliceLength } from "./shape-rules/movement.ts";

type Fold = (context: ShapeContext) => readonly number[] | undefined;

/** An operation on two operands of equal length, or one of them a single number. */
const pairwise =
  (operation: (a: number, b: number) => number): Fold =>
  (c) => {
    const [a, b] = [c.integers(0), c.integers(1)];
    if (a === undefined || b === undefined || (a.length !== b.length && a.length !== 1 && b.length !== 1))
      return undefined;
    const length = Math.max(a.length, b.length);
    return Array.from({ length }, (_, i) =>
      operation(a[a.length === 1 ? 0 : i] as number, b[b.length === 1 ? 0 : i] as number),
    );
  };

const unchanged: Fold = (c) => c.integers(0);

const concat: Fold = (c) => {
  const parts = c.node.inputs.map((_, i) => c.integers(i));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
};

const gather: Fold = (c) => {
  const [x, indices] = [c.integers(0), c.integers(1)];
  if (x === undefined || indices === undefined || c.shape(0)?.length !== 1) return undefined;
  const picked = indices.map((index) => x[index < 0 ? index + x.length : index]);
  return picked.includes(undefined) ? undefined : (picked as number[]);
};

const slice: Fold = (c) => {
  const x = c.integers(0);
  const [start] = c.ints("starts") ?? c.integers(1) ?? [];
  const [end] = c.ints("ends") ?? c.integers(2) ?? [];
  const [step] = c.hasInput(4) ? (c.integers(4) ?? []) : [1];
  if (x === undefined || start === undefined || end === undefined || step === undefined) return undefined;
  const first = start < 0 ? Math.max(0, start + x.length) : Math.min(start, step > 0 ? x.length : x.length - 1);
  const length = sliceLength(x.length, start, end, step);
  return Array.from({ length }, (_, i) => x[first + i * step] as number);
};

const shape: Fold = (c) => {
  const sizes = c.shape(0)?.slice(c.int("start", 0), c.int("end", c.shape(0)?.length ?? 0));
  return sizes?.every((size) => typeof size === "number") ? (sizes as readonly number[]) : undefined;
};

const constant: Fold = ({ node }) => {
  const { value_int, value_ints } = node.attributes;
  if (value_int?.kind === "int") return [value_int.value];
  return value_ints?.kind === "ints" ? value_ints.value : undefined;
};

/** By operator type. Operators that are absent are not folded. */
export const INTEGER_FOLDS: Readonly<Record<string, Fold>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => Math.trunc(a / b)),
  Identity: unchanged,
  Cast: unchanged,
  Squeeze: unchanged,
  Unsqueeze: unchanged,
  Reshape: unchanged,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Shape: shape,
  Constant: constant,
};
