/**
 * @file Rows that go up through the blocks from where they join, and their gradients that come down again. The weights of
 * every block are loaded once for each way, whatever the number of rows.
 */

import type { Feeds } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { streamOf } from "../transformer/anatomy.ts";
import { asStates, type BlockLoader, type GradientRequest } from "./block-loader.ts";
import { rowsOf } from "./rows.ts";
import type { StateStore } from "./state-store.ts";

/** Work of the way down through a block, in ways up: the way up once more, and twice its products. */
const DOWN = 3;

export interface StreamedPass extends GradientRequest {
  readonly feeds: Feeds;
  /** The block at whose entry each row joins, ascending. */
  readonly joins: readonly number[];
  /** Writes the state with which a row joins [positions x width]. */
  readonly enter: (row: number, state: Float32Array) => void;
  /** Takes dF/dH of a row at the entry of every block that it passes, down to the one where it joined. Not to be kept. */
  readonly onGradient: (row: number, block: number, gradient: Float32Array) => void;
  /** Called with the share of the work done; what it throws ends the pass. */
  readonly onPiece?: (done: number) => void;
}

export interface StreamedPassResult {
  /** F of every row. */
  readonly scores: Float32Array;
  /** Of the first row, by block; empty unless asked for. */
  readonly evidence: readonly FloatTensor[];
  /** Of all rows, by block, in pieces of rows; no pieces unless asked for. */
  readonly probabilities: readonly (readonly FloatTensor[])[];
  readonly gradients: readonly (readonly FloatTensor[])[];
}

/** Which rows are under way where. Pieces are ranges of rows; at low blocks the last ones are short, or not there yet. */
class Rows {
  readonly #joined: readonly number[];
  readonly #step: number;

  constructor(joins: readonly number[], blocks: number, step: number) {
    this.#joined = Array.from({ length: blocks }, (_, block) => joins.filter((at) => at <= block).length);
    this.#step = step;
  }

  pieces(block: number): number {
    return Math.ceil((this.#joined[block] ?? 0) / this.#step);
  }

  start(piece: number): number {
    return piece * this.#step;
  }

  /** One past the last row of a piece that has joined at the entry of a block. */
  end(piece: number, block: number): number {
    return Math.max(this.start(piece), Math.min(this.start(piece + 1), this.#joined[block] ?? 0));
  }

  get work(): number {
    return this.#joined.reduce((sum, rows) => sum + (1 + DOWN) * rows, 0) - (this.#joined.at(-1) ?? 0);
  }
}

/**
 * Takes all rows up to the score and back.
 *
 * @param step - Rows of one run of a block.
 */
export async function runStreamedPass(
  pass: StreamedPass,
  { loader, store, step }: { readonly loader: BlockLoader; readonly store: StateStore; readonly step: number },
): Promise<StreamedPassResult> {
  const { model, joins, positions, feeds } = pass;
  const { width, hiddenStates } = streamOf(model.anatomy);
  const size = positions * width;
  const lowest = joins[0] ?? 0;
  const top = hiddenStates.length - 1;
  const rows = new Rows(joins, hiddenStates.length, step);
  const scores = new Float32Array(joins.length);
  const evidence: FloatTensor[] = [];
  const probabilities: FloatTensor[][] = hiddenStates.map(() => []);
  const gradients: FloatTensor[][] = hiddenStates.map(() => []);
  let worked = 0;
  const advance = (units: number) => {
    worked += units;
    pass.onPiece?.(worked / rows.work);
  };
  const states = (data: Float32Array) => asStates(data, positions, width);
  const feedsOf = (piece: number, block: number) =>
    rowsOf(feeds, joins.length, rows.start(piece), rows.end(piece, block));
  /** Keeps the state of a piece at the entry of a block: rows that come from below, then those that join. */
  const put = (block: number, piece: number, below: Float32Array) => {
    const [start, end] = [rows.start(piece), rows.end(piece, block)];
    const state = new Float32Array((end - start) * size);
    state.set(below);
    for (let row = start + below.length / size; row < end; row++) {
      pass.enter(row, state.subarray((row - start) * size, (row - start + 1) * size));
    }
    return store.put(stateKey(block, piece), state);
  };
  const putNew = async (block: number, from: number) => {
    for (let piece = from; piece < rows.pieces(block); piece++) await put(block, piece, new Float32Array(0));
  };

  const up = (block: number) =>
    loader.up(model, block, false, async (run) => {
      for (let piece = 0; piece < rows.pieces(block); piece++) {
        const state = states(await store.get(stateKey(block, piece)));
        await put(block + 1, piece, (await run(state, feedsOf(piece, block))).result.data);
        advance(state.shape[0] as number);
      }
      await putNew(block + 1, rows.pieces(block));
    });

  const down = (block: number) =>
    loader.down(pass, block, async (run) => {
      for (let piece = 0; piece < rows.pieces(block); piece++) {
        const state = states(await store.get(stateKey(block, piece)));
        const upstream = block === top ? undefined : states(await store.get(gradientKey(piece)));
        const made = await run(state, upstream, feedsOf(piece, block));
        if (made.scores !== undefined) scores.set(made.scores.data, rows.start(piece));
        if (made.evidence !== undefined && piece === 0) evidence.unshift(made.evidence);
        if (made.probabilities !== undefined) probabilities[block]?.push(made.probabilities);
        if (made.attentionGradient !== undefined) gradients[block]?.push(made.attentionGradient);
        await passOn(block, piece, made.gradient);
        advance(DOWN * (state.shape[0] as number));
      }
    });

  /** Rows that joined at this block leave; the gradient of the others is kept for the block below. */
  const passOn = async (block: number, piece: number, gradient: Float32Array) => {
    const start = rows.start(piece);
    const below = block === lowest ? 0 : rows.end(piece, block - 1) - start;
    for (let row = start; row < rows.end(piece, block); row++) {
      pass.onGradient(row, block, gradient.subarray((row - start) * size, (row - start + 1) * size));
    }
    store.delete(stateKey(block, piece));
    if (below === 0) store.delete(gradientKey(piece));
    else await store.put(gradientKey(piece), gradient.slice(0, below * size));
  };

  try {
    await putNew(lowest, 0);
    for (let block = lowest; block < top; block++) await up(block);
    for (let block = top; block >= lowest; block--) await down(block);
  } finally {
    await store.clear();
  }
  return { scores, evidence, probabilities, gradients };
}

const stateKey = (block: number, piece: number): string => `state ${block} ${piece}`;
const gradientKey = (piece: number): string => `gradient ${piece}`;
