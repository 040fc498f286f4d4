/** @file The weights of a checkpoint in any store: which files they are, and where each tensor lies. Bytes stay in the files. */

import {
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsIndex,
  safetensorsHeaderLength,
  toStoredTensor,
} from "../checkpoint/safetensors.ts";
import { checkShards, shardFiles } from "../checkpoint/shards.ts";
import { CheckpointError, quote } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import type { PlacedWeights } from "./float32-weights.ts";
import type { WeightFacts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { otherFormat } from "./other-formats.ts";
import { type StoredFile, weightFiles } from "./weight-files.ts";

/** The weights in one file, and the index of weights in several. */
export const WEIGHTS = "model.safetensors";
export const SHARD_INDEX = "model.safetensors.index.json";

/** Bytes of the length field that a safetensors file starts with. */
const LENGTH_FIELD = 8;

/** Files that lie beside the weights of every model. */
const BESIDE = /^(config\.json|tokenizer.*|vocab.*|merges\.txt)$/;
/** Files that an error names at most. */
const SHOWN = 10;

/** A weights file whose header was read. */
export interface IndexedFile extends StoredFile {
  readonly index: SafetensorsIndex;
}

/** The weights files of a checkpoint. */
export interface CheckpointFiles {
  readonly files: readonly IndexedFile[];
  /** What the weights are called in errors. */
  readonly description: string;
}

/**
 * `model.safetensors`, or the shards that `model.safetensors.index.json` names; undefined where there are neither.
 *
 * @throws {CheckpointError} When a file is missing, truncated or inconsistent.
 */
export async function usualWeights(store: ModelStore): Promise<CheckpointFiles | undefined> {
  const whole = await openWeights(store, WEIGHTS);
  if (whole !== undefined) return described(store, [whole], WEIGHTS);
  const index = await store.text(SHARD_INDEX);
  if (index === undefined) return undefined;
  const names = shardFiles(index, SHARD_INDEX);
  const there = store.listed ? new Set(await store.list()) : undefined;
  const absent = names.filter((name) => there?.has(name) === false);
  if (absent.length > 0) throw missingShards(store, names.length, absent);
  const files: IndexedFile[] = [];
  for (const name of names) {
    const file = await openWeights(store, name);
    if (file === undefined) throw missingShards(store, names.length, [name]);
    files.push(file);
  }
  checkShards(index, SHARD_INDEX, new Map(files.map((file) => [file.path, file.index.tensors.keys()])));
  return described(store, files, SHARD_INDEX);
}

/** The usual weights, else the only other safetensors file. @throws {CheckpointError} When there are none, or several. */
export async function anyWeights(store: ModelStore): Promise<CheckpointFiles> {
  const usual = await usualWeights(store);
  if (usual !== undefined) return usual;
  const names = await store.list();
  const others = otherWeights(names);
  const [only, ...more] = others;
  const file = only === undefined || more.length > 0 ? undefined : await openWeights(store, only);
  if (file !== undefined) return described(store, [file], file.path);
  throw new CheckpointError(`Cannot load weights from "${store.where}": ${whatIsThere(store, names, others)}`, WEIGHTS);
}

/** What there is in the place of weights, and the way out. */
function whatIsThere({ listed, remedy }: ModelStore, names: readonly string[], others: readonly string[]): string {
  if (others.length > 1) {
    return `there are ${others.map(quote).join(", ")}, none of which is called "${WEIGHTS}"; give the one that is meant that name`;
  }
  if (names.includes(WEIGHTS)) return `"${WEIGHTS}" is no file, or a link to one that is not there; download it again`;
  const format = otherFormat(names.filter((name) => !BESIDE.test(name)));
  const shown = names.slice(0, SHOWN).map(quote).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  const there =
    format === undefined && names.length > 0 ? `; there ${names.length === 1 ? "is" : "are"} ${shown}${more}` : "";
  const wayOut =
    format ??
    remedy ??
    `give all files of a Hugging Face model: weights stored as safetensors, in one file or in shards with "${SHARD_INDEX}", or as ONNX`;
  return `there is no file "${WEIGHTS}" and no ${listed ? ".onnx file" : '"onnx/model.onnx"'}${there}; ${wayOut}`;
}

/** Files of weights under other names: no adapter, no shard without its index, none in the names of the original code. */
const otherWeights = (names: readonly string[]): readonly string[] =>
  names.filter(
    (name) =>
      name.endsWith(".safetensors") && !/^(adapter_model|consolidated|optimizer)|-\d+-of-\d+\.safetensors$/.test(name),
  );

/** A weights file and its header; undefined where there is none. @throws {CheckpointError} When it is no such file. */
export async function openWeights(store: ModelStore, path: string): Promise<IndexedFile | undefined> {
  const file = await store.place(path);
  if (file === undefined) return undefined;
  const read = async (offset: number, length: number) =>
    ("bytes" in file ? file.bytes.subarray(offset, offset + length) : await store.bytes(path, { offset, length })) ??
    new Uint8Array();
  const first = await read(0, Math.min(LENGTH_FIELD, file.size));
  const length = safetensorsHeaderLength(first, file.size, path);
  return { store, path, file, index: parseSafetensorsHeader(await read(LENGTH_FIELD, length), file.size, path) };
}

function described({ where }: ModelStore, files: readonly IndexedFile[], path: string): CheckpointFiles {
  return { files, description: `${where}/${path}` };
}

function missingShards({ where, remedy }: ModelStore, shards: number, missing: readonly string[]): CheckpointError {
  const again = remedy ?? `download ${missing.length === 1 ? "it" : "them"} again`;
  return new CheckpointError(
    `Cannot load weights from "${where}": "${SHARD_INDEX}" names ${shards} files, and there is no file ${missing.map(quote).join(", ")}; ${again}`,
    missing[0],
  );
}

export interface CheckpointWeights extends PlacedWeights {
  readonly facts: Omit<WeightFacts, "sha256">;
  /** Of all files, those of the adapter last. Cost: they are read. */
  sha256(): Promise<string>;
  /** Tensors of the adapter, by the names in its file. */
  readonly adapter: ReadonlyMap<string, StoredTensor>;
}

/** @param adapter - The weights file of an adapter that programs read, too. */
export function checkpointWeights({ files, description }: CheckpointFiles, adapter?: IndexedFile): CheckpointWeights {
  const { locations, place, read, sha256 } = weightFiles(adapter === undefined ? files : [...files, adapter]);
  const tensors = new Map(
    withoutPrefix(files).map(([entry, file]) => [entry.name, { entry, location: locations[file] as string }] as const),
  );
  const counts = new Map<DType, number>();
  for (const { entry } of tensors.values()) {
    const elements = entry.shape.reduce((product, axis) => product * axis, 1);
    counts.set(entry.dtype, (counts.get(entry.dtype) ?? 0) + elements);
  }
  const added = locations.at(-1) as string;
  return {
    facts: {
      bytes: files.reduce((sum, { file: { size } }) => sum + size, 0),
      parameters: [...counts.values()].reduce((sum, elements) => sum + elements, 0),
      elements: new Map([...counts].sort((a, b) => b[1] - a[1])),
    },
    place,
    read,
    sha256,
    source: {
      description,
      names: new Set(tensors.keys()),
      get(name) {
        const tensor = tensors.get(name);
        if (tensor === undefined) throw new CheckpointError(`Cannot find tensor "${name}" in "${description}"`);
        return toStoredTensor(tensor.entry, tensor.location);
      },
    },
    adapter: new Map([...(adapter?.index.tensors ?? [])].map(([name, entry]) => [name, toStoredTensor(entry, added)])),
  };
}

/** All tensors, without what a framework set before all of their names, and the number of the file of each. */
function withoutPrefix(files: CheckpointFiles["files"]): readonly (readonly [SafetensorsEntry, number])[] {
  const prefix = commonPrefix(files.flatMap(({ index }) => [...index.tensors.keys()]));
  return files.flatMap(({ index }, file) =>
    [...index.tensors].map(([name, entry]) => [{ ...entry, name: name.slice(prefix.length) }, file] as const),
  );
}

/** Names of the parts of models, which are no wrappers: an encoder saved alone has one of them before every name. */
const PARTS = /^(bert|roberta|distilbert|electra|albert|mpnet|deberta|vit|deit|beit|dinov2|dinov2_with_registers)\./;

/**
 * The prefix that all `names` share, up to and with a dot; "" where there is none. Encoders that begin with the name of
 * their family keep it.
 */
export function commonPrefix(names: Iterable<string>): string {
  const [first = "", ...rest] = names;
  let prefix = "";
  for (let dot = first.indexOf("."); dot >= 0 && rest.length > 0; dot = first.indexOf(".", prefix.length)) {
    const longer = first.slice(0, dot + 1);
    if (PARTS.test(first.slice(prefix.length)) || !rest.every((name) => name.startsWith(longer))) break;
    prefix = longer;
  }
  return prefix;
}
