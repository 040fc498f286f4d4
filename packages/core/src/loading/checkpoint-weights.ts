/** @file The weights of a checkpoint in any store: which files they are, and where each tensor lies. Bytes stay in the files. */

import {
  parseSafetensorsHeader,
  type SafetensorsIndex,
  safetensorsHeaderLength,
  toStoredTensor,
} from "../checkpoint/safetensors.ts";
import { checkShards, shardFiles } from "../checkpoint/shards.ts";
import { CheckpointError, quote } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { weightSource } from "../transformer/parameters.ts";
import type { Contents } from "./contents.ts";
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
export async function usualWeights({ store, names: there }: Contents): Promise<CheckpointFiles | undefined> {
  const whole = there?.includes(WEIGHTS) === false ? undefined : await openWeights(store, WEIGHTS);
  if (whole !== undefined) return { files: [whole], description: `${store.where}/${WEIGHTS}` };
  const index = there?.includes(SHARD_INDEX) === false ? undefined : await store.text(SHARD_INDEX);
  if (index === undefined) return undefined;
  const names = shardFiles(index, SHARD_INDEX);
  const listed = there === undefined ? undefined : new Set(there);
  const absent = names.filter((name) => listed?.has(name) === false);
  if (absent.length > 0) throw missingShards(store, names.length, absent);
  const files: IndexedFile[] = [];
  for (const name of names) {
    const file = await openWeights(store, name);
    if (file === undefined) throw missingShards(store, names.length, [name]);
    files.push(file);
  }
  checkShards(index, SHARD_INDEX, new Map(files.map((file) => [file.path, file.index.tensors.keys()])));
  return { files, description: `${store.where}/${SHARD_INDEX}` };
}

/** The usual weights, else the only other safetensors file. @throws {CheckpointError} When there are none, or several. */
export async function anyWeights(contents: Contents): Promise<CheckpointFiles> {
  const usual = await usualWeights(contents);
  if (usual !== undefined) return usual;
  const { store, names = [] } = contents;
  const others = otherWeights(names);
  const [only, ...more] = others;
  const file = only === undefined || more.length > 0 ? undefined : await openWeights(store, only);
  if (file !== undefined) return { files: [file], description: `${store.where}/${file.path}` };
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
  const { size } = file;
  const held = "bytes" in file ? file.bytes : undefined;
  const field = { offset: 0, length: Math.min(LENGTH_FIELD, size) };
  const first = (held ?? (await store.bytes(path, field)) ?? new Uint8Array()).subarray(0, field.length);
  const length = safetensorsHeaderLength(first, size, path);
  const header =
    held?.subarray(LENGTH_FIELD, LENGTH_FIELD + length) ??
    (await store.bytes(path, { offset: LENGTH_FIELD, length })) ??
    new Uint8Array();
  return { store, path, file, index: parseSafetensorsHeader(header, size, path) };
}

function missingShards({ where, remedy }: ModelStore, shards: number, missing: readonly string[]): CheckpointError {
  const again = remedy ?? `download ${missing.length === 1 ? "it" : "them"} again`;
  return new CheckpointError(
    `Cannot load weights from "${where}": "${SHARD_INDEX}" names ${shards} files, and there is no file ${missing.map(quote).join(", ")}; ${again}`,
    missing[0],
  );
}

export interface CheckpointWeights extends PlacedWeights {
  readonly facts: WeightFacts;
  /** Tensors of the adapter, by the names in its file. */
  readonly adapter: ReadonlyMap<string, StoredTensor>;
}

/**
 * The tensors of all files, without what a framework set before all of their names.
 *
 * @param adapter - The weights file of an adapter that programs read, too: the last in the checksum.
 *
 * Cost: the files are read, for their checksum.
 */
export async function checkpointWeights(
  { files, description }: CheckpointFiles,
  adapter?: IndexedFile,
): Promise<CheckpointWeights> {
  const prefix = commonPrefix(files.flatMap(({ index }) => [...index.tensors.keys()]));
  const counts = new Map<DType, number>();
  let bytes = 0;
  for (const { file, index } of files) {
    bytes += file.size;
    for (const { dtype, shape } of index.tensors.values()) {
      counts.set(dtype, (counts.get(dtype) ?? 0) + elementCount(shape));
    }
  }
  const elements = [...counts].sort((a, b) => b[1] - a[1]);
  const parameters = elements.reduce((sum, [, count]) => sum + count, 0);
  const { locations, place, read, sha256 } = await weightFiles(adapter === undefined ? files : [...files, adapter]);
  const tensors = new Map<string, StoredTensor>();
  for (const [i, { index }] of files.entries()) {
    for (const entry of index.tensors.values()) {
      const name = entry.name.slice(prefix.length);
      tensors.set(name, toStoredTensor({ ...entry, name }, locations[i] as string));
    }
  }
  const added = new Map<string, StoredTensor>();
  for (const [name, entry] of adapter?.index.tensors ?? []) {
    added.set(name, toStoredTensor(entry, locations.at(-1) as string));
  }
  return {
    facts: { bytes, parameters, elements: new Map(elements), sha256 },
    place,
    read,
    source: weightSource(description, tensors),
    adapter: added,
  };
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
