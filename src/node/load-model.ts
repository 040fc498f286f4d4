/** @file From a folder on disk, or the name of a built-in model, to a model that can be explained. */

import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import { CheckpointError, InvalidOptionError } from "../errors.ts";
import { type ImageProcessor, parseImageProcessor } from "../input/image/image-processor.ts";
import { processedSize } from "../input/image/process-image.ts";
import { loadNativeTokenizer } from "../input/text/native-tokenizer.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import { Programs } from "../program/programs.ts";
import type { Activation } from "../program/score.ts";
import { createNodeRuntime } from "../runtime/onnxruntime-node.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import { familyOf } from "../transformer/families.ts";
import { builtinFolder, builtinModels } from "./builtin-models.ts";
import { copyAsFloat32 } from "./float32-copy.ts";
import {
  availableBytes,
  checkMemory,
  onceCopied,
  weightMemory,
  worthCopying,
  worthPrepacking,
} from "./memory-check.ts";
import { nodePlatform } from "./platform.ts";
import { type CheckpointWeights, readWeights } from "./weights.ts";

export interface LoadOptions {
  /** Threads of one operator. Default: the engine decides (one per physical core). */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** A loaded model. Holds compiled programs: call `dispose()`, or declare it with `await using`. */
export interface LoadedModel extends ExplainableModel, AsyncDisposable {
  readonly folder: string;
  readonly config: CheckpointConfig;
  readonly weights: CheckpointWeights;
  /** The forward graph with its anatomy. */
  readonly transformer: TransformerGraph;
  readonly runtime: string;
  dispose(): Promise<void>;
}

/**
 * Loads a model: the name of a built-in one ("sst2") or a Hugging Face folder (config.json, model.safetensors and
 * tokenizer files). Nothing is fetched from a network. Programs are compiled when first needed.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family.
 */
export async function loadModel(source: string, options: LoadOptions = {}): Promise<LoadedModel> {
  checkThreads(options.threads);
  const builtin = builtinFolder(source);
  const folder = builtin ?? resolve(source);
  await checkFolder(source, folder);
  const config = parseConfig(await readText(folder, "config.json"), "config.json");
  const family = familyOf(config.modelType);
  const weights = await readWeights(folder);
  const memory = weightMemory(weights.elements);
  const copied = worthCopying(memory);
  const warnings = checkMemory(source, copied ? onceCopied(memory) : memory, availableBytes());
  options.signal?.throwIfAborted();
  const imageProcessor = family.kind === "image" ? await readImageProcessor(folder) : undefined;
  const inputSize = imageProcessor === undefined ? undefined : processedSize(imageProcessor);
  const build = { ...(inputSize === undefined ? {} : { inputSize }) };
  family.build(config, weights.source, build); // says what is wrong before anything is copied
  const maxLength = family.maxLength(config);
  const tokenizer = maxLength === undefined ? undefined : await readTokenizer(folder, maxLength);
  const stored = copied ? await copyAsFloat32(weights) : undefined;
  const { source: tensors, folder: weightsFolder } = stored ?? weights;
  const transformer = family.build(config, tensors, build);
  const { anatomy } = transformer;
  const runtime = createNodeRuntime();
  const programs = new Programs({
    forward: transformer,
    sweep: family.build(config, tensors, { ...build, lastBlock: "pooled" }),
    classes: config.labels.length,
    runtime,
    session: {
      weightsFolder,
      prepack: worthPrepacking(memory),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    },
  });
  const dispose = async () => {
    await programs.dispose();
    await stored?.release();
  };
  return {
    folder,
    config,
    weights,
    transformer,
    runtime: runtime.description,
    facts: {
      id: builtin === undefined ? basename(folder) : source,
      family: family.name,
      task: anatomy.logitsPer === "token" ? "token-classification" : `${family.kind}-classification`,
      blocks: anatomy.hiddenStates.length,
      heads: anatomy.heads,
      width: anatomy.width,
      sha256: weights.sha256,
    },
    labels: config.labels,
    activation: activationOf(config),
    anatomy,
    programs,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(imageProcessor === undefined ? {} : { imageProcessor }),
    platform: nodePlatform,
    warnings,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** How the head's logits become probabilities, as transformers decides it: by problem_type, else by the number of labels. */
function activationOf(config: CheckpointConfig): Activation {
  if (config.problemType === "regression") return "none";
  if (config.problemType === "multi_label_classification") return "sigmoid";
  return config.problemType === undefined && config.labels.length === 1 ? "none" : "softmax";
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new InvalidOptionError(`Cannot use ${threads} threads: give a whole number of at least 1`, "threads", threads);
}

async function checkFolder(source: string, folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const names = builtinModels().map((model) => `"${model.id}"`);
  throw new CheckpointError(
    found === undefined
      ? `Cannot load model "${source}": there is no such folder, and no built-in model of that name; built in: ${names.join(", ")}`
      : `Cannot load model "${source}": it is a file; give the folder that holds config.json, model.safetensors and the tokenizer files`,
    source,
  );
}

async function readText(folder: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), "utf8");
  } catch (cause) {
    throw new CheckpointError(
      `Cannot load a model from "${folder}": there is no readable "${file}"; a Hugging Face model folder has one`,
      file,
      { cause },
    );
  }
}

async function readJson(folder: string, file: string): Promise<object | undefined> {
  const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${file}" in "${folder}": it is not valid JSON; download it again`, file, {
      cause,
    });
  }
}

const PREPROCESSOR = "preprocessor_config.json";

async function readImageProcessor(folder: string): Promise<ImageProcessor> {
  return parseImageProcessor(await readText(folder, PREPROCESSOR), PREPROCESSOR);
}

async function readTokenizer(folder: string, modelMaxLength: number): Promise<Tokenizer> {
  const tokenizerConfig = await readJson(folder, "tokenizer_config.json");
  const specialTokensMap = await readJson(folder, "special_tokens_map.json");
  await readText(folder, "tokenizer.json");
  return loadNativeTokenizer({
    tokenizerJson: join(folder, "tokenizer.json"),
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    ...(specialTokensMap === undefined ? {} : { specialTokensMap }),
    modelMaxLength,
  });
}
