/** @file What explaining takes of memory, told before anything runs. */

import { sweepMemory } from "@calig/core/internal/attribution/integral/run-size";
import { onceCopied, weightMemory, worthCopying } from "@calig/core/internal/loading/weight-plan";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import type { LoadedModel } from "./load-model.ts";

/** Lengths of texts that estimates are given for, tokens. */
const LENGTHS = [32, 128, 512] as const;

/** Estimates in bytes; engines reuse buffers as they see fit. */
export interface MemoryEstimate {
  /** The weights, held whole: what is mapped from files and what is converted to float32. */
  readonly weights: number;
  /** The activations of one run, for inputs of some lengths; images have one. */
  readonly runs: readonly {
    /** Tokens or patches, special ones included. */
    readonly positions: number;
    /** What each point of the integration adds. */
    readonly point: number;
    /** Points that one run takes at most. */
    readonly points: number;
    /** The largest run: the points that fit the budget. */
    readonly run: number;
  }[];
}

/** Estimates for a model with the default budget, or with the one that is given, bytes. Runs nothing. */
export function estimateMemory(model: LoadedModel, memory?: number): MemoryEstimate {
  const { anatomy, tokenizer, weights } = model;
  const stored = weightMemory(weights.elements);
  const { mapped, converted } = worthCopying(stored) ? onceCopied(stored) : stored;
  const most = tokenizer?.maxLength ?? Number.POSITIVE_INFINITY;
  const { patches } = streamOf(anatomy);
  const lengths =
    patches === undefined
      ? [...new Set(LENGTHS.map((length) => Math.min(length, most)))]
      : [patches.specialTokens + patches.rows * patches.columns];
  return {
    weights: mapped + converted,
    runs: lengths.map((positions) => ({
      positions,
      ...sweepMemory(model, positions, memory === undefined ? {} : { memory }),
    })),
  };
}
