/**
 * @file Programs of a graph that does not compute any number of rows: files exported for a batch of one whose rows could
 * not be freed are run once for each row, with the same numbers as in batches; others need a row where there is none.
 */

import type { Feeds } from "../runtime/runtime.ts";
import { elementCount, type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type {
  AttentionGradients,
  ForwardResult,
  HiddenGradient,
  ModelPrograms,
  StateRequest,
  SweepRequest,
  SweepResult,
} from "./model-programs.ts";
import { PathRows } from "./path-rows.ts";
import { joinRows, sliceRows } from "./rows.ts";
import type { ScoreSpec } from "./score.ts";

/** How many rows a graph computes. */
export interface RowLimits {
  /** Whether its inputs take one row only. */
  readonly inputs: boolean;
  /** Whether its blocks compute one hidden state only. */
  readonly states: boolean;
  /** Whether every block must have a row at least. */
  readonly filled: boolean;
}

/** A class, because it owns the programs that it runs. */
export class LimitedPrograms implements ModelPrograms {
  readonly #inner: ModelPrograms;
  readonly #limits: RowLimits;

  constructor(inner: ModelPrograms, limits: RowLimits) {
    this.#inner = inner;
    this.#limits = limits;
  }

  get blocks(): number {
    return this.#inner.blocks;
  }

  get width(): number {
    return this.#inner.width;
  }

  get classes(): number {
    return this.#inner.classes;
  }

  get dividesRuns(): boolean {
    return this.#limits.states || this.#inner.dividesRuns;
  }

  async forward(feeds: Feeds): Promise<ForwardResult> {
    return joinForwards(await each(rowsIn(feeds), (row) => this.#inner.forward(rowOf(feeds, row))));
  }

  async logits(feeds: Feeds): Promise<FloatTensor> {
    return joinRows(await each(rowsIn(feeds), (row) => this.#inner.logits(rowOf(feeds, row))));
  }

  get knockedOut(): ModelPrograms["knockedOut"] {
    const inner = this.#inner;
    if (inner.knockedOut === undefined) return undefined;
    return async (feeds, kept) => {
      const rows = rowsIn(feeds);
      const own = (data: Float32Array, row: number) => {
        const size = data.length / rows;
        return data.subarray(row * size, (row + 1) * size);
      };
      const run = (row: number) =>
        inner.knockedOut?.(
          rowOf(feeds, row),
          kept.map((data) => own(data, row)),
        ) as Promise<FloatTensor>;
      return joinRows(await each(rows, run));
    };
  }

  async forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult> {
    const rows = rowsIn(feeds);
    const size = replaced.length / rows;
    const results = await each(rows, (row) =>
      this.#inner.forwardReplaced(rowOf(feeds, row), replaced.subarray(row * size, (row + 1) * size), vector),
    );
    return joinForwards(results);
  }

  async forwardFrom(request: Omit<StateRequest, "block">): Promise<ForwardResult> {
    return joinForwards(await this.#eachState(request, (row) => this.#inner.forwardFrom(row)));
  }

  async logitsFrom(request: StateRequest): Promise<FloatTensor> {
    return joinRows(await this.#eachState(request, (row) => this.#inner.logitsFrom(row)));
  }

  async attention(request: StateRequest & { readonly last: number }): Promise<readonly FloatTensor[]> {
    return joinEach(await this.#eachState(request, (row) => this.#inner.attention(row)));
  }

  async hiddenGradient(request: StateRequest & { readonly score: ScoreSpec }): Promise<HiddenGradient> {
    const results = await this.#eachState(request, (row) => this.#inner.hiddenGradient(row));
    return { scores: joinScores(results), gradient: joinRows(results.map(({ gradient }) => gradient)) };
  }

  async attentionGradients(
    request: Omit<StateRequest, "block"> & { readonly score: ScoreSpec },
  ): Promise<AttentionGradients> {
    const results = await this.#eachState(request, (row) => this.#inner.attentionGradients(row));
    return {
      scores: joinScores(results),
      probabilities: joinEach(results.map(({ probabilities }) => probabilities)),
      gradients: joinEach(results.map(({ gradients }) => gradients)),
    };
  }

  /** Cost: a run for each point; those of the first rows at every block besides. */
  async sweep(request: SweepRequest): Promise<SweepResult> {
    if (!this.#limits.states) return this.#sweepFilled(request);
    const { points, hiddenStates, baselines, feeds, score, onPiece } = request;
    const rows = new PathRows(points, hiddenStates, baselines);
    const shape = hiddenStates[0]?.shape ?? [];
    const scores = new Float32Array(points.length);
    let attention: readonly FloatTensor[] = [];
    for (const [row, block] of rows.blocks.entries()) {
      const state = new Float32Array(elementCount(shape));
      rows.writeState(row, state);
      const hiddenState = floatTensor(state, shape);
      const own = await this.#inner.hiddenGradient({ block, hiddenState, feeds, score });
      scores[row] = own.scores[0] as number;
      rows.takeGradient(row, block, own.gradient.data);
      if (rows.passes(row)) {
        const reached = await this.#inner.forwardFrom({ hiddenState, feeds });
        for (let l = 1; l < this.blocks; l++) {
          const passed = reached.hiddenStates[l] as FloatTensor;
          const { gradient } = await this.#inner.hiddenGradient({ block: l, hiddenState: passed, feeds, score });
          rows.takeGradient(row, l, gradient.data);
        }
        if (row === 0) attention = weighted(await this.#inner.attentionGradients({ hiddenState, feeds, score }));
      }
      onPiece?.((row + 1) / points.length);
    }
    return { scores: rows.inOrder(scores), relevance: rows.relevance, passing: rows.passing, attention };
  }

  dispose(): Promise<void> {
    return this.#inner.dispose();
  }

  /** A sweep with a row in the first block, where one is needed: the input itself, whose result is left out. */
  async #sweepFilled(request: SweepRequest): Promise<SweepResult> {
    const { points } = request;
    if (!this.#limits.filled || points.some(({ block }) => block === 0)) return this.#inner.sweep(request);
    const result = await this.#inner.sweep({ ...request, points: [...points, { block: 0, alpha: 1 }] });
    return { ...result, scores: result.scores.slice(0, -1), relevance: result.relevance.slice(0, -1) };
  }

  /** Runs the rows of hidden states one by one where they, or the inputs that go with them, are limited. */
  #eachState<R extends Pick<StateRequest, "hiddenState" | "feeds">, T>(
    request: R,
    run: (row: R) => Promise<T>,
  ): Promise<T[]> {
    const { hiddenState, feeds } = request;
    const states = hiddenState.shape[0] ?? 0;
    const inputs = rowsIn(feeds);
    if (!this.#limits.states && inputs === 1) return each(1, () => run(request));
    return each(states, (row) =>
      run({
        ...request,
        hiddenState: sliceRows(hiddenState, row, row + 1),
        feeds: inputs === 1 ? feeds : rowOf(feeds, row),
      }),
    );
  }
}

/** Rows of the feeds; 1 where there are none. */
const rowsIn = (feeds: Feeds): number => Object.values(feeds)[0]?.shape[0] ?? 1;

const rowOf = (feeds: Feeds, row: number): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, sliceRows(tensor, row, row + 1)]));

async function each<T>(count: number, run: (row: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let row = 0; row < count; row++) results.push(await run(row));
  return results;
}

const joinScores = (results: readonly { readonly scores: Float32Array }[]): Float32Array =>
  Float32Array.from(results.flatMap(({ scores }) => Array.from(scores)));

/** Tensors of every row, joined place by place. */
const joinEach = (rows: readonly (readonly FloatTensor[])[]): readonly FloatTensor[] =>
  (rows[0] ?? []).map((_, i) => joinRows(rows.map((row) => row[i] as FloatTensor)));

function joinForwards(results: readonly ForwardResult[]): ForwardResult {
  return {
    logits: joinRows(results.map(({ logits }) => logits)),
    hiddenStates: joinEach(results.map(({ hiddenStates }) => hiddenStates)),
  };
}

/** M_l = mean over heads of A * dF/dA [queries, positions] of one row. */
function weighted({ probabilities, gradients }: AttentionGradients): readonly FloatTensor[] {
  return probabilities.map(({ data, shape }, l) => {
    const [, heads = 1, queries = 0, positions = 0] = shape;
    const mean = new Float32Array(queries * positions);
    const gradient = (gradients[l] as FloatTensor).data;
    for (let i = 0; i < heads * mean.length; i++) {
      (mean[i % mean.length] as number) += ((data[i] as number) * (gradient[i] as number)) / heads;
    }
    return floatTensor(mean, [queries, positions]);
  });
}
