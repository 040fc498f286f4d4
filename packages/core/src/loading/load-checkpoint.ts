/** @file A Hugging Face checkpoint in any store: its weights, an adapter, what is converted, and the graphs that its family builds. */

import { adaptedConfig, classesOf } from "../checkpoint/adapter/adapter.ts";
import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { checkFixedSizes, storedBytes } from "../graph/fixed-sizes.ts";
import { processedSize } from "../input/image/process-image.ts";
import { modalityOf } from "../modality/modalities.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { byteSize, isFloating } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { logitsOf, streamOf } from "../transformer/anatomy.ts";
import { checkHead } from "../transformer/check-head.ts";
import { checkSizes } from "../transformer/check-sizes.ts";
import { familyOf } from "../transformer/families.ts";
import { familyConfig } from "../transformer/family-config.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { parseJson } from "../util/parse-json.ts";
import { anyWeights, type CheckpointFiles, checkpointWeights } from "./checkpoint-weights.ts";
import { adaptersBelow, type FoundAdapter, findAdapter } from "./find-adapter.ts";
import { asFloat32 } from "./float32-weights.ts";
import { checkpointHead } from "./head.ts";
import type { Knowledge } from "./knowledge.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts, Preprocessors, WeightPlace } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { type PreparedWeights, prepareWeights, recordUse } from "./prepare-weights.ts";
import { preprocessorsIn, tokenizerFacts } from "./preprocessors.ts";
import { unusedTensors } from "./unused-tensors.ts";
import { planWeights, weightMemory } from "./weight-plan.ts";

const CONFIG = "config.json";

/** A configuration, and the text that it was read from. */
export interface StoredConfig {
  readonly json: string;
  readonly config: CheckpointConfig;
}

/** config.json; undefined where there is none. @throws {CheckpointError} When it is no configuration. */
export async function readConfig(store: ModelStore): Promise<StoredConfig | undefined> {
  const json = await store.text(CONFIG);
  return json === undefined ? undefined : { json, config: parseConfig(json, CONFIG) };
}

/**
 * Builds a model from config.json, safetensors, and tokenizer or preprocessor files.
 *
 * @param own - config.json of the store.
 * @param beside - Weights that were found in the store already.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family.
 */
export async function loadCheckpoint(
  store: ModelStore,
  own: StoredConfig | undefined,
  beside: CheckpointFiles | undefined,
  context: LoadContext,
): Promise<ModelParts> {
  const { source, runtime, knowledge, memory, signal, disk } = context;
  const adapter = await findAdapter(store, beside === undefined ? undefined : true);
  const base = adapter?.base ?? store;
  const stored = base === store ? own : await readConfig(base);
  if (stored === undefined) throw missingConfig(base);
  familyOf(stored.config.modelType, knowledge.families); // before the weights are read
  const files = (base === store ? beside : undefined) ?? (await anyWeights(base));
  const weights = checkpointWeights(files, adapter?.weights);
  const facts = { ...weights.facts, sha256: await weights.sha256() };
  const config = adapter === undefined ? stored.config : adapted(own ?? stored, adapter, weights.adapter);
  const merge = adapter === undefined ? undefined : { settings: adapter.settings, tensors: weights.adapter };
  const prepared = await prepareWeights(weights.source, config, weights.read, merge);
  signal?.throwIfAborted();
  const { source: recorded, used } = recordUse(prepared.source);
  const preprocessors = preprocessorsIn(await preprocessorStore(store, base), context);
  const build = await prepareCheckpoint(config, recorded, preprocessors, knowledge);
  const computed = prepared.derived.size > 0;
  const needed = computed ? computedMemory(prepared.source, used) : weightMemory(facts.elements);
  const { streamed, copied, warnings } = planWeights(source, needed, true, memory);
  const half = copied || (runtime.lacksHalfPrecision === true && needed.converted > 0);
  const plain = { place: weights.place, read: weights.read, source: prepared.source };
  const names = weightsAmong(prepared, used, half, weights.place);
  const converted =
    half || computed ? await asFloat32(plain, { names, derived: prepared.derived }, disk?.weights) : undefined;
  const placed = converted ?? plain;
  const parts = build(placed.source);
  return {
    ...parts,
    weights: facts,
    streamed,
    place: placed.place,
    read: placed.read,
    ...(converted === undefined ? {} : { release: converted.release }),
    warnings: [
      ...prepared.warnings,
      ...parts.warnings,
      ...warnings,
      ...(adapter === undefined ? await adaptersBelow(store) : []),
    ],
  };
}

const missingConfig = ({ where, remedy }: ModelStore): CheckpointError =>
  new CheckpointError(
    `Cannot load a model from "${where}": there is no "${CONFIG}"; ${remedy ?? "a Hugging Face model folder has one"}`,
    CONFIG,
  );

/** The configuration of a base model, with the head and the classes of the adapter. */
function adapted(
  { json }: StoredConfig,
  { settings }: FoundAdapter,
  tensors: ReadonlyMap<string, StoredTensor>,
): CheckpointConfig {
  const fields = parseJson(json) as Readonly<Record<string, unknown>>;
  return parseConfig(JSON.stringify(adaptedConfig(fields, settings, classesOf(tensors))), CONFIG);
}

/** Tokenizers and image processors are saved with adapters; where they are not, those of the base are meant. */
async function preprocessorStore(store: ModelStore, base: ModelStore): Promise<ModelStore> {
  if (store === base) return store;
  const saved = /^(tokenizer\.json|vocab\.(txt|json)|preprocessor_config\.json|.*\.model)$/;
  return (await store.list()).some((name) => saved.test(name)) ? store : base;
}

/**
 * Of the tensors that were looked at, those to convert: of files all that programs read, which have one folder, but not the
 * positions of tokens that old files list; of bytes in memory those that change.
 */
function weightsAmong(
  { source, derived }: PreparedWeights,
  used: Iterable<string>,
  half: boolean,
  { weights }: WeightPlace,
): readonly string[] {
  const read = [...used].filter((name) => derived.has(name) || isFloating(source.get(name).dtype));
  if (weights === undefined) return read;
  return read.filter((name) => derived.has(name) || (half && /^b?float16$/.test(source.get(name).dtype)));
}

/** What weights take once all of them lie in a file as float32. */
const computedMemory = (source: WeightSource, used: Iterable<string>) => ({
  mapped: [...used].reduce((sum, name) => sum + byteSize("float32", elementCount(source.get(name).shape)), 0),
  converted: 0,
});

/** A checkpoint without its weights; warnings are those of its configuration and of tensors that nothing reads. */
export type CheckpointParts = Omit<ModelParts, "weights" | "place" | "read" | "streamed" | "release">;

/**
 * Checks a checkpoint and reads what lies beside it.
 *
 * @param weights - All tensors that the configuration asks for.
 * @param knowledge - Families, kinds of inputs and gradient rules.
 * @returns Builds the graphs on the same tensors, wherever they are stored by then.
 * @throws {CheckpointError} When files are missing or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family, or there is no head for classification.
 */
export async function prepareCheckpoint(
  stated: CheckpointConfig,
  weights: WeightSource,
  preprocessors: Preprocessors,
  { families, modalities, rules }: Knowledge,
): Promise<(weights: WeightSource) => CheckpointParts> {
  const family = familyOf(stated.modelType, families);
  const config = familyConfig(family, stated);
  const imageProcessor = family.kind === "image" ? await preprocessors.imageProcessor() : undefined;
  const inputSize = imageProcessor === undefined ? undefined : processedSize(imageProcessor);
  const build = { ...(inputSize === undefined ? {} : { inputSize }) };
  if (family.kind === "text") checkHead(config, weights);
  checkSizes(config, weights);
  const model = family.build(config, weights, build); // says what is wrong before anything is copied
  checkFixedSizes(model.graph, model.opsets, storedBytes(model.graph));
  const warnings = unusedTensors(weights, model, family.unread);
  const maxLength = family.maxLength(config);
  const tokenizer =
    maxLength === undefined ? undefined : await preprocessors.tokenizer(tokenizerFacts(config, model, maxLength));
  const { warnings: surprises, ...head } = checkpointHead(config, logitsOf(model.anatomy));
  return (tensors) => ({
    family: family.name,
    config,
    forward: family.build(config, tensors, build),
    sweep: family.build(config, tensors, { ...build, lastBlock: "pooled" }),
    modality: modalityOf(streamOf(model.anatomy).kind, modalities),
    rules,
    ...head,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(imageProcessor === undefined ? {} : { imageProcessor }),
    warnings: [...surprises, ...warnings],
    notes: [],
  });
}
