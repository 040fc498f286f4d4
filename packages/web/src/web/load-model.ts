/** @file From an address, dropped files or bytes to a model that can be explained in a browser. */

import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  adaptedConfig,
  BESIDE_ONNX,
  classesOf,
  mergeRemedy,
  parseAdapter,
} from "@calig/core/internal/checkpoint/adapter/adapter";
import type { Adapter } from "@calig/core/internal/checkpoint/adapter/merge-lora";
import { type CheckpointConfig, parseConfig } from "@calig/core/internal/checkpoint/config";
import {
  parseSafetensorsHeader,
  safetensorsHeaderLength,
  toStoredTensor,
} from "@calig/core/internal/checkpoint/safetensors";
import { checkShards, shardFiles } from "@calig/core/internal/checkpoint/shards";
import { CheckpointError } from "@calig/core/internal/errors";
import { findImageProcessor } from "@calig/core/internal/input/image/find-image-processor";
import { createPortableTokenizer } from "@calig/core/internal/input/text/portable-tokenizer";
import { type AssembledModel, assembleModel } from "@calig/core/internal/loading/assemble-model";
import { prepareCheckpoint } from "@calig/core/internal/loading/checkpoint-parts";
import { checkpointWeights, otherWeights, SHARD_INDEX, WEIGHTS } from "@calig/core/internal/loading/checkpoint-weights";
import { type Knowledge, knowledgeOf, type ModelExtensions } from "@calig/core/internal/loading/knowledge";
import type { ModelParts, Preprocessors } from "@calig/core/internal/loading/model-parts";
import { checkDtype, ONNX_DTYPES, type OnnxDtype, onnxFileName } from "@calig/core/internal/loading/onnx-names";
import { otherFormat } from "@calig/core/internal/loading/other-formats";
import { prepareWeights } from "@calig/core/internal/loading/prepare-weights";
import { readTokenizerFiles } from "@calig/core/internal/loading/tokenizer-files";
import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import { parseTuned, tunedFileOf } from "@calig/core/internal/loading/tuned-settings";
import type { WebDevice } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { sha256 } from "@calig/core/internal/util/sha256";
import { createWebRuntime } from "../runtime/onnxruntime-web.ts";
import { loadOnnx } from "./load-onnx.ts";
import { type DownloadProgress, type ModelFiles, type ModelSource, openModelFiles } from "./model-files.ts";
import { webPlatform } from "./platform.ts";
import { readRangeOf, widenWeights } from "./widen-weights.ts";

export interface WebLoadOptions extends ModelExtensions {
  /** What explanations call the model. Default: the name of its folder. */
  readonly id?: string;
  /**
   * Which ONNX file to load, by the element type in its name (transformers.js: "fp16" is onnx/model_fp16.onnx). Default:
   * the checkpoint if there is one that calig builds, else float32, else the best there is.
   */
  readonly dtype?: OnnxDtype;
  /** Where programs run. Default: "wasm", on the processor. */
  readonly device?: WebDevice;
  /**
   * Address of the folder of onnxruntime-web's `ort-wasm-simd-threaded.mjs` and `.wasm` (WebGPU:
   * `ort-wasm-simd-threaded.asyncify.mjs` and `.wasm`). Default: beside the engine's own module, as the bundler placed it.
   */
  readonly wasm?: string;
  /** Threads of the engine. More than one need a page that is cross-origin isolated. Default: the engine decides. */
  readonly threads?: number;
  /** An engine to use instead of a new one: models of one page can share it. It has its own device, files and threads. */
  readonly runtime?: Runtime;
  /**
   * Whether inputs are explained even where the float32 arithmetic that is explained moves a logit of the file, quantised
   * or of half precision, by more than 5 % of the largest, or lets another class win. Explanations then say so. Default: no.
   */
  readonly acceptDifference?: boolean;
  readonly signal?: AbortSignal;
  /** Called while files are downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A model in a browser. Holds compiled programs and the bytes of its weights: call `dispose()`. */
export type WebModel = AssembledModel;

const CONFIG = "config.json";

/**
 * Loads a model in a browser: a Hugging Face checkpoint (config.json, model.safetensors and tokenizer or preprocessor
 * files), or ONNX files in the layout of Optimum or transformers.js. Programs are compiled when first needed.
 *
 * @throws {ExecutionError} When the device does not work; nothing of the model has been read then.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent, or the tokenizer is only read in Node.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export async function loadModel(source: ModelSource, options: WebLoadOptions = {}): Promise<WebModel> {
  const { signal, onProgress, dtype } = options;
  checkDtype(dtype);
  const knowledge = knowledgeOf(options);
  const files = openModelFiles(source, {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const runtime = await openRuntime(options);
  const json = await readText(files, CONFIG);
  const config = json === undefined ? undefined : parseConfig(json, CONFIG);
  const preprocessors = preprocessorsOf(files);
  const checkpoint =
    json !== undefined && config !== undefined && dtype === undefined && hasFamily(config, knowledge)
      ? await checkpointParts(files, json, config, preprocessors, knowledge, runtime)
      : undefined;
  const { path, parts } =
    checkpoint === undefined
      ? await onnxFileParts(files, config, preprocessors, knowledge, runtime, options)
      : { path: undefined, parts: checkpoint };
  const tunedPath = tunedFileOf(path);
  const tuned = await readText(files, tunedPath);
  signal?.throwIfAborted();
  return {
    ...assembleModel(parts, { id: options.id ?? files.name, runtime, platform: webPlatform }),
    ...(tuned === undefined ? {} : { tuned: parseTuned(tuned, tunedPath, parts.forward.anatomy.hiddenStates.length) }),
  };
}

/** @throws {ExecutionError} When the device does not work. */
async function openRuntime({ runtime, device, wasm, threads }: WebLoadOptions): Promise<Runtime> {
  if (runtime !== undefined) return runtime;
  const created = createWebRuntime({
    ...(device === undefined ? {} : { device }),
    ...(wasm === undefined ? {} : { wasm }),
    ...(threads === undefined ? {} : { threads }),
  });
  if (device !== undefined && device !== "wasm") await tryRuntime(created);
  return created;
}

const hasFamily = ({ modelType }: CheckpointConfig, { families }: Knowledge): boolean =>
  families.some(({ modelTypes }) => modelTypes.includes(modelType));

/** Undefined where there are no weights of a checkpoint. */
async function checkpointParts(
  files: ModelFiles,
  json: string,
  config: CheckpointConfig,
  preprocessors: Preprocessors,
  knowledge: Knowledge,
  { lacksHalfPrecision = false }: Runtime,
): Promise<ModelParts | undefined> {
  const own = await readWeights(files);
  if (own === undefined) return undefined;
  const names = Object.keys(own);
  const stored = Object.entries(own).map(([location, bytes]) => ({
    location,
    size: bytes.length,
    index: indexOf(bytes, location),
  }));
  const { source, ...facts } = checkpointWeights(stored, names.length === 1 ? (names[0] as string) : SHARD_INDEX);
  const adapter = await readAdapter(files);
  const contents = { ...own, ...adapter?.contents };
  const adapted = adapter === undefined ? config : adaptConfig(json, adapter);
  const prepared = await prepareWeights(source, adapted, readRangeOf(contents), adapter);
  const build = await prepareCheckpoint(adapted, prepared.source, preprocessors, knowledge);
  const { derived } = prepared;
  const read = await widenWeights({ contents, source: prepared.source }, { derived, half: lacksHalfPrecision });
  const parts = build(read.source);
  return {
    ...parts,
    weights: { ...facts, sha256: await sha256(Object.values(contents)) },
    place: { weights: read.contents },
    warnings: [...prepared.warnings, ...parts.warnings],
  };
}

function indexOf(bytes: Uint8Array, location: string) {
  const length = safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length, location);
  return parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length, location);
}

/** An adapter beside the weights, with the bytes of its file. */
interface AdapterInMemory extends Adapter {
  readonly contents: Readonly<Record<string, Uint8Array>>;
}

/** Undefined where there is none. @throws {CheckpointError} When it is incomplete, or of a kind that calig does not merge. */
async function readAdapter(files: ModelFiles): Promise<AdapterInMemory | undefined> {
  if (files.paths?.includes(ADAPTER_CONFIG) === false) return undefined;
  const json = await readText(files, ADAPTER_CONFIG);
  if (json === undefined) return undefined;
  const settings = parseAdapter(json, ADAPTER_CONFIG);
  const bytes = await required(files, ADAPTER_WEIGHTS);
  const { tensors } = indexOf(bytes, ADAPTER_WEIGHTS);
  return {
    settings,
    contents: { [ADAPTER_WEIGHTS]: bytes },
    tensors: new Map([...tensors].map(([name, entry]) => [name, toStoredTensor(entry, ADAPTER_WEIGHTS)] as const)),
  };
}

/** The configuration of the base model with the head and the classes of the adapter. */
function adaptConfig(json: string, { settings, tensors }: Adapter): CheckpointConfig {
  const fields = parseJson(json) as Readonly<Record<string, unknown>>;
  return parseConfig(JSON.stringify(adaptedConfig(fields, settings, classesOf(tensors))), CONFIG);
}

/** The weights files by name: the one, else the shards of the index. */
async function readWeights(files: ModelFiles): Promise<Record<string, Uint8Array> | undefined> {
  const whole = await files.read(WEIGHTS);
  if (whole !== undefined) return { [WEIGHTS]: whole };
  const index = await readText(files, SHARD_INDEX);
  if (index === undefined) return readOtherWeights(files);
  const shards: Record<string, Uint8Array> = {};
  for (const name of shardFiles(index, SHARD_INDEX)) shards[name] = await required(files, name);
  const tensors = Object.entries(shards).map(([name, bytes]) => [name, indexOf(bytes, name).tensors.keys()] as const);
  checkShards(index, SHARD_INDEX, new Map(tensors));
  return shards;
}

/** The only weights file of another name, where files can be listed. @throws {CheckpointError} When there are several. */
async function readOtherWeights(files: ModelFiles): Promise<Record<string, Uint8Array> | undefined> {
  const others = otherWeights(files.paths?.filter((path) => !path.includes("/")) ?? []);
  const [only, ...more] = others;
  const isOnnx = files.paths?.some((path) => path.endsWith(".onnx")) === true;
  if (only === undefined || isOnnx) return undefined;
  if (more.length === 0) return { [only]: await required(files, only) };
  throw new CheckpointError(
    `Cannot load model "${files.name}": there are ${others.map((name) => `"${name}"`).join(", ")}, none of which is called "${WEIGHTS}"; give the one that is meant that name`,
    WEIGHTS,
  );
}

async function onnxFileParts(
  files: ModelFiles,
  config: CheckpointConfig | undefined,
  preprocessors: Preprocessors,
  knowledge: Knowledge,
  runtime: Runtime,
  { dtype, acceptDifference = false }: WebLoadOptions,
): Promise<{ readonly path: string; readonly parts: ModelParts }> {
  const names = (dtype === undefined ? ONNX_DTYPES : [dtype]).map(onnxFileName);
  const only = files.paths?.filter((path) => path.endsWith(".onnx")) ?? [];
  const paths = names.flatMap((name) => [name, `onnx/${name}`]);
  if (dtype === undefined && only.length === 1) paths.unshift(only[0] as string);
  for (const path of paths) {
    const bytes = await files.read(path);
    if (bytes === undefined) continue;
    const parts = await loadOnnx({ files, path, bytes, config, preprocessors, knowledge, runtime, acceptDifference });
    const beside =
      files.paths?.includes(ADAPTER_CONFIG) === true ? [{ code: "unused-adapter", message: BESIDE_ONNX }] : [];
    return { path, parts: { ...parts, warnings: [...parts.warnings, ...beside] } };
  }
  await refuseAdapterAlone(files);
  const family =
    config === undefined || hasFamily(config, knowledge) ? "" : `, and calig builds no "${config.modelType}" itself`;
  const wanted = dtype === undefined ? `"${WEIGHTS}" or "onnx/model.onnx"` : `"onnx/${names[0]}"`;
  const there = files.paths === undefined ? "" : `; there are ${files.paths.map((path) => `"${path}"`).join(", ")}`;
  const format = otherFormat(files.paths ?? []);
  throw new CheckpointError(
    `Cannot load model "${files.name}": it has no ${wanted}${family}${there}; ${format === undefined ? "" : `${format}; or `}${otherDtype(files)}${files.remedy ?? "give all files of a Hugging Face model"}`,
    files.name,
  );
}

/** @throws {CheckpointError} When the files are those of an adapter without its base model. */
async function refuseAdapterAlone(files: ModelFiles): Promise<void> {
  if (files.paths?.includes(ADAPTER_CONFIG) === false) return;
  const json = await readText(files, ADAPTER_CONFIG);
  if (json === undefined) return;
  const { base, task } = parseAdapter(json, ADAPTER_CONFIG);
  throw new CheckpointError(
    `Cannot load model "${files.name}": it is an adapter of the base model "${base}", without that model; give both together (config.json and weights of the base with the files of the adapter), or ${mergeRemedy({ string: () => task })}`,
    ADAPTER_CONFIG,
  );
}

/** The dtypes that are there, as the first remedy. */
function otherDtype({ paths = [] }: ModelFiles): string {
  const there = ONNX_DTYPES.filter((dtype) =>
    [onnxFileName(dtype), `onnx/${onnxFileName(dtype)}`].some((path) => paths.includes(path)),
  );
  return there.length === 0 ? "" : `give dtype ${there.map((dtype) => `"${dtype}"`).join(" or ")}, or `;
}

function preprocessorsOf(files: ModelFiles): Preprocessors {
  const json = async (path: string): Promise<object | undefined> => {
    const text = await readText(files, path);
    if (text === undefined) return undefined;
    try {
      return parseJson(text) as object;
    } catch (cause) {
      throw new CheckpointError(`Cannot read "${path}": it is not valid JSON; download it again`, path, { cause });
    }
  };
  return {
    async tokenizer(facts) {
      const { paths } = files;
      const contents = await readTokenizerFiles({
        name: files.name,
        text: (path) => readText(files, path),
        json,
        ...(paths === undefined ? {} : { list: async () => paths }),
        ...(files.remedy === undefined ? {} : { remedy: files.remedy }),
      });
      return createPortableTokenizer({ ...contents, ...facts });
    },
    imageProcessor: () => findImageProcessor((path) => readText(files, path), files.name, { thrifty: true }),
  };
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function readText(files: ModelFiles, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes === undefined ? undefined : decode(bytes);
}

async function required(files: ModelFiles, path: string): Promise<Uint8Array> {
  const bytes = await files.read(path);
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(
    `Cannot load model "${files.name}": there is no "${path}"; ${files.remedy ?? "a Hugging Face model folder has one"}`,
    path,
  );
}
