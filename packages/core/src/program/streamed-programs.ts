/**
 * @file A model that is run block by block: the weights of one block are loaded, all rows pass it, the weights are let go.
 *
 * For models that are larger than the memory. All points of all blocks go up together and come back down together, so a
 * sweep of any size loads the weights of every block twice. The hidden states in between are kept, in memory or outside.
 */

import type { Feeds } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { BlockLoader } from "./block-loader.ts";
import { replacedFeeds } from "./embedding-feeds.ts";
import { buildReplacedEmbeddingEntry } from "./forward.ts";
import type {
  AttentionGradients,
  ForwardResult,
  HiddenGradient,
  ModelPrograms,
  ProgramSource,
  StateRequest,
  SweepRequest,
  SweepResult,
} from "./model-programs.ts";
import { PathRows } from "./path-rows.ts";
import { backwardRowBytes } from "./row-bytes.ts";
import { joinRows, rowsOf, sliceRows } from "./rows.ts";
import type { ScoreSpec } from "./score.ts";
import { type Spill, StateStore } from "./state-store.ts";
import { runStreamedPass, type StreamedPass, type StreamedPassResult } from "./streamed-pass.ts";

export interface StreamSource extends ProgramSource {
  /** Bytes for activations and kept states together; the weights of one block come on top. */
  readonly memoryBytes: number;
  /** Where kept states go that exceed their half of it. Default: they stay in memory. */
  readonly spill?: Spill;
}

/** Share of the memory that one run of a block may use; the rest is for kept states. */
const RUN_SHARE = 0.5;

/** A class, because it owns what it keeps outside of memory: call `dispose()` when done. */
export class StreamedPrograms implements ModelPrograms {
  readonly #source: StreamSource;
  readonly #loader: BlockLoader;
  readonly #store: StateStore;
  /** Passes share the store: one at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(source: StreamSource) {
    this.#source = source;
    this.#loader = new BlockLoader(source);
    this.#store = new StateStore(source.memoryBytes * (1 - RUN_SHARE), source.spill);
  }

  get blocks(): number {
    return streamOf(this.#source.forward.anatomy).hiddenStates.length;
  }

  get width(): number {
    return streamOf(this.#source.forward.anatomy).width;
  }

  get classes(): number {
    return this.#source.classes;
  }

  get dividesRuns(): boolean {
    return true;
  }

  async forward(feeds: Feeds): Promise<ForwardResult> {
    return this.#forwardFrom(await this.#loader.enter(this.#source.forward, feeds), feeds);
  }

  async logits(feeds: Feeds): Promise<FloatTensor> {
    const { sweep } = this.#source;
    return this.#climb(sweep, { block: 0, hiddenState: await this.#loader.enter(sweep, feeds), feeds });
  }

  async forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult> {
    const { forward } = this.#source;
    const all = { ...feeds, ...replacedFeeds(feeds, replaced, vector) };
    const build = () => buildReplacedEmbeddingEntry(forward);
    return this.#forwardFrom(await this.#loader.enter(forward, all, "replaced entry", build), feeds);
  }

  forwardFrom({ hiddenState, feeds }: Omit<StateRequest, "block">): Promise<ForwardResult> {
    return this.#forwardFrom(hiddenState, feeds);
  }

  async sweep({ hiddenStates, baselines, score, points, feeds, onPiece }: SweepRequest): Promise<SweepResult> {
    const rows = new PathRows(points, hiddenStates, baselines);
    const { scores, evidence } = await this.#runStreamedPass({
      model: this.#source.sweep,
      score,
      feeds,
      positions: hiddenStates[0]?.shape[1] ?? 0,
      joins: rows.blocks,
      enter: (row, state) => rows.writeState(row, state),
      onGradient: (row, block, gradient) => rows.takeGradient(row, block, gradient),
      attention: rows.blocks[0] === 0 ? "evidence" : "none",
      ...(onPiece === undefined ? {} : { onPiece }),
    });
    return {
      scores: rows.inOrder(scores),
      relevance: rows.relevance,
      passing: rows.passing,
      attention: evidence.map(({ data, shape }) => floatTensor(data, shape.slice(1))),
    };
  }

  async logitsFrom(request: StateRequest): Promise<FloatTensor> {
    return this.#climb(this.#source.sweep, request);
  }

  async attention({ last, ...request }: StateRequest & { readonly last: number }): Promise<readonly FloatTensor[]> {
    const maps: FloatTensor[] = [];
    await this.#climb(this.#source.forward, request, { last, onAttention: (map) => maps.push(map) });
    return maps;
  }

  async hiddenGradient(request: StateRequest & { readonly score: ScoreSpec }): Promise<HiddenGradient> {
    const { data, shape } = request.hiddenState;
    const gradient = new Float32Array(data.length);
    const { scores } = await this.#runStreamedPass({
      ...this.#together(this.#source.sweep, request),
      // All rows join at one block: what is above it is not asked for.
      onGradient: (row, block, own) => {
        if (block === request.block) gradient.set(own, row * own.length);
      },
      attention: "none",
    });
    return { scores, gradient: floatTensor(gradient, shape) };
  }

  async attentionGradients(
    request: Omit<StateRequest, "block"> & { readonly score: ScoreSpec },
  ): Promise<AttentionGradients> {
    const { scores, probabilities, gradients } = await this.#runStreamedPass({
      ...this.#together(this.#source.forward, { ...request, block: 0 }),
      onGradient: () => {},
      attention: "rows",
    });
    return { scores, probabilities: probabilities.map(joinRows), gradients: gradients.map(joinRows) };
  }

  async dispose(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#store.clear();
    await this.#source.spill?.dispose();
  }

  #runStreamedPass(pass: StreamedPass): Promise<StreamedPassResult> {
    const context = { loader: this.#loader, store: this.#store, step: this.#rowsPerRun(pass.positions) };
    const own = this.#last.catch(() => {}).then(() => runStreamedPass(pass, context));
    this.#last = own;
    return own;
  }

  /** All rows of a hidden state join at one block. */
  #together(
    model: TransformerGraph,
    { block, hiddenState, feeds, score }: StateRequest & { readonly score: ScoreSpec },
  ): Omit<StreamedPass, "onGradient" | "attention"> {
    const [rows = 0, positions = 0] = hiddenState.shape;
    const size = positions * this.width;
    return {
      model,
      score,
      feeds,
      positions,
      joins: new Array<number>(rows).fill(block),
      enter: (row, state) => state.set(hiddenState.data.subarray(row * size, (row + 1) * size)),
    };
  }

  /** Rows that one run of a block may have. */
  #rowsPerRun(positions: number): number {
    const { memoryBytes, forward } = this.#source;
    return Math.max(1, Math.floor((memoryBytes * RUN_SHARE) / backwardRowBytes(streamOf(forward.anatomy), positions)));
  }

  async #forwardFrom(hiddenState: FloatTensor, feeds: Feeds): Promise<ForwardResult> {
    const hiddenStates = [hiddenState];
    const onState = (next: FloatTensor) => hiddenStates.push(next);
    const logits = await this.#climb(this.#source.forward, { block: 0, hiddenState, feeds }, { onState });
    return { logits, hiddenStates };
  }

  /** Runs all rows through the blocks up to `last`; returns what that one makes. */
  async #climb(
    model: TransformerGraph,
    { block: first, hiddenState, feeds }: StateRequest,
    {
      last = this.blocks - 1,
      onState,
      onAttention,
    }: {
      readonly last?: number;
      /** Called with the hidden state that enters each next block. */
      readonly onState?: (state: FloatTensor) => void;
      readonly onAttention?: (map: FloatTensor) => void;
    } = {},
  ): Promise<FloatTensor> {
    const [rows = 0, positions = 0] = hiddenState.shape;
    const step = this.#rowsPerRun(positions);
    let current = hiddenState;
    for (let block = first; block <= last; block++) {
      const pieces = await this.#loader.up(model, block, onAttention !== undefined, async (run) => {
        const made = [];
        for (let start = 0; start < rows; start += step) {
          const end = Math.min(rows, start + step);
          made.push(await run(sliceRows(current, start, end), rowsOf(feeds, rows, start, end)));
        }
        return made;
      });
      current = joinRows(pieces.map(({ result }) => result));
      onAttention?.(joinRows(pieces.flatMap(({ attention }) => attention ?? [])));
      if (block + 1 < this.blocks) onState?.(current);
    }
    return current;
  }
}
