/** @file Loading single blocks: a segment is compiled, used, and let go together with its weights. */

import type { Graph } from "../onnx/model.ts";
import type { Feeds, Session } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { encodeProgram } from "./encode-program.ts";
import { floats } from "./fetches.ts";
import type { ProgramSource } from "./model-programs.ts";
import { usedFeeds } from "./rows.ts";
import { programKey, type ScoreSpec, scoreFeeds } from "./score.ts";
import {
  type AttentionOutput,
  blockResult,
  buildBlockSegment,
  buildEntrySegment,
  buildGradientSegment,
  segmentNames,
} from "./segments.ts";

/** A block's way up: the state at its entry -> what it makes, and its attention probabilities where they were asked for. */
export type BlockRun = (
  state: FloatTensor,
  feeds: Feeds,
) => Promise<{ readonly result: FloatTensor; readonly attention: FloatTensor | undefined }>;

/** A block's way down: the state at its entry and the gradient above it -> the gradient at its entry. */
export type GradientRun = (
  state: FloatTensor,
  upstream: FloatTensor | undefined,
  feeds: Feeds,
) => Promise<{
  readonly gradient: Float32Array;
  /** F of every row: of the last block, which has no gradient above it. */
  readonly scores: FloatTensor | undefined;
  readonly evidence: FloatTensor | undefined;
  readonly probabilities: FloatTensor | undefined;
  readonly attentionGradient: FloatTensor | undefined;
}>;

/** What the way down through a block is asked for. */
export interface GradientRequest {
  readonly model: TransformerGraph;
  readonly score: ScoreSpec;
  readonly positions: number;
  readonly attention: AttentionOutput;
}

/** A class, because it keeps what was encoded: small, the weights are elsewhere. */
export class BlockLoader {
  readonly #source: ProgramSource;
  readonly #encoded = new Map<string, Uint8Array>();

  constructor(source: ProgramSource) {
    this.#source = source;
  }

  /** The hidden state that enters the first block. `name` is that of the program that `build` makes. */
  enter(
    model: TransformerGraph,
    feeds: Feeds,
    name = "entry",
    build: () => Graph = () => buildEntrySegment(model),
  ): Promise<FloatTensor> {
    const first = streamOf(model.anatomy).hiddenStates[0] as string;
    return this.#use(name, build, async (session) =>
      floats(await session.run(usedFeeds(session, feeds), [first]), first),
    );
  }

  /** Loads a block for its way up. */
  up<T>(
    model: TransformerGraph,
    block: number,
    withAttention: boolean,
    body: (run: BlockRun) => Promise<T>,
  ): Promise<T> {
    const { hiddenStates, attentionProbabilities } = streamOf(model.anatomy);
    const input = hiddenStates[block] as string;
    const output = blockResult(model, block);
    const map = withAttention ? attentionProbabilities[block] : undefined;
    const build = () => buildBlockSegment(model, block, withAttention);
    return this.#use(this.#name(withAttention ? "attention" : "forward", model, block), build, (session) =>
      body(async (state, feeds) => {
        const names = map === undefined ? [output] : [output, map];
        const fetches = await session.run({ ...usedFeeds(session, feeds), [input]: state }, names);
        return { result: floats(fetches, output), attention: map === undefined ? undefined : floats(fetches, map) };
      }),
    );
  }

  /** Loads a block for its way down. */
  down<T>(
    { model, score, positions, attention }: GradientRequest,
    block: number,
    body: (run: GradientRun) => Promise<T>,
  ): Promise<T> {
    const { classes, rules } = this.#source;
    const input = streamOf(model.anatomy).hiddenStates[block] as string;
    const probabilities = streamOf(model.anatomy).attentionProbabilities[block] as string;
    const name = this.#name(`gradient (${programKey(score, classes)}, attention: ${attention})`, model, block);
    const chosen = scoreFeeds(score, classes, positions);
    const build = () => buildGradientSegment(model, block, score, classes, attention, rules);
    return this.#use(name, build, (session) =>
      body(async (state, upstream, feeds) => {
        const fetches = await session.run({
          ...usedFeeds(session, { ...feeds, ...chosen }),
          ...(upstream === undefined ? {} : { [segmentNames.upstream]: upstream }),
          [input]: state,
        });
        const optional = (output: string) => (fetches[output] === undefined ? undefined : floats(fetches, output));
        return {
          gradient: floats(fetches, segmentNames.gradient).data,
          scores: optional(segmentNames.scores),
          evidence: optional(segmentNames.evidence),
          probabilities: optional(probabilities),
          attentionGradient: optional(segmentNames.attentionGradient),
        };
      }),
    );
  }

  /** Programs of the two graphs differ in the last block alone; the others are shared. */
  #name(kind: string, model: TransformerGraph, block: number): string {
    const isLast = block === streamOf(model.anatomy).hiddenStates.length - 1;
    return `${kind} of block ${block}${isLast && model === this.#source.sweep ? " (sweep)" : ""}`;
  }

  async #use<T>(name: string, build: () => Graph, body: (session: Session) => Promise<T>): Promise<T> {
    const { runtime, session: options, forward } = this.#source;
    const encoded = this.#encoded.get(name) ?? encodeProgram(build(), forward.opsets, runtime);
    this.#encoded.set(name, encoded);
    const session = await runtime.compile(encoded, { ...options, prepack: false, name });
    try {
      return await body(session);
    } finally {
      await session.dispose();
    }
  }
}

/** Numbers as rows of hidden states [rows, positions, width]. */
export const asStates = (data: Float32Array, positions: number, width: number): FloatTensor =>
  floatTensor(data, [data.length / (positions * width), positions, width]);
