/** @file What an explanation needs of a loaded model, whatever platform loaded it. */

import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { ModelPrograms } from "../program/model-programs.ts";
import type { Activation } from "../program/score.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Anatomy } from "../transformer/anatomy.ts";
import type { ModelFacts, Warning } from "./explanation.ts";
import type { TunedSettings } from "./tuned.ts";

/** The few facts of the machine that explanations report or depend on. */
export interface Platform {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Resident memory of the process, bytes; 0 where the platform cannot tell. */
  residentBytes(): number;
  /** Memory that could still be used, bytes; 0 where the platform cannot tell. */
  freeBytes(): number;
}

/** The file of a model as it is, for models that calig computes in other arithmetic than the file asks for. */
export interface OwnAnswers {
  /** Name of the file. */
  readonly file: string;
  readonly kind: "quantised" | "half-precision";
  /** Whether inputs are explained however far the two are apart. */
  readonly accepted: boolean;
  /** Logits of the file for the feeds of the forward program; undefined where the engine cannot run the file as it is. */
  logits(feeds: Feeds): Promise<Float32Array | undefined>;
}

/** A model that is ready to be explained. */
export interface ExplainableModel {
  readonly facts: ModelFacts;
  /** Name of each class, by index. */
  readonly labels: readonly string[];
  readonly activation: Activation;
  readonly anatomy: Anatomy;
  readonly programs: ModelPrograms;
  /** Text models only. */
  readonly tokenizer?: Tokenizer;
  /** Image models only: what is done to a picture before the model sees it. */
  readonly imageProcessor?: ImageProcessor;
  /** How CA-LIG fuses and weighs the blocks of this model where the caller does not say. */
  readonly tuned?: TunedSettings;
  readonly platform: Platform;
  /** The file of the model, where calig computes it in other arithmetic than the file asks for. */
  readonly ownAnswers?: OwnAnswers;
  /** What the reader of every explanation of this model must know. */
  readonly warnings?: readonly Warning[];
}
