/**
 * @file Disentangled attention (He et al. 2021, section 3.1): besides content to content, the scores have terms of
 * content to position and position to content, where position is the distance of query and key.
 */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { intTensor } from "../tensor/tensor.ts";
import { linear, NEVER, splitHeads } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { Attend, PostNormSizes } from "./post-norm.ts";
import { shiftRows } from "./relative-positions.ts";

/** How a model sees distances. */
export interface Distances {
  /** Vectors [rows, width], one for each bucket. */
  readonly table: string;
  /** Row of the table for a distance (query minus key). */
  readonly row: (distance: number) => number;
  /** Largest number of positions. */
  readonly positions: number;
}

/** Projections of the distance vectors in one block; undefined where the model lacks the term. */
export interface DistanceProjections {
  /** Content to position: distances as keys. */
  readonly key?: Parameters;
  /** Position to content: distances as queries. */
  readonly query?: Parameters;
}

export interface DisentangledOptions {
  /** Int64 [batch, tokens], 1 where a token may be attended to. */
  readonly mask: string;
  readonly distances?: Distances;
  /** Number of terms that the scores have in the formula: 1 to 3. */
  readonly terms: number;
  /** Of each block. */
  readonly projections: readonly DistanceProjections[];
}

/** Attention of all blocks; `like` [batch, positions, width] says how many positions there are. */
export function disentangledAttention(
  builder: GraphBuilder,
  { width, heads }: PostNormSizes,
  like: string,
  { mask, distances, terms, projections }: DisentangledOptions,
): Attend {
  const size = width / heads;
  const alpha = 1 / Math.sqrt(size * terms);
  const rows = distances === undefined ? undefined : distanceRows(builder, like, distances);
  const blocked = builder.emit("Not", [pairs(builder, mask)]); // [batch, 1, queries, keys]
  const project = (x: string, parameters: Parameters) =>
    splitHeads(builder, linear(builder, x, parameters, width, width), heads, size);

  return ({ block, layers, hidden, asking, pooled, probabilities: name }) => {
    const query = project(asking, layers.query);
    const key = project(hidden, layers.key);
    let scores = builder.matmul(query, key, { transB: true, alpha });
    const { key: asKey, query: asQuery } = projections[block] ?? {};
    if (rows !== undefined && asKey !== undefined) {
      // Row q of the product has a column for every distance; the first query needs distances 0, -1, -2, ... alone.
      const product = (of: string) => withDistances(query, of, asKey);
      scores = builder.add(scores, pooled ? product(rows.fromFirst) : shiftRows(builder, product(rows.falling), like));
    }
    if (rows !== undefined && asQuery !== undefined) {
      scores = builder.add(scores, pooled ? askedByFirst(rows.fromFirst, asQuery) : askedByAll(rows.rising, asQuery));
    }
    const open = builder.emit("Where", [
      pooled ? builder.slice(blocked, 2, 0, 1) : blocked,
      builder.scalar(NEVER),
      scores,
    ]);
    const probabilities = builder.emit("Softmax", [open], { attributes: { axis: int(-1) }, output: name });
    const mixed = builder.matmul(probabilities, project(hidden, layers.value)); // [batch, heads, queries, size]
    const context = builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, width]);
    return { context, probabilities };

    /** Content [batch, heads, positions, size] times projected distances [batch, heads, positions, distances]. */
    function withDistances(content: string, of: string, parameters: Parameters): string {
      // Spread over the batch, because the engine's matrix product cannot broadcast to a batch of 0.
      const batch = builder.concat([builder.sizeOf(content, 0), builder.integers([1, 1, 1])], 0);
      const spread = builder.emit("Expand", [project(of, parameters), batch]);
      return builder.matmul(content, spread, { transB: true, alpha });
    }

    /** Position to content: row k of the product has a column for every distance; queries are its columns. */
    function askedByAll(of: string, parameters: Parameters): string {
      return builder.transpose(shiftRows(builder, withDistances(key, of, parameters), like), [0, 1, 3, 2]);
    }

    /** The same for the first query: each key meets its own distance. */
    function askedByFirst(of: string, parameters: Parameters): string {
      const product = builder.reduceSum(builder.mul(key, project(of, parameters)), [3], false);
      return builder.unsqueeze(builder.mul(product, builder.scalar(alpha)), [2]);
    }
  };
}

/** True where both tokens are there: [batch, tokens] -> [batch, 1, tokens, tokens]. */
function pairs(builder: GraphBuilder, mask: string): string {
  const there = builder.emit("Cast", [mask], { attributes: { to: int(9) } });
  return builder.emit("And", [builder.unsqueeze(there, [1, 3]), builder.unsqueeze(there, [1, 2])]);
}

/**
 * The vectors [1, distances, width] of the distances query minus key that occur among T positions: T-1 ... 1-T
 * (`falling`), 1-T ... T-1 (`rising`), and those of the first query to every key, 0 ... 1-T (`fromFirst`).
 */
function distanceRows(builder: GraphBuilder, like: string, { table, row, positions }: Distances) {
  const furthest = positions - 1;
  const all = Array.from({ length: 2 * furthest + 1 }, (_, i) => row(furthest - i));
  const count = builder.sizeOf(like, 1);
  const start = builder.sub(builder.integers([positions]), count);
  const end = builder.add(builder.integers([furthest]), count);
  const pick = (rows: readonly number[], from: string | number) => {
    const kept = builder.slice(builder.constant(intTensor(rows, [rows.length]), "distance_rows"), 0, from, end);
    return builder.unsqueeze(builder.emit("Gather", [table, kept], { attributes: { axis: int(0) } }), [0]);
  };
  return { falling: pick(all, start), rising: pick([...all].reverse(), start), fromFirst: pick(all, furthest) };
}
