/** @file Runs places on the paths of blocks through the sweep, in chunks that fit the memory and the time. */

import type { ModelPrograms, SweepPoint, SweepRequest } from "../../program/model-programs.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import { checkSweep, type KnownScores } from "./invariants.ts";
import type { Pacer } from "./pacer.ts";
import type { RowsThatFit } from "./run-size.ts";

/** What is known of one block. */
export interface BlockState {
  readonly index: number;
  /** F by place on the path. */
  readonly scores: Map<number, number>;
  /** Places evaluated. */
  points: number;
}

/** A place on the path of a block, 0 = baseline, 1 = input. */
export interface BlockPlace {
  readonly block: BlockState;
  readonly place: number;
}

export interface RunnerRequest extends Omit<SweepRequest, "points" | "onPiece">, KnownScores {
  readonly programs: ModelPrograms;
  /** Whether the baseline of every block is the state that the model reaches from the baseline of the first. */
  readonly propagated: boolean;
  readonly rowsThatFit: RowsThatFit;
  readonly pacer: Pacer;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** A row of the sweep, and who waits for it: one place, or all that lie at an end of their path. */
interface Row extends SweepPoint {
  readonly own: BlockPlace | undefined;
}

/** A class, because the cost and the attention maps gather over its runs. */
export class SweepRunner {
  readonly #request: RunnerRequest;
  /** dF/dalpha by block at the ends of the paths, which all blocks share: 1, and 0 where the baseline is propagated. */
  readonly #ends = new Map<number, readonly Float32Array[]>();
  attention: readonly FloatTensor[] = [];
  /** Rows, each weighted by 2 x the share of the blocks it passes. */
  evaluations = 0;
  /** Whether the time was used before everything was evaluated. */
  stopped = false;

  constructor(request: RunnerRequest) {
    this.#request = request;
  }

  /**
   * dF/dalpha at the places, per position, and F there (in the state of the block); undefined for what there was no time for.
   *
   * @param mustFinish - Go on whatever time it takes.
   * @param onRun - Gets the share of the rows that is done.
   * @throws {ConsistencyError} When a run contradicts the forward pass.
   */
  async evaluate(
    places: readonly BlockPlace[],
    mustFinish: boolean,
    onRun: (done: number) => void,
  ): Promise<readonly (Float32Array | undefined)[]> {
    const { rowsThatFit, pacer, now, programs } = this.#request;
    const rows = this.#rowsOf(places);
    const found = new Map<BlockState, Map<number, Float32Array>>();
    const workOf = (some: readonly Row[]) => some.map(({ block }) => programs.blocks - block);
    for (let start = 0; start < rows.length; ) {
      const left = workOf(rows.slice(start));
      const fitting = rowsThatFit(left);
      const count = mustFinish ? fitting : pacer.admit(left, fitting);
      if (count === 0) {
        this.stopped = true;
        break;
      }
      const some = rows.slice(start, start + count);
      const began = now();
      await this.#run(some, found, (done) => onRun((start + done * count) / rows.length));
      pacer.record(workOf(some), now() - began);
      start += count;
      onRun(start / rows.length);
    }
    for (const { block, place } of places) {
      const end = this.#ends.get(place)?.[block.index];
      if (end === undefined || found.get(block)?.has(place)) continue;
      put(found, { block, place }, end);
      block.points++;
    }
    return places.map(({ block, place }) => found.get(block)?.get(place));
  }

  /** The ends that blocks share, unless they are known; then all other places, each once, those of low blocks first. */
  #rowsOf(places: readonly BlockPlace[]): readonly Row[] {
    const { programs, propagated } = this.#request;
    // The input comes first in the first run: attention gradients are taken there.
    const rows: Row[] = this.#ends.has(1) ? [] : [{ block: 0, alpha: 1, own: undefined }];
    const atBaseline = places.filter(({ place }) => place === 0);
    // One row through all blocks, instead of one for each that passes the blocks from there on.
    const apart = atBaseline.reduce((sum, { block }) => sum + programs.blocks - block.index, 0);
    const shared = propagated && apart >= programs.blocks;
    if (shared && !this.#ends.has(0)) rows.push({ block: 0, alpha: 0, own: undefined });
    const asked = new Map<BlockState, Set<number>>();
    for (const { block, place } of [...places].sort((a, b) => a.block.index - b.block.index)) {
      if (place === 1 || (place === 0 && (shared || this.#ends.has(0)))) continue;
      const own = asked.get(block) ?? new Set<number>();
      asked.set(block, own);
      if (!own.has(place)) rows.push({ block: block.index, alpha: place, own: { block, place } });
      own.add(place);
    }
    return rows;
  }

  async #run(
    rows: readonly Row[],
    found: Map<BlockState, Map<number, Float32Array>>,
    onDone: (done: number) => void,
  ): Promise<void> {
    const { programs, signal, hiddenStates, baselines, score, feeds } = this.#request;
    signal?.throwIfAborted();
    const onPiece = (done: number) => {
      signal?.throwIfAborted();
      onDone(done);
    };
    const result = await programs.sweep({ hiddenStates, baselines, score, feeds, points: rows, onPiece });
    checkSweep(rows, result, this.#request);
    for (const [i, { block, alpha, own }] of rows.entries()) {
      this.evaluations += (2 * (programs.blocks - block)) / programs.blocks;
      if (own === undefined) {
        // Ends stand before all other rows, so that they are among those that are read at every block.
        this.#ends.set(
          alpha,
          result.passing.map((passing) => passing[i] as Float32Array),
        );
        continue;
      }
      own.block.points++;
      if (!own.block.scores.has(alpha)) own.block.scores.set(alpha, result.scores[i] as number);
      put(found, own, result.relevance[i] as Float32Array);
    }
    if (this.attention.length === 0) this.attention = result.attention;
  }
}

function put(
  found: Map<BlockState, Map<number, Float32Array>>,
  { block, place }: BlockPlace,
  gradient: Float32Array,
): void {
  const own = found.get(block) ?? new Map<number, Float32Array>();
  found.set(block, own.set(place, gradient));
}
