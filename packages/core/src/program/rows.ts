/** @file Rows of batches: parts of them, and parts put together. */

import type { Feeds, Session } from "../runtime/runtime.ts";
import type { TensorData } from "../tensor/dtype.ts";
import { elementCount, type FloatTensor, floatTensor, type Tensor } from "../tensor/tensor.ts";

/** The feeds that a program reads. */
export function usedFeeds({ inputNames }: Session, feeds: Feeds): Feeds {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputNames.includes(name)));
}

/** Feeds of some rows: those of one row for all stay as they are. */
export function rowsOf(feeds: Feeds, rows: number, start: number, end: number): Feeds {
  if (rows === 1 || (start === 0 && end === rows)) return feeds;
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [
      name,
      tensor.shape[0] === rows ? sliceRows(tensor, start, end) : tensor,
    ]),
  );
}

/** Rows start..end-1; the data is not copied. */
export function sliceRows<T extends Tensor>(tensor: T, start: number, end: number): T {
  const [rows = 0, ...rest] = tensor.shape;
  if (start === 0 && end === rows) return tensor;
  const size = elementCount(rest);
  const data = tensor.data.subarray(start * size, end * size) as TensorData;
  return { ...tensor, data, shape: [end - start, ...rest] };
}

/** Batches of rows as one. */
export function joinRows(pieces: readonly FloatTensor[]): FloatTensor {
  const [first, ...others] = pieces as readonly [FloatTensor, ...FloatTensor[]];
  if (others.length === 0) return first;
  const data = new Float32Array(pieces.reduce((sum, piece) => sum + piece.data.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    data.set(piece.data, offset);
    offset += piece.data.length;
  }
  return floatTensor(data, [pieces.reduce((sum, { shape }) => sum + (shape[0] as number), 0), ...first.shape.slice(1)]);
}
