/** @file A GGUF file in any store: its header, what it says as the files of a Hugging Face folder, and its weights. */

import type { Warning } from "../attribution/explanation.ts";
import { parseConfig } from "../checkpoint/config.ts";
import { type DerivedTensor, placeholder } from "../checkpoint/derived-tensor.ts";
import { type GgufModel, type GgufTensor, readModel } from "../checkpoint/gguf/architectures.ts";
import { type GgufEntry, type GgufHeader, parseGgufHeader } from "../checkpoint/gguf/header.ts";
import { readGgufTokenizer } from "../checkpoint/gguf/tokenizer.ts";
import { ggufTensor } from "../checkpoint/gguf/weights.ts";
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { familyOf } from "../transformer/family-of.ts";
import { weightSource } from "../transformer/parameters.ts";
import { buildCheckpoint } from "./build-checkpoint.ts";
import { CONFIG, type Contents } from "./contents.ts";
import { ggufParts } from "./gguf-place.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts, WeightFacts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { type StoredFile, weightFiles } from "./weight-files.ts";

/** Bytes of a file that are read first; headers with a vocabulary have megabytes. */
const FIRST = 2 ** 21;

/** A file whose header was read. */
interface OpenFile extends StoredFile {
  readonly header: GgufHeader;
}

/**
 * Builds a model from a GGUF file, or from all files of one that was split. Quantised weights are computed once, into a
 * temporary file.
 *
 * @throws {CheckpointError} When a file is truncated or damaged, or holds a tokenizer or tensors of a kind that is not read.
 * @throws {UnsupportedModelError} When calig does not build this architecture.
 */
export async function loadGguf({ store }: Contents, path: string, context: LoadContext): Promise<ModelParts> {
  const files: OpenFile[] = [];
  for (const part of ggufParts(path)) files.push(await openGguf(store, part));
  const header = joined(files);
  const model = await readModel(header, (name) => readSmall(files, name));
  const { contents, note } = await asFolder(store, path, header, model);
  const { config } = contents.stored;
  const family = await familyOf(config.modelType, context.knowledge.families);
  const { locations, place, read, sha256 } = await weightFiles(files);
  const all = new Map<string, StoredTensor | DerivedTensor>();
  files.forEach(({ header: { tensors } }, i) => {
    for (const [stored, wanted] of wantedOf(tensors, model)) {
      all.set(wanted.name, ggufTensor(stored, wanted, locations[i] as string));
    }
  });
  const derived = new Map<string, DerivedTensor>();
  const placed = new Map<string, StoredTensor>();
  for (const [name, tensor] of all) {
    if ("compute" in tensor) derived.set(name, tensor);
    placed.set(name, "compute" in tensor ? placeholder(tensor) : tensor);
  }
  const source = weightSource(`${store.where}/${path}`, placed);
  const facts = { ...factsOf(header), bytes: files.reduce((sum, { file }) => sum + file.size, 0), sha256 };
  const weights = { facts, place, read, source, adapter: new Map() };
  const warnings = [quantisedNote(header), note].filter((warning) => warning !== undefined);
  context.signal?.throwIfAborted();
  const prepared = { source, derived, warnings };
  const parts = await buildCheckpoint({ family, config, weights, prepared, places: [contents] }, context);
  return { ...parts, warnings: [...warnings, ...parts.warnings] };
}

/** @throws {CheckpointError} When it is not there, or no such file. */
async function openGguf(store: ModelStore, path: string): Promise<OpenFile> {
  const file = await store.place(path);
  if (file === undefined) {
    throw new CheckpointError(
      `Cannot load "${path}" in "${store.where}": there is no file of that name; of a model in several files all have to be there`,
      path,
    );
  }
  for (let length = FIRST; ; length *= 4) {
    const range = { offset: 0, length: Math.min(length, file.size) };
    const bytes = "bytes" in file ? file.bytes : ((await store.bytes(path, range)) ?? new Uint8Array());
    const header = parseGgufHeader(bytes, file.size, path);
    if (header !== undefined) return { store, path, file, header };
  }
}

/** One header of all files: the metadata are in the first. */
function joined(files: readonly OpenFile[]): GgufHeader {
  const [first] = files;
  const tensors = new Map(files.flatMap(({ header }) => [...header.tensors]));
  const { file = "", metadata = new Map() } = first?.header ?? {};
  return { file, metadata, tensors };
}

async function readSmall(files: readonly OpenFile[], name: string): Promise<readonly number[]> {
  for (const { store, path, file, header } of files) {
    const entry = header.tensors.get(name);
    if (entry === undefined) continue;
    const { offset, length, type, shape } = entry;
    const values = new Float32Array(elementCount(shape));
    const held = "bytes" in file ? file.bytes.subarray(offset, offset + length) : undefined;
    type.decode(held ?? (await store.bytes(path, { offset, length })) ?? new Uint8Array(length), values);
    return [...values];
  }
  return [];
}

/** Those that are no settings, with what the family calls them. */
const wantedOf = (
  tensors: ReadonlyMap<string, GgufEntry>,
  model: GgufModel,
): readonly (readonly [GgufEntry, GgufTensor])[] =>
  [...tensors].flatMap(([name, entry]) => {
    const wanted = model.tensors.get(name);
    return wanted === undefined ? [] : [[entry, wanted] as const];
  });

/** What the file says, as a folder of files; a tokenizer.json beside it is read where the file does not tell all. */
async function asFolder(store: ModelStore, path: string, header: GgufHeader, model: GgufModel) {
  const beside = await store.text("tokenizer.json");
  const tokenizer = readGgufTokenizer(header, beside !== undefined);
  const json = JSON.stringify(model.config);
  const texts: Readonly<Record<string, string | undefined>> =
    tokenizer === undefined
      ? { "tokenizer.json": beside, "tokenizer_config.json": await store.text("tokenizer_config.json") }
      : {
          "tokenizer.json": JSON.stringify(tokenizer.tokenizer),
          "tokenizer_config.json": JSON.stringify(tokenizer.config),
        };
  const folder: ModelStore = {
    ...store,
    listed: true,
    list: async () => Object.keys(texts),
    text: async (name) => (Object.hasOwn(texts, name) ? texts[name] : undefined),
  };
  const note: Warning | undefined =
    tokenizer?.note === undefined ? undefined : { code: "unnamed-splitting", message: tokenizer.note };
  const stored = { json, config: parseConfig(json, `${CONFIG} made of ${path}`) };
  return { contents: { store: folder, names: Object.keys(texts), stored }, note };
}

/** Numbers of each type; those that are computed are float32 then. */
function factsOf({ tensors }: GgufHeader): Pick<WeightFacts, "parameters" | "elements" | "types"> {
  const types = new Map<string, number>();
  const elements = new Map<DType, number>();
  const add = <T>(map: Map<T, number>, key: T, count: number) => map.set(key, (map.get(key) ?? 0) + count);
  let parameters = 0;
  for (const { type, shape } of tensors.values()) {
    const count = elementCount(shape);
    parameters += count;
    add(types, type.name, count);
    add(elements, type.name === "F16" ? "float16" : type.name === "BF16" ? "bfloat16" : "float32", count);
  }
  const sorted = <T>(map: ReadonlyMap<T, number>) => [...map].sort((a, b) => b[1] - a[1]);
  return { parameters, elements: new Map(sorted(elements)), types: sorted(types).map(([name]) => name) };
}

/** What a reader of explanations must know; undefined where nothing is quantised. */
function quantisedNote({ tensors }: GgufHeader): Warning | undefined {
  const formulas = new Map<string, string>();
  for (const { type } of tensors.values()) if (type.formula !== undefined) formulas.set(type.name, type.formula);
  if (formulas.size === 0) return undefined;
  const shown = [...formulas].map(([name, formula]) => `${name}: weight = ${formula}`).join("; ");
  return {
    code: "quantised-weights",
    message: `The weights are quantised (${shown}): what is explained is the model with these weights in float32 arithmetic; llama.cpp, which also rounds activations, gives slightly other logits`,
  };
}
