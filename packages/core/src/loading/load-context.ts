/** @file What loading is done with: what the platform gives, and what the caller asked for. */

import type { TokenizerFiles } from "../input/text/settings/tokenizer-files.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { Spill } from "../program/state-store.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { CreateScratch } from "./float32-weights.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Task } from "./task.ts";
import type { MemoryOptions } from "./weight-plan.ts";

export interface LoadContext {
  /** What the caller called the model, for errors. */
  readonly source: string;
  readonly runtime: Runtime;
  /** Families, gradient rules and rewrites of graphs: calig's own, and those that the caller adds. */
  readonly knowledge: Knowledge;
  /** Makes a tokenizer of its files. */
  createTokenizer(files: TokenizerFiles): Tokenizer | Promise<Tokenizer>;
  /** What memory there is and may be taken. Default: nothing is known, and models are held whole. */
  readonly memory?: MemoryOptions | undefined;
  /** Temporary files for what memory has no room for. Default: there is no disk. */
  readonly disk?: {
    /** Weights of files that have to be converted. */
    readonly weights: CreateScratch;
    /** Hidden states of models that are run block by block. */
    readonly states: () => Spill;
  };
  /** Whether inputs are explained however far the file's own answers are from those of float32. Default: no. */
  readonly acceptDifference?: boolean | undefined;
  /** What the model is used for, where its files do not say it. Default: what they say. */
  readonly task?: Task | undefined;
  readonly signal?: AbortSignal | undefined;
}
