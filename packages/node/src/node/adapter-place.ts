/** @file Adapters of peft on disk: whether a folder holds one, and where its base model is. */

import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Warning } from "@calig/core/internal/attribution/explanation";
import {
  ADAPTER_CONFIG,
  ADAPTER_PICKLE,
  ADAPTER_WEIGHTS,
  adaptedConfig,
  BESIDE_ONNX,
  classesOf,
  type LoraSettings,
  mergeRemedy,
  parseAdapter,
} from "@calig/core/internal/checkpoint/adapter/adapter";
import { type CheckpointConfig, parseConfig } from "@calig/core/internal/checkpoint/config";
import { CheckpointError } from "@calig/core/internal/errors";
import { SHARD_INDEX, WEIGHTS } from "@calig/core/internal/loading/checkpoint-weights";
import type { StoredTensor } from "@calig/core/internal/onnx/model";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { readText } from "./model-files.ts";
import { isFile } from "./onnx-files.ts";

/** An adapter and the folder of its base model. */
export interface AdapterPlace {
  readonly settings: LoraSettings;
  /** Folder of the adapter. */
  readonly folder: string;
  /** Folder of the base model. */
  readonly base: string;
}

const FILES = [ADAPTER_CONFIG, ADAPTER_WEIGHTS, ADAPTER_PICKLE];

const firstFile = async (folder: string, names: readonly string[]): Promise<string | undefined> => {
  for (const name of names) if (await isFile(join(folder, name))) return name;
  return undefined;
};

/** Whether a folder has files of an adapter. */
export const holdsAdapter = async (folder: string): Promise<boolean> => (await firstFile(folder, FILES)) !== undefined;

/**
 * The adapter in a folder; undefined where there is none. Its base model lies beside it, or where
 * `base_model_name_or_path` says: that path as it is, relative to the working directory as peft reads it, to the folder of the
 * adapter, or to the folder above.
 *
 * @throws {CheckpointError} When the adapter is incomplete or of a kind that calig does not merge, or its base is not on disk.
 */
export async function findAdapter(folder: string): Promise<AdapterPlace | undefined> {
  if (!(await holdsAdapter(folder))) return undefined;
  if (!(await isFile(join(folder, ADAPTER_CONFIG)))) {
    throw new CheckpointError(
      `Cannot load the model in "${folder}": there are weights of an adapter, but no "${ADAPTER_CONFIG}" that says how it is merged; put that file there, or ${mergeRemedy(undefined)}`,
      ADAPTER_CONFIG,
    );
  }
  const settings = parseAdapter(await readText(folder, ADAPTER_CONFIG), join(folder, ADAPTER_CONFIG));
  const remedy = mergeRemedy({ string: () => settings.task });
  if (!(await isFile(join(folder, ADAPTER_WEIGHTS)))) {
    const pickled = await isFile(join(folder, ADAPTER_PICKLE));
    const found = pickled
      ? `its weights are pickled ("${ADAPTER_PICKLE}"), and calig reads "${ADAPTER_WEIGHTS}"`
      : `there is no "${ADAPTER_WEIGHTS}" beside it`;
    throw new CheckpointError(`Cannot load the adapter in "${folder}": ${found}; ${remedy}`, ADAPTER_CONFIG);
  }
  const named = await foldersNamed(settings.base, folder);
  const beside = (await firstFile(folder, [WEIGHTS, SHARD_INDEX])) !== undefined ? [await realpath(folder)] : [];
  const bases = [...new Set([...beside, ...named])];
  const [base, ...others] = bases;
  if (base === undefined) {
    throw new CheckpointError(
      `Cannot load the adapter in "${folder}": its base model "${settings.base}" is not on disk, neither under that path nor beside the adapter; name its folder as "base_model_name_or_path" in "${ADAPTER_CONFIG}", put its config.json and weights beside the adapter, or ${remedy}`,
      ADAPTER_CONFIG,
    );
  }
  if (others.length > 0) {
    throw new CheckpointError(
      `Cannot load the adapter in "${folder}": its base model may be in ${bases.map((place) => `"${place}"`).join(" or ")}; leave one of them there, or name it in full as "base_model_name_or_path" in "${ADAPTER_CONFIG}"`,
      ADAPTER_CONFIG,
    );
  }
  if (!beside.includes(base) && (await holdsAdapter(base))) {
    throw new CheckpointError(
      `Cannot load the adapter in "${folder}": its base model in "${base}" has an adapter itself; ${remedy}`,
      ADAPTER_CONFIG,
    );
  }
  return { settings, folder, base };
}

/** Folders with a configuration that a name of a base model may mean. */
async function foldersNamed(name: string, adapter: string): Promise<string[]> {
  if (name === "") return [];
  const paths = isAbsolute(name) ? [name] : [resolve(name), join(adapter, name), join(dirname(adapter), name)];
  const found = await Promise.all(
    paths.map(async (path) => ((await isFile(join(path, "config.json"))) ? realpath(path) : undefined)),
  );
  return [...new Set(found.filter((path) => path !== undefined))];
}

/**
 * The configuration of the base model, with the head and the classes of the adapter; config.json beside the adapter where
 * there is one.
 */
export async function readAdaptedConfig(
  { settings, folder, base }: AdapterPlace,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<CheckpointConfig> {
  const own = await readFile(join(folder, "config.json"), "utf8").catch(() => undefined);
  const json = own ?? (await readText(base, "config.json"));
  parseConfig(json, "config.json"); // says what is wrong with it
  const config = parseJson(json) as Readonly<Record<string, unknown>>;
  return parseConfig(JSON.stringify(adaptedConfig(config, settings, classesOf(tensors))), "config.json");
}

/** What to say of adapters that are not in use: in folders below the model's. */
export async function adaptersBelow(folder: string): Promise<readonly Warning[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() && (await isFile(join(folder, entry.name, ADAPTER_CONFIG)))) names.push(entry.name);
  }
  if (names.length === 0) return [];
  const listed = names
    .sort()
    .map((name) => `"${name}"`)
    .join(", ");
  return [
    {
      code: "unused-adapter",
      message: `There are adapters in the folders ${listed} of the model, which are not in use: what is explained is the model without them; give the folder of an adapter to explain the model with it`,
    },
  ];
}

/** What to say of an adapter beside an ONNX file, which is explained as it is. */
export async function adapterBeside(folder: string): Promise<readonly Warning[]> {
  if (!(await holdsAdapter(folder))) return [];
  return [{ code: "unused-adapter", message: BESIDE_ONNX }];
}
