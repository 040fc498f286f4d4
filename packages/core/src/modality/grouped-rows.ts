/** @file Rows of several lengths run in groups, and their logits put back into their order. */

import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";

/**
 * Logits [rows, classes] of rows that can be run together only with those of the same key.
 *
 * @param run - Logits of rows of one key, [rows, classes].
 */
export async function groupedLogits<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string | number,
  run: (rows: readonly Row[]) => Promise<FloatTensor>,
): Promise<FloatTensor> {
  const groups = new Map<string | number, number[]>();
  rows.forEach((row, index) => {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  const all: Float32Array[] = [];
  for (const indices of groups.values()) {
    const { data } = await run(indices.map((index) => rows[index] as Row));
    const classes = data.length / indices.length;
    indices.forEach((index, row) => {
      all[index] = data.subarray(row * classes, (row + 1) * classes);
    });
  }
  const classes = all[0]?.length ?? 0;
  const joined = new Float32Array(rows.length * classes);
  all.forEach((row, index) => {
    joined.set(row, index * classes);
  });
  return floatTensor(joined, [rows.length, classes]);
}
