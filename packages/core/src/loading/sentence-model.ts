/** @file A sentence-transformers folder: what makes embeddings of the hidden states of its encoder, and what it says of texts. */

import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import {
  jsonRecord,
  MODULES,
  parseModules,
  readPooling,
  readSentenceSettings,
  type SentenceModule,
  type SentenceSettings,
} from "../checkpoint/sentence-modules.ts";
import { CheckpointError, quote, UnsupportedModelError } from "../errors.ts";
import { viewBytes } from "../tensor/dtype.ts";
import { toFloatTensor } from "../tensor/half.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { EmbeddingLayer, EmbeddingPlan } from "../transformer/embedding.ts";
import { openWeights } from "./checkpoint-weights.ts";
import type { Contents } from "./contents.ts";
import type { ModelStore } from "./model-store.ts";

/** What a folder says of embeddings. */
export interface SentenceModel {
  readonly plan: EmbeddingPlan;
  readonly settings: SentenceSettings;
  /** Most tokens that are read, special ones included, where the folder says it. */
  readonly maxTokens?: number;
  /** What readers of explanations must know. */
  readonly warnings: readonly Warning[];
  /** That nothing but the caller says that the model makes embeddings. Absent for no. */
  readonly assumed?: true;
}

/** What sentence-transformers makes of a folder that says nothing: the mean of all positions. */
const UNSAID: SentenceModel = {
  plan: { pooling: ["mean"], layers: [] },
  settings: { similarity: "cosine", prompts: {} },
  assumed: true,
  warnings: [
    {
      code: "assumed-pooling",
      message: `Nothing in the folder says how embeddings are made (there is no ${quote(MODULES)}): they are the mean of the last hidden states, as sentence-transformers assumes; a model that was trained with another pooling gives other similarities`,
    },
  ],
};

/** Activations of Dense modules. */
const ACTIVATIONS: Readonly<Record<string, string | undefined>> = {
  Identity: undefined,
  Tanh: "tanh",
  ReLU: "relu",
  GELU: "gelu",
  Sigmoid: "sigmoid",
  SiLU: "silu",
};

const SETTINGS = "config_sentence_transformers.json";
const TRANSFORMER = "sentence_bert_config.json";

/**
 * @param asked - Whether the caller says that the model makes embeddings, so that nothing else needs to say it.
 * @returns Undefined where the folder is none of sentence-transformers.
 * @throws {CheckpointError} When files are missing or no such files.
 * @throws {UnsupportedModelError} For a module that calig does not build.
 */
export async function readSentenceModel(
  { store, names }: Contents,
  asked: boolean,
): Promise<SentenceModel | undefined> {
  if (names !== undefined ? !names.includes(MODULES) : !asked) return asked ? UNSAID : undefined;
  const list = await store.text(MODULES);
  if (list === undefined) return asked ? UNSAID : undefined;
  const [encoder, pooling, ...others] = parseModules(list);
  if (encoder?.type !== "Transformer" || encoder.path !== "") {
    const found = encoder?.type === "Transformer" ? `in the folder ${quote(encoder.path)}` : quote(encoder?.type ?? "");
    throw new UnsupportedModelError(
      `Cannot build the model: the first module of ${quote(MODULES)} is ${found}, wanted a Transformer beside that file; save it again with sentence-transformers, whose newer versions write it so`,
      [{ reason: "first module" }],
    );
  }
  if (pooling?.type !== "Pooling") {
    // The head of a CrossEncoder or of a sparse model is no pooling.
    throw new UnsupportedModelError(
      `Cannot build the model: the second module of ${quote(MODULES)} is ${quote(pooling?.type ?? "none")}, wanted a Pooling`,
      [{ reason: "second module" }],
    );
  }
  const file = `${pooling.path}/config.json`;
  const layers: EmbeddingLayer[] = [];
  for (const module of others) layers.push(...(await readLayer(store, module)));
  const [about, encoding] = [await store.text(SETTINGS), await store.text(TRANSFORMER)];
  const settings = readSentenceSettings(about === undefined ? {} : jsonRecord(about, SETTINGS), SETTINGS);
  const pools = jsonRecord(await needed(store, file), file);
  if (pools.include_prompt === false && Object.values(settings.prompts).some((prompt) => prompt !== "")) {
    throw new UnsupportedModelError(
      `Cannot build the model: ${quote(file)} leaves prompts out of the pooling ("include_prompt" is false), and calig pools all tokens`,
      [{ reason: "include_prompt" }],
    );
  }
  const { max_seq_length: most } = encoding === undefined ? {} : jsonRecord(encoding, TRANSFORMER);
  return {
    plan: { pooling: readPooling(pools, file), layers },
    settings,
    warnings: [],
    ...(typeof most === "number" && most > 0 ? { maxTokens: most } : {}),
  };
}

/**
 * Hidden states that a head for classes was trained on are no embeddings: every two texts of a class are alike in them.
 *
 * @throws {UnsupportedModelError} For a model with such a head, in a folder that says nothing of embeddings.
 */
export function refuseHead({ assumed }: SentenceModel, { architectures, file }: CheckpointConfig): void {
  const head = architectures.find((name) =>
    /For(SequenceClassification|TokenClassification|QuestionAnswering)$/.test(name),
  );
  if (assumed !== true || head === undefined) return;
  throw new UnsupportedModelError(
    `Cannot build embeddings: ${file} says that the model is "${head}", and nothing in the folder says how it makes embeddings (there is no ${quote(MODULES)}); give a folder of sentence-transformers, or an encoder without a head`,
    [{ reason: "embeddings of a classifier" }],
  );
}

async function needed(store: ModelStore, file: string): Promise<string> {
  const text = await store.text(file);
  if (text !== undefined) return text;
  throw new CheckpointError(
    `Cannot load a model from ${quote(store.where)}: there is no ${quote(file)}, which ${quote(MODULES)} names; copy it from where the model comes from`,
    file,
  );
}

async function readLayer(store: ModelStore, { type, path }: SentenceModule): Promise<readonly EmbeddingLayer[]> {
  switch (type) {
    case "Normalize":
      return [{ kind: "normalize" }];
    case "Dropout":
      return [];
    case "Dense":
      return [await readDense(store, path)];
    default:
      throw new UnsupportedModelError(
        `Cannot build the model: ${quote(MODULES)} has a module of type ${quote(type)}; calig builds Transformer, Pooling, Dense and Normalize`,
        [{ reason: `module ${type}` }],
      );
  }
}

async function readDense(store: ModelStore, folder: string): Promise<EmbeddingLayer> {
  const file = `${folder}/config.json`;
  const { activation_function: named } = jsonRecord(await needed(store, file), file);
  const name = typeof named === "string" ? (named.split(".").at(-1) as string) : "Tanh";
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw new UnsupportedModelError(
      `Cannot build the model: ${quote(file)} names the activation ${quote(String(named))}; calig knows ${Object.keys(ACTIVATIONS).join(", ")}`,
      [{ reason: `activation ${name}` }],
    );
  }
  const weights = `${folder}/model.safetensors`;
  const bias = await readTensor(store, weights, "linear.bias");
  const weight = await readTensor(store, weights, "linear.weight");
  if (weight === undefined) {
    throw new CheckpointError(
      `Cannot load a model from ${quote(store.where)}: there is no tensor "linear.weight" in ${quote(weights)}; save the model again with sentence-transformers, which writes safetensors`,
      weights,
    );
  }
  const act = ACTIVATIONS[name];
  return {
    kind: "dense",
    weight,
    ...(bias === undefined ? {} : { bias }),
    ...(act === undefined ? {} : { act }),
  };
}

async function readTensor(store: ModelStore, path: string, name: string): Promise<FloatTensor | undefined> {
  const opened = await openWeights(store, path);
  const entry = opened?.index.tensors.get(name);
  if (opened === undefined || entry === undefined) return undefined;
  const { dtype, shape, offset, length } = entry;
  const bytes = await store.bytes(path, { offset, length });
  return toFloatTensor({ dtype, shape, data: viewBytes(dtype, bytes ?? new Uint8Array()) });
}
