/** @file The compiled programs of one loaded model: compiled when first needed, kept until disposed. */

import { ShapeError } from "../errors.ts";
import { verifyGraph } from "../graph/verify.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/model.ts";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor, type Tensor } from "../tensor/tensor.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import {
  buildForwardProgram,
  buildLogitsProgram,
  buildReplacedEmbeddingProgram,
  forwardOutputs,
  REPLACED,
  SCALE,
} from "./forward.ts";
import { type ScoreSpec, scoreFeeds } from "./score.ts";
import { buildSweepProgram, sweepNames } from "./sweep.ts";

/** What a model says to an input. */
export interface ForwardResult {
  /** [batch, classes] */
  readonly logits: FloatTensor;
  /** Hidden state entering each block [batch, positions, width]. */
  readonly hiddenStates: readonly FloatTensor[];
}

/** One point of one block's path. */
export interface SweepPoint {
  readonly block: number;
  /** Place on the path: 0 = baseline, 1 = input. */
  readonly alpha: number;
  /** Quadrature weight; 0 for a point that only the score is wanted of. */
  readonly weight: number;
  /** Which integral of its block the point belongs to, 0..groups-1. */
  readonly group: number;
}

/** One run of the sweep program. */
export interface SweepRequest {
  /** H_l and B_l of every block, [1, positions, width]. */
  readonly hiddenStates: readonly FloatTensor[];
  readonly baselines: readonly FloatTensor[];
  readonly score: ScoreSpec;
  /** Any order; results come back in the same order. */
  readonly points: readonly SweepPoint[];
  /** Inputs of the model that the blocks use besides the hidden state (attention mask). */
  readonly feeds: Feeds;
}

export interface SweepResult {
  /** F at every point. */
  readonly scores: Float64Array;
  /** relevance[l][group]: weighted sum over the points of the group [positions]. */
  readonly relevance: readonly (readonly Float32Array[])[];
  /** attention[l]: mean over heads of A * dF/dA [queries, positions] at the first point of block 0; empty when it has none. */
  readonly attention: readonly FloatTensor[];
}

/** How a model is run: everything the programs need of a loaded model. */
export interface ProgramSource {
  /** Graph of which all positions of all blocks are computed. */
  readonly forward: TransformerGraph;
  /** Graph that the sweep is made of: the same function, free to leave out what the logits do not need. */
  readonly sweep: TransformerGraph;
  readonly classes: number;
  readonly runtime: Runtime;
  readonly session: Omit<SessionOptions, "name">;
}

/** The programs of one model. A class, because it owns compiled sessions: call `dispose()` when done. */
export class Programs {
  readonly #source: ProgramSource;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(source: ProgramSource) {
    this.#source = source;
  }

  get blocks(): number {
    return this.#source.forward.anatomy.hiddenStates.length;
  }

  get width(): number {
    return this.#source.forward.anatomy.width;
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
    return floats(await session.run(feeds, [sweep.anatomy.logits]), sweep.anatomy.logits);
  }

  /**
   * The forward pass with the word vectors of some positions replaced.
   *
   * @param replaced - 1 for every position whose word vector is replaced, [batch x positions].
   * @param vector - "mean" of the embedding table, or "zero".
   */
  async forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult> {
    const session = await this.#session("baseline", () => buildReplacedEmbeddingProgram(this.#source.forward));
    const [batch, tokens] = Object.values(feeds)[0]?.shape ?? [];
    if (batch === undefined || tokens === undefined)
      throw new ShapeError("Cannot replace word vectors without token ids");
    const extra: Feeds = {
      [REPLACED]: floatTensor(replaced, [batch, tokens, 1]),
      [SCALE]: floatTensor([vector === "mean" ? 1 : 0], []),
    };
    return this.#forwardResult(await session.run({ ...feeds, ...extra }, forwardOutputs(this.#source.forward)));
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
      const groups = own.reduce((most, point) => Math.max(most, point.group + 1), 0);
      const weight = new Float32Array(groups * own.length);
      own.forEach((point, column) => {
        weight[point.group * own.length + column] = point.weight;
      });
      feeds[sweepNames.hidden(l)] = hiddenStates[l] as FloatTensor;
      feeds[sweepNames.baseline(l)] = baselines[l] as FloatTensor;
      feeds[sweepNames.alpha(l)] = floatTensor(
        own.map((point) => point.alpha),
        [own.length, 1, 1],
      );
      feeds[sweepNames.weight(l)] = floatTensor(weight, [groups, own.length]);
    }
    const fetches = await session.run(feeds);
    return this.#sweepResult(fetches, byBlock, points.length);
  }

  /** Releases all compiled programs. */
  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === "fulfilled") await session.value.dispose();
    }
  }

  #sweepResult(
    fetches: Fetches,
    byBlock: readonly (readonly { readonly index: number }[])[],
    count: number,
  ): SweepResult {
    const scores = new Float64Array(count);
    const relevance: Float32Array[][] = [];
    const attention: FloatTensor[] = [];
    const allScores = floats(fetches, sweepNames.scores).data;
    let row = 0;
    for (const [l, own] of byBlock.entries()) {
      for (const point of own) scores[point.index] = allScores[row++] as number;
      const { data, shape } = floats(fetches, sweepNames.relevance(l));
      const [groups = 0, positions = 0] = shape;
      relevance.push(Array.from({ length: groups }, (_, g) => data.subarray(g * positions, (g + 1) * positions)));
      // Without points at block 0 the first row of the batch is no input: there is no attention gradient in this run.
      if (byBlock[0]?.length === 0) continue;
      const map = floats(fetches, sweepNames.attention(l));
      attention.push(floatTensor(map.data, map.shape.slice(1)));
    }
    return { scores, relevance, attention };
  }

  #forwardResult(fetches: Fetches): ForwardResult {
    const [logits, ...hiddenStates] = forwardOutputs(this.#source.forward).map((name) => floats(fetches, name));
    return { logits: logits as FloatTensor, hiddenStates };
  }

  #sweepSession(score: Pick<ScoreSpec, "kind" | "activation">): Promise<Session> {
    return this.#session(`sweep of ${score.kind}`, () => buildSweepProgram(this.#source.sweep, score, this.classes));
  }

  #session(name: string, build: () => Graph): Promise<Session> {
    const existing = this.#sessions.get(name);
    if (existing !== undefined) return existing;
    const { runtime, session, forward } = this.#source;
    const graph = build();
    verifyGraph(graph, forward.opsets);
    const compiled = runtime.compile(encodeModel(createModel(graph, forward.opsets)), { ...session, name });
    this.#sessions.set(name, compiled);
    // A failed compilation is not kept: the next call reports it afresh.
    compiled.catch(() => this.#sessions.delete(name));
    return compiled;
  }
}

function floats(fetches: Fetches, name: string): FloatTensor {
  const tensor = fetches[name];
  if (tensor?.dtype !== "float32")
    throw new ShapeError(`Cannot read program output "${name}": it is ${tensor?.dtype ?? "missing"}`);
  return tensor as FloatTensor;
}
