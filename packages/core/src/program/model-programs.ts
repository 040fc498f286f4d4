/** @file What can be asked of the programs of one loaded model, whether they hold it whole or block by block. */

import type { RuleRegistry } from "../autodiff/registry.ts";
import type { Feeds, Runtime, SessionOptions } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import type { ScoreSpec } from "./score.ts";

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
}

/** Rows of the batch, at most, whose gradients are read at every block that they pass: the first points of block 0. */
export const PASSING_ROWS = 2;

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
  /** Called with the share of the run that is done, where it is done in pieces; what it throws ends the run. */
  readonly onPiece?: (done: number) => void;
}

export interface SweepResult {
  /** F at every point. */
  readonly scores: Float64Array;
  /** Of every point at its block: dF/dH * (H - B), summed over the width [positions]. */
  readonly relevance: readonly Float32Array[];
  /**
   * passing[l][row]: the same of the first points of block 0, at most `PASSING_ROWS`, at every block. The path of a block
   * begins and ends in the states that the baseline and the input themselves reach there, so that its ends need no rows
   * of their own.
   */
  readonly passing: readonly (readonly Float32Array[])[];
  /** attention[l]: mean over heads of A * dF/dA [queries, positions] at the first point of block 0; empty when it has none. */
  readonly attention: readonly FloatTensor[];
}

/** Hidden states entering one block, to go on from. */
export interface StateRequest {
  readonly block: number;
  /** [rows, positions, width] */
  readonly hiddenState: FloatTensor;
  /** Inputs of the model that the blocks use besides the hidden state (attention mask): of one row for all, or of each. */
  readonly feeds: Feeds;
}

export interface HiddenGradient {
  /** F of every row. */
  readonly scores: Float32Array;
  /** dF/dH [rows, positions, width]. */
  readonly gradient: FloatTensor;
}

export interface AttentionGradients {
  /** F of every row. */
  readonly scores: Float32Array;
  /** A_l and dF/dA_l of every block [rows, heads, queries, keys]. */
  readonly probabilities: readonly FloatTensor[];
  readonly gradients: readonly FloatTensor[];
}

/** How a model is run: everything the programs need of a loaded model. */
export interface ProgramSource {
  /** Graph of which all positions of all blocks are computed. */
  readonly forward: TransformerGraph;
  /** Graph that the sweep is made of: the same function, free to leave out what the logits do not need. */
  readonly sweep: TransformerGraph;
  readonly classes: number;
  /** Gradient rules. Default: calig's. */
  readonly rules?: RuleRegistry | undefined;
  readonly runtime: Runtime;
  readonly session: Omit<SessionOptions, "name">;
}

/** What can be computed with one loaded model, however its weights are held. */
export interface ModelPrograms {
  readonly blocks: number;
  readonly width: number;
  readonly classes: number;
  /** Whether a run divides itself into pieces that fit the memory; else its caller must. */
  readonly dividesRuns: boolean;
  /** Logits and hidden states of an input. Cost: one forward pass. */
  forward(feeds: Feeds): Promise<ForwardResult>;
  /**
   * Logits alone, of any number of inputs of one length: [batch, classes], or [batch, tokens, classes] where every token
   * is classified. Cost: one forward pass per row.
   */
  logits(feeds: Feeds): Promise<FloatTensor>;
  /**
   * The forward pass with the word vectors of some positions replaced.
   *
   * @param replaced - 1 for every position whose word vector is replaced, [batch x positions].
   * @param vector - "mean" of the embedding table, or "zero".
   */
  forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult>;
  /** The same from the first hidden state [batch, positions, width]. Cost: one forward pass per row. */
  forwardFrom(request: Omit<StateRequest, "block">): Promise<ForwardResult>;
  /**
   * Integrated Gradients of all blocks over the given points, in one run.
   *
   * Cost: every point at block l passes forward and backward through blocks l..L-1.
   */
  sweep(request: SweepRequest): Promise<SweepResult>;
  /**
   * Logits of any number of hidden states entering a block: [rows, classes], or [rows, tokens, classes]. Cost: one forward
   * pass through the blocks from there on per row.
   */
  logitsFrom(request: StateRequest): Promise<FloatTensor>;
  /** Attention probabilities of the blocks from `block` to `last` [rows, heads, queries, keys]. Cost: as `logitsFrom`, to the last one. */
  attention(request: StateRequest & { readonly last: number }): Promise<readonly FloatTensor[]>;
  /** F and its gradient with respect to the hidden state entering a block. Cost: one pass forward and one back per row. */
  hiddenGradient(request: StateRequest & { readonly score: ScoreSpec }): Promise<HiddenGradient>;
  /** F, the attention of all blocks and its gradients, from the first hidden state. Cost: one pass forward and one back per row. */
  attentionGradients(request: Omit<StateRequest, "block"> & { readonly score: ScoreSpec }): Promise<AttentionGradients>;
  /**
   * Logits with the attention into some positions taken away, block by block [rows, classes]. Absent where a model is run
   * block by block. Cost: one forward pass per row.
   *
   * @param kept - Of each block [rows x positions]: 1 where a position may be looked at, 0 where not.
   */
  readonly knockedOut?: ((feeds: Feeds, kept: readonly Float32Array[]) => Promise<FloatTensor>) | undefined;
  /** Releases all compiled programs. */
  dispose(): Promise<void>;
}
