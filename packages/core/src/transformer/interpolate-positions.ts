/** @file Position embeddings of a grid of patches, stretched to another grid, as PyTorch's bicubic interpolate does it. */

import type { GraphBuilder } from "../graph/builder.ts";
import { floatTensor } from "../tensor/tensor.ts";

export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Stretches embeddings [1, rows x columns, width] to another grid [1, rows' x columns', width].
 *
 * Interpolation is a matrix product along each axis, whose matrices are made here.
 *
 * @param antialias - Widen the kernel where the grid becomes smaller.
 */
export function stretchPositions(
  builder: GraphBuilder,
  patches: string,
  from: Grid,
  to: Grid,
  { width, antialias }: { readonly width: number; readonly antialias: boolean },
): string {
  const matrix = (own: number, wanted: number) =>
    builder.constant(floatTensor(bicubicMatrix(own, wanted, antialias), [wanted, own]), "stretch");
  const rows = builder.matmul(matrix(from.rows, to.rows), builder.reshape(patches, [from.rows, from.columns * width])); // [rows', columns x width]
  const both = builder.matmul(matrix(from.columns, to.columns), builder.reshape(rows, [to.rows, from.columns, width]));
  return builder.reshape(both, [1, to.rows * to.columns, width]);
}

/**
 * Weights of the `from` points of an axis for each of `to` points [to x from]: PyTorch's bicubic, corners not aligned.
 * The plain kernel has a = -0.75 and repeats the border; the antialiased one has a = -0.5 and ends there.
 */
export function bicubicMatrix(from: number, to: number, antialias: boolean): Float64Array {
  const weights = new Float64Array(to * from);
  const scale = from / to;
  const stretch = antialias ? Math.max(scale, 1) : 1;
  const a = antialias ? -0.5 : -0.75;
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale - 0.5;
    const first = Math.ceil(center - 2 * stretch);
    const last = Math.floor(center + 2 * stretch);
    const row = weights.subarray(i * from, (i + 1) * from);
    for (let j = first; j <= last; j++) {
      if (antialias && (j < 0 || j >= from)) continue;
      (row[Math.min(Math.max(j, 0), from - 1)] as number) += cubic((j - center) / stretch, a);
    }
    const sum = row.reduce((total, weight) => total + weight, 0);
    for (const j of row.keys()) (row[j] as number) /= sum;
  }
  return weights;
}

/** Keys' kernel. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
