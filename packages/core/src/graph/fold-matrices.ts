/**
 * @file Matrices of whole numbers known ahead: pads, which PyTorch writes as pairs, reverses, transposes and flattens
 * (the older exporter does not fold that).
 */

import type { Dimension } from "../onnx/model.ts";
import { own } from "../util/own.ts";
import type { Shape, ShapeContext } from "./shape-rule.ts";

/** Elements row by row, as `foldIntegers` has them. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly elements: Shape;
}

/**
 * The elements of the output of a node that makes a matrix of a list, or works on one; those of a list where a matrix is
 * flattened. Undefined for everything else.
 *
 * @param matrix - The first input, where it is a known matrix.
 */
export function foldMatrix(context: ShapeContext, matrix: Matrix | undefined): Matrix | Shape | undefined {
  const fold = own(FOLDS, context.node.opType);
  return fold?.(context, matrix);
}

type Fold = (context: ShapeContext, matrix: Matrix | undefined) => Matrix | Shape | undefined;

const reshape: Fold = (c, matrix) => {
  const elements = matrix?.elements ?? c.elements(0);
  const target = c.constantInts(1);
  if (elements === undefined || target === undefined) return undefined;
  if (target.length === 1 && matrix !== undefined) return elements;
  const [rows = 0, columns = 0] = target;
  const width = columns === -1 ? elements.length / rows : columns;
  const height = rows === -1 ? elements.length / columns : rows;
  const fits = target.length === 2 && Number.isInteger(width) && height * width === elements.length && width > 0;
  return fits ? { rows: height, columns: width, elements } : undefined;
};

/** Rows in reverse order: what exporters make of flip. Other slices are not folded. */
const slice: Fold = (c, matrix) => {
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => c.constantInts(i));
  if (matrix === undefined || axes?.length !== 1 || axes[0] !== 0 || steps?.[0] !== -1) return undefined;
  const isWhole = (starts?.[0] === -1 || (starts?.[0] ?? 0) >= matrix.rows - 1) && (ends?.[0] ?? 0) < -matrix.rows;
  return isWhole ? { ...matrix, elements: rowsOf(matrix).reverse().flat() } : undefined;
};

const transpose: Fold = (c, matrix) => {
  const perm = c.ints("perm") ?? [1, 0];
  if (matrix === undefined || perm[0] !== 1) return undefined;
  const rows = rowsOf(matrix);
  const elements = Array.from({ length: matrix.columns }, (_, j) => rows.map((row) => row[j])).flat();
  return { rows: matrix.columns, columns: matrix.rows, elements };
};

const rowsOf = ({ rows, columns, elements }: Matrix): Dimension[][] =>
  Array.from({ length: rows }, (_, i) => elements.slice(i * columns, (i + 1) * columns));

const FOLDS: Readonly<Record<string, Fold>> = {
  Reshape: reshape,
  Slice: slice,
  Transpose: transpose,
  Identity: (_, matrix) => matrix,
  Cast: (_, matrix) => matrix,
};
