/** @file Several inputs of one length, as rows of one batch and each alone. */

import { type PreparedText, textBatchFeeds } from "../modality/text/prepare.ts";
import { sliceRows } from "../program/rows.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { TensorData } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CheckContext, Sample } from "./check.ts";

/** Feeds of several inputs of equal shapes as one batch. */
export function joinFeeds(rows: readonly Feeds[]): Feeds {
  const [first = {}] = rows;
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, joinTensors(rows.map((feeds) => feeds[name] as Tensor))]),
  );
}

/** Row `row` of a batch, as a batch of one. */
export const feedsOfRow = (feeds: Feeds, row: number): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, sliceRows(tensor, row, row + 1)]));

/** `rows` different inputs of the subject's length: its tokens replaced by those of other texts, or other pictures. */
export function differentInputs({ samples, subject, model, random }: CheckContext, rows: number): readonly Feeds[] {
  const { input } = subject;
  const { encoded } = input as Partial<PreparedText>;
  if (encoded === undefined) {
    const all = samples.map((sample) => sample.input.feeds);
    return Array.from({ length: rows }, (_, row) => all[row % all.length] as Feeds);
  }
  const draw = random("rows");
  const pool = ownTokens(samples);
  return Array.from({ length: rows }, (_, row) => {
    if (row === 0) return input.feeds;
    const ids = encoded.ids.map((id, t) =>
      input.replaceable[t] === 1 ? (pool[draw.below(pool.length)] as number) : id,
    );
    return textBatchFeeds(model, [ids], encoded);
  });
}

/** Ids of the tokens of texts, special ones left out. */
const ownTokens = (samples: readonly Sample[]): readonly number[] =>
  samples.flatMap(
    ({ input }) => (input as Partial<PreparedText>).encoded?.ids.filter((_, t) => input.replaceable[t] === 1) ?? [],
  );

function joinTensors(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as readonly [Tensor, ...Tensor[]];
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const data = new (first.data.constructor as new (length: number) => TensorData)(length);
  let offset = 0;
  for (const tensor of tensors) {
    (data as Float32Array).set(tensor.data as Float32Array, offset);
    offset += tensor.data.length;
  }
  return {
    ...first,
    data,
    shape: [tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0), ...first.shape.slice(1)],
  };
}
