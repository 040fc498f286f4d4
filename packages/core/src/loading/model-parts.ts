/** @file What loading gives, whatever kind of file a model is stored in and wherever the files are. */

import type { Modality, OwnAnswers, TextTower } from "../attribution/explainable-model.ts";
import type { Warning } from "../attribution/explanation.ts";
import type { RuleRegistry } from "../autodiff/registry.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { SentenceSettings } from "../checkpoint/sentence-modules.ts";
import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { TokenizerFiles } from "../input/text/settings/tokenizer-files.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { ReadRange } from "../onnx/external-data.ts";
import type { ValueInfo } from "../onnx/model.ts";
import type { Activation } from "../program/activation.ts";
import type { RowLimits } from "../program/limited-programs.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import type { DType } from "../tensor/dtype.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";

/** What the weights of a model are, wherever they are stored. */
export interface WeightFacts {
  readonly bytes: number;
  readonly parameters: number;
  /** Number of elements of each element type, most frequent type first. */
  readonly elements: ReadonlyMap<DType, number>;
  /** What the file calls its element types, most frequent first, where it has names of its own ("Q4_K"). */
  readonly types?: readonly string[];
  /** Of the bytes of all files, in the order of their names. */
  readonly sha256: string;
}

/** Where the engine finds weights: in a folder, or in bytes by their location. */
export type WeightPlace = Pick<SessionOptions, "weightsFolder" | "weights">;

/** The ONNX file that a model was read from, untouched: what the engine makes of it is what calig must compute. */
export interface OriginalFile {
  readonly name: string;
  /** What the file takes, in its own types. */
  readonly inputs: readonly ValueInfo[];
  /** Names of what it gives. */
  readonly outputs: readonly string[];
  /** Its value that the logits are, where they were given other axes. Default: the one of that name. */
  readonly logits?: string;
  /** The bytes of the file, and where those of its side files are. */
  read(): Promise<{ readonly bytes: Uint8Array; readonly place: WeightPlace }>;
}

/** A model before its programs. */
export interface ModelParts {
  /** "bert", or "unknown" where no configuration says it. */
  readonly family: string;
  readonly config: CheckpointConfig | undefined;
  readonly weights: WeightFacts;
  /** What the weights of the graphs are relative to. */
  readonly place: WeightPlace;
  /** Parts of the files there. */
  readonly read: ReadRange;
  /** Whether its weights are to be held block by block. */
  readonly streamed: boolean;
  /** Whether programs are to lay out weights of their own. */
  readonly prepack: boolean;
  /** Ends what was opened, and deletes what was written, for this model. */
  release?(): Promise<void>;
  /** Graph of which all positions of all blocks are computed, and the one that the sweep is made of. */
  readonly forward: TransformerGraph;
  readonly sweep: TransformerGraph;
  /** The kind of input that it reads. */
  readonly modality: Modality;
  /** Gradient rules for the operators of the graphs. */
  readonly rules: RuleRegistry;
  /** How many rows the graphs compute; absent where any number. */
  readonly limits?: RowLimits;
  readonly labels: readonly string[];
  readonly activation: Activation;
  /** How many logits there are, where they are not named. Default: as many as labels. */
  readonly classes?: number;
  /** Models that make embeddings of texts: how texts are given and compared. */
  readonly sentences?: SentenceSettings;
  /** Of two towers that of texts, where this one reads pictures. */
  readonly texts?: TextTowerParts;
  /** Undefined for checkpoints. */
  readonly original?: OriginalFile;
  /** The value of an ONNX file that the logits are, where they were given other axes. */
  readonly logitsInFile?: string;
  readonly tokenizer?: Tokenizer;
  readonly imageProcessor?: ImageProcessor;
  /** What the file itself answers, where calig computes it in other arithmetic. */
  readonly ownAnswers?: OwnAnswers;
  readonly warnings: readonly Warning[];
  /** What was done to the graph that was read, one sentence each. */
  readonly notes: readonly string[];
}

/** The tower of texts before its programs, and how embeddings of both are held against each other. */
export interface TextTowerParts extends Omit<TextTower, "model"> {
  readonly parts: ModelParts;
}

/** What the model says of its tokenizer. */
export type TokenizerFacts = Pick<TokenizerFiles, "modelMaxLength" | "embeddingRows" | "model">;
