/** @file The compiled programs of one loaded model, each of the whole model: compiled when first needed, kept until disposed. */

import type { Graph } from "../onnx/model.ts";
import type { Feeds, Fetches, Session } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor, type Tensor } from "../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { replacedFeeds } from "./embedding-feeds.ts";
import { encodeProgram } from "./encode-program.ts";
import { floats } from "./fetches.ts";
import { buildForwardProgram, buildLogitsProgram, buildReplacedEmbeddingProgram, forwardOutputs } from "./forward.ts";
import {
  buildAttentionGradientProgram,
  buildAttentionProgram,
  buildForwardFromProgram,
  buildHiddenGradientProgram,
  buildLogitsFromProgram,
  gradientNames,
} from "./input-gradients.ts";
import { buildKnockOutProgram, knockOutFeeds, knockOutOutput } from "./knock-out.ts";
import {
  type AttentionGradients,
  type ForwardResult,
  type HiddenGradient,
  type ModelPrograms,
  PASSING_ROWS,
  type ProgramSource,
  type StateRequest,
  type SweepRequest,
  type SweepResult,
} from "./model-programs.ts";
import { programKey, type ScoreSpec, scoreFeeds } from "./score.ts";
import { buildSweepProgram, sweepNames } from "./sweep.ts";

/** The programs of one model. A class, because it owns compiled sessions: call `dispose()` when done. */
export class Programs implements ModelPrograms {
  readonly #source: ProgramSource;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(source: ProgramSource) {
    this.#source = source;
  }

  get dividesRuns(): boolean {
    return false;
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

  /** Logits and hidden states of an input. Cost: one forward pass. */
  async forward(feeds: Feeds): Promise<ForwardResult> {
    const session = await this.#session("forward", () => buildForwardProgram(this.#source.forward));
    return this.#forwardResult(await session.run(feeds, forwardOutputs(this.#source.forward)));
  }

  /**
   * Logits alone, of any number of inputs of one length: [batch, classes], or [batch, tokens, classes] where every token
   * is classified. Cost: one forward pass per row; nothing is kept that the logits do not need.
   */
  async logits(feeds: Feeds): Promise<FloatTensor> {
    const { sweep } = this.#source;
    const session = await this.#session("logits", () => buildLogitsProgram(sweep));
    return floats(await session.run(feeds, [logitsOf(sweep.anatomy).value]), logitsOf(sweep.anatomy).value);
  }

  /**
   * The forward pass with the word vectors of some positions replaced.
   *
   * @param replaced - 1 for every position whose word vector is replaced, [batch x positions].
   * @param vector - "mean" of the embedding table, or "zero".
   */
  async forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult> {
    const session = await this.#session("baseline", () => buildReplacedEmbeddingProgram(this.#source.forward));
    const extra = replacedFeeds(feeds, replaced, vector);
    return this.#forwardResult(await session.run({ ...feeds, ...extra }, forwardOutputs(this.#source.forward)));
  }

  /** The same from the first hidden state [batch, positions, width]. Cost: one forward pass per row. */
  async forwardFrom(state: Omit<StateRequest, "block">): Promise<ForwardResult> {
    const { forward } = this.#source;
    const session = await this.#session("forward from block 0", () => buildForwardFromProgram(forward));
    const fetches = await session.run(this.#stateFeeds(session, forward, 0, state));
    const others = streamOf(forward.anatomy)
      .hiddenStates.slice(1)
      .map((name) => floats(fetches, name));
    return { logits: floats(fetches, logitsOf(forward.anatomy).value), hiddenStates: [state.hiddenState, ...others] };
  }

  /**
   * Integrated Gradients of all blocks over the given points, in one run.
   *
   * Cost: every point at block l passes forward and backward through blocks l..L-1.
   */
  async sweep(request: SweepRequest): Promise<SweepResult> {
    const { score, points, hiddenStates, baselines } = request;
    const session = await this.#sweepSession(score);
    const inputs = new Set(session.inputNames);
    const feeds: Record<string, Tensor> = { ...scoreFeeds(score, this.classes, hiddenStates[0]?.shape[1] ?? 0) };
    for (const [name, tensor] of Object.entries(request.feeds)) if (inputs.has(name)) feeds[name] = tensor;
    const byBlock = Array.from({ length: this.blocks }, (_, block) =>
      points.map((point, index) => ({ ...point, index })).filter((point) => point.block === block),
    );
    for (const [l, own] of byBlock.entries()) {
      feeds[sweepNames.hidden(l)] = hiddenStates[l] as FloatTensor;
      feeds[sweepNames.baseline(l)] = baselines[l] as FloatTensor;
      feeds[sweepNames.alpha(l)] = floatTensor(
        own.map((point) => point.alpha),
        [own.length, 1, 1],
      );
    }
    const fetches = await session.run(feeds);
    return this.#sweepResult(fetches, byBlock, points.length);
  }

  /**
   * Logits of any number of hidden states entering a block: [rows, classes], or [rows, tokens, classes]. Cost: one forward
   * pass through the blocks from there on per row.
   */
  async logitsFrom({ block, ...state }: StateRequest): Promise<FloatTensor> {
    const { sweep } = this.#source;
    const session = await this.#session(`logits from block ${block}`, () => buildLogitsFromProgram(sweep, block));
    return floats(await session.run(this.#stateFeeds(session, sweep, block, state)), logitsOf(sweep.anatomy).value);
  }

  /** Attention probabilities of the blocks from `block` to `last` [rows, heads, queries, keys]. Cost: as `logitsFrom`, to the last one. */
  async attention({
    block,
    last,
    ...state
  }: StateRequest & { readonly last: number }): Promise<readonly FloatTensor[]> {
    const { forward } = this.#source;
    const session = await this.#session(`attention of blocks ${block} to ${last}`, () =>
      buildAttentionProgram(forward, block, last),
    );
    const fetches = await session.run(this.#stateFeeds(session, forward, block, state));
    return streamOf(forward.anatomy)
      .attentionProbabilities.slice(block, last + 1)
      .map((name) => floats(fetches, name));
  }

  /** F and its gradient with respect to the hidden state entering a block. Cost: one pass forward and one back per row. */
  async hiddenGradient({
    block,
    score,
    ...state
  }: StateRequest & { readonly score: ScoreSpec }): Promise<HiddenGradient> {
    const { sweep } = this.#source;
    const session = await this.#session(`gradient of ${programKey(score, this.classes)} at block ${block}`, () =>
      buildHiddenGradientProgram(sweep, block, score, this.classes, this.#source.rules),
    );
    const fetches = await session.run(this.#stateFeeds(session, sweep, block, state, score));
    return { scores: floats(fetches, gradientNames.scores).data, gradient: floats(fetches, gradientNames.hidden) };
  }

  /** F, the attention of all blocks and its gradients, from the first hidden state. Cost: one pass forward and one back per row. */
  async attentionGradients({
    score,
    ...state
  }: Omit<StateRequest, "block"> & { readonly score: ScoreSpec }): Promise<AttentionGradients> {
    const { forward } = this.#source;
    const session = await this.#session(`attention gradients of ${programKey(score, this.classes)}`, () =>
      buildAttentionGradientProgram(forward, score, this.classes, this.#source.rules),
    );
    const fetches = await session.run(this.#stateFeeds(session, forward, 0, state, score));
    const { attentionProbabilities } = streamOf(forward.anatomy);
    return {
      scores: floats(fetches, gradientNames.scores).data,
      probabilities: attentionProbabilities.map((name) => floats(fetches, name)),
      gradients: attentionProbabilities.map((_, l) => floats(fetches, gradientNames.attention(l))),
    };
  }

  /** Logits with the attention into some positions taken away, block by block. Cost: one forward pass per row. */
  async knockedOut(feeds: Feeds, kept: readonly Float32Array[]): Promise<FloatTensor> {
    const { sweep } = this.#source;
    const session = await this.#session("knock-out", () => buildKnockOutProgram(sweep));
    const rows = Object.values(feeds)[0]?.shape[0] ?? 0;
    const name = knockOutOutput(sweep);
    return floats(await session.run({ ...feeds, ...knockOutFeeds(kept, rows) }, [name]), name);
  }

  /** Releases all compiled programs. */
  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === "fulfilled") await session.value.dispose();
    }
  }

  #stateFeeds(
    session: Session,
    { anatomy }: TransformerGraph,
    block: number,
    { hiddenState, feeds }: Omit<StateRequest, "block">,
    score?: ScoreSpec,
  ): Feeds {
    const inputs = new Set(session.inputNames);
    const positions = hiddenState.shape[1] ?? 0;
    const used = Object.entries(feeds).filter(([name]) => inputs.has(name));
    return {
      ...Object.fromEntries(used),
      ...(score === undefined ? {} : scoreFeeds(score, this.classes, positions)),
      [streamOf(anatomy).hiddenStates[block] as string]: hiddenState,
    };
  }

  #sweepResult(
    fetches: Fetches,
    byBlock: readonly (readonly { readonly index: number }[])[],
    count: number,
  ): SweepResult {
    const scores = new Float64Array(count);
    const relevance: Float32Array[] = [];
    const passing: Float32Array[][] = [];
    const attention: FloatTensor[] = [];
    const allScores = floats(fetches, sweepNames.scores).data;
    let row = 0;
    for (const [l, own] of byBlock.entries()) {
      const atPoints = rowsIn(floats(fetches, sweepNames.relevance(l)));
      for (const [i, point] of own.entries()) {
        scores[point.index] = allScores[row++] as number;
        relevance[point.index] = atPoints[i] as Float32Array;
      }
      const through = l === 0 ? atPoints : rowsIn(floats(fetches, sweepNames.passing(l)));
      passing.push(through.slice(0, Math.min(PASSING_ROWS, byBlock[0]?.length ?? 0)));
      // Without points at block 0 the first row of the batch is no input: there is no attention gradient in this run.
      if (byBlock[0]?.length === 0) continue;
      const map = floats(fetches, sweepNames.attention(l));
      attention.push(floatTensor(map.data, map.shape.slice(1)));
    }
    return { scores, relevance, passing, attention };
  }

  #forwardResult(fetches: Fetches): ForwardResult {
    const [logits, ...hiddenStates] = forwardOutputs(this.#source.forward).map((name) => floats(fetches, name));
    return { logits: logits as FloatTensor, hiddenStates };
  }

  #sweepSession(score: ScoreSpec): Promise<Session> {
    return this.#session(`sweep of ${programKey(score, this.classes)}`, () =>
      buildSweepProgram(this.#source.sweep, score, this.classes, this.#source.rules),
    );
  }

  #session(name: string, build: () => Graph): Promise<Session> {
    const existing = this.#sessions.get(name);
    if (existing !== undefined) return existing;
    const { runtime, session, forward } = this.#source;
    const compiled = runtime.compile(encodeProgram(build(), forward.opsets, runtime), { ...session, name });
    this.#sessions.set(name, compiled);
    // A failed compilation is not kept: the next call reports it afresh.
    compiled.catch(() => this.#sessions.delete(name));
    return compiled;
  }
}

/** The rows of a matrix, as views. */
function rowsIn({ data, shape: [rows = 0, width = 0] }: FloatTensor): Float32Array[] {
  return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
}
