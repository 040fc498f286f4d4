/** @file From the parts of a model to a model that can be explained: programs that are compiled when first needed. */

// Of models that are disposed of: not every project has these types.
/// <reference lib="esnext.disposable" preserve="true" />

import type { ExplainableModel, Platform, TextTower } from "../attribution/explainable-model.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckedPrograms } from "../program/checked-programs.ts";
import { LimitedPrograms } from "../program/limited-programs.ts";
import type { ProgramSource } from "../program/model-programs.ts";
import { Programs } from "../program/programs.ts";
import { StreamedPrograms, type StreamSource } from "../program/streamed-programs.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { type Anatomy, askedTokensOf, logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { findNonFinite, type NonFiniteTensor, nonFiniteError } from "./find-non-finite.ts";
import type { ModelParts, OriginalFile, TextTowerParts, WeightFacts } from "./model-parts.ts";

/** A loaded model on any platform. Holds compiled programs: call `dispose()`, or declare it with `await using`. */
export interface AssembledModel extends ExplainableModel, AsyncDisposable {
  /** Undefined for an ONNX file without config.json. */
  readonly config: CheckpointConfig | undefined;
  readonly weights: WeightFacts;
  /** The forward graph with its anatomy. */
  readonly transformer: TransformerGraph;
  /** The graphs that its programs are made of, and the engine that runs them. */
  readonly source: ProgramSource;
  /** The ONNX file as it is; undefined for checkpoints. */
  readonly original?: OriginalFile;
  /** Whether it is run block by block, because it is larger than the memory: then nothing may compile it whole. */
  readonly streamed: boolean;
  /** What was done to the graph of an ONNX file, one sentence each. */
  readonly notes: readonly string[];
  readonly runtime: string;
  /** Weights that hold NaN or infinities. Cost: all weights are read once. */
  findNonFinite(): Promise<readonly NonFiniteTensor[]>;
  dispose(): Promise<void>;
}

/** What a platform adds to the parts of a model. */
export interface Assembly {
  /** What explanations call the model. */
  readonly id: string;
  readonly runtime: Runtime;
  readonly platform: Platform;
  readonly session?: Pick<SessionOptions, "prepack" | "threads">;
  /** Run the model block by block, within this memory. */
  readonly stream?: Pick<StreamSource, "memoryBytes" | "spill"> | undefined;
}

export function assembleModel(parts: ModelParts, assembly: Assembly): AssembledModel {
  const { id, runtime, platform, session = {}, stream } = assembly;
  const { forward, sweep, weights, labels, tokenizer, imageProcessor } = parts;
  const { anatomy } = forward;
  const source: ProgramSource = {
    forward,
    sweep,
    classes: parts.classes ?? labels.length,
    rules: parts.rules,
    runtime,
    session: { ...parts.place, ...session },
  };
  const whole = stream === undefined ? new Programs(source) : new StreamedPrograms({ ...source, ...stream });
  const unchecked = parts.limits === undefined ? whole : new LimitedPrograms(whole, parts.limits);
  let found: Promise<readonly NonFiniteTensor[]> | undefined;
  const find = () => {
    found ??= findNonFinite(forward.graph, parts.read); // the weights stay what they are
    return found;
  };
  const programs = new CheckedPrograms(
    unchecked,
    async (result) => nonFiniteError(id, result, await find()),
    askedTokensOf(anatomy)?.positions,
  );
  const tower = parts.texts === undefined ? undefined : assembleModel(parts.texts.parts, assembly);
  const texts = tower === undefined ? undefined : textTower(tower, parts.texts as TextTowerParts);
  const dispose = async () => {
    await programs.dispose();
    await tower?.dispose();
    await parts.release?.();
  };
  return {
    config: parts.config,
    weights,
    transformer: forward,
    source,
    ...(parts.original === undefined ? {} : { original: parts.original }),
    streamed: stream !== undefined,
    notes: parts.notes,
    runtime: runtime.description,
    findNonFinite: find,
    facts: {
      id,
      family: parts.family,
      task: taskOf(anatomy),
      blocks: streamOf(anatomy).hiddenStates.length,
      heads: streamOf(anatomy).heads,
      width: streamOf(anatomy).width,
      activation: parts.activation,
      sha256: weights.sha256,
    },
    labels,
    activation: parts.activation,
    anatomy,
    modality: parts.modality,
    programs,
    ...(parts.sentences === undefined ? {} : { sentences: parts.sentences }),
    ...(texts === undefined ? {} : { texts }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(imageProcessor === undefined ? {} : { imageProcessor }),
    platform,
    ...(parts.ownAnswers === undefined ? {} : { ownAnswers: parts.ownAnswers }),
    warnings: parts.warnings,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

const textTower = (model: AssembledModel, { parts: _, ...scoring }: TextTowerParts): TextTower => ({
  ...scoring,
  model,
});

/** As Hugging Face calls it. */
function taskOf(anatomy: Anatomy): string {
  const output = logitsOf(anatomy);
  switch (output.kind) {
    case "embedding":
      return output.shared ? "zero-shot-image-classification" : "sentence-similarity";
    case "next-token":
      return "text-generation";
    case "masked-token":
      return "fill-mask";
    case "span":
      return "question-answering";
    case "logits":
      if (output.per === "token") return "token-classification";
      return `${streamOf(anatomy).kind}-classification`;
  }
}
