/** @file Adapters of peft in a store: whether it holds one, and where the base model is. */

import type { Warning } from "../attribution/explanation.ts";
import {
  ADAPTER_CONFIG,
  ADAPTER_PICKLE,
  ADAPTER_WEIGHTS,
  BESIDE_ONNX,
  type LoraSettings,
  mergeRemedy,
  parseAdapter,
} from "../checkpoint/adapter/adapter.ts";
import { CheckpointError } from "../errors.ts";
import { type IndexedFile, openWeights, SHARD_INDEX, WEIGHTS } from "./checkpoint-weights.ts";
import { type Contents, readContents } from "./contents.ts";

/** An adapter, and the place of its base model. */
export interface FoundAdapter {
  readonly settings: LoraSettings;
  readonly weights: IndexedFile;
  readonly base: Contents;
}

/** The first file of an adapter among names. */
const adapterFile = (names: readonly string[]): string | undefined =>
  [ADAPTER_CONFIG, ADAPTER_WEIGHTS, ADAPTER_PICKLE].find((name) => names.includes(name));

/** Whether there are files of an adapter. Where a place cannot be listed, it is asked for one. */
export const holdsAdapter = async ({ store, names }: Contents): Promise<boolean> =>
  names === undefined ? (await store.text(ADAPTER_CONFIG)) !== undefined : adapterFile(names) !== undefined;

/**
 * The adapter in a store; undefined where there is none. Its base model lies beside it, or where
 * `base_model_name_or_path` says, if the store knows other places.
 *
 * @param beside - Whether weights under their usual names lie beside it and were found.
 * @throws {CheckpointError} When the adapter is incomplete or of a kind that calig does not merge, or its base is not there.
 */
export async function findAdapter(contents: Contents, beside: boolean): Promise<FoundAdapter | undefined> {
  const { store, names } = contents;
  const listed = names === undefined ? ADAPTER_CONFIG : adapterFile(names);
  if (listed === undefined) return undefined;
  const { where } = store;
  const json = await store.text(ADAPTER_CONFIG);
  if (json === undefined) {
    if (!store.listed) return undefined;
    throw new CheckpointError(
      `Cannot load the model in "${where}": there are weights of an adapter, but no "${ADAPTER_CONFIG}" that says how it is merged; put that file there, or ${mergeRemedy(undefined)}`,
      ADAPTER_CONFIG,
    );
  }
  const settings = parseAdapter(json, `${where}/${ADAPTER_CONFIG}`);
  const remedy = mergeRemedy({ string: () => settings.task });
  const weights = await openWeights(store, ADAPTER_WEIGHTS);
  if (weights === undefined) {
    const pickled = names?.includes(ADAPTER_PICKLE) === true;
    const found = pickled
      ? `its weights are pickled ("${ADAPTER_PICKLE}"), and calig reads "${ADAPTER_WEIGHTS}"`
      : `there is no "${ADAPTER_WEIGHTS}" beside it`;
    throw new CheckpointError(`Cannot load the adapter in "${where}": ${found}; ${remedy}`, ADAPTER_CONFIG);
  }
  const near = beside || names?.some((name) => name === WEIGHTS || name === SHARD_INDEX) === true;
  const base = await baseOf(contents, settings, near, remedy);
  return { settings, weights, base };
}

async function baseOf(own: Contents, settings: LoraSettings, beside: boolean, remedy: string): Promise<Contents> {
  const { store } = own;
  const { where } = store;
  const near = [...(beside ? [store] : []), ...((await store.named?.(settings.base)) ?? [])];
  const cached = near.length === 0 ? await store.cached?.(settings.base) : undefined;
  const bases = cached === undefined ? near : [cached];
  const [base, ...others] = bases;
  if (base === undefined) {
    const found =
      store.named === undefined
        ? `it is an adapter of the base model "${settings.base}", without that model; give both together (config.json and weights of the base with the files of the adapter)`
        : `its base model "${settings.base}" is not on disk, neither under that path, nor beside the adapter, nor in the cache of Hugging Face; name its folder as "base_model_name_or_path" in "${ADAPTER_CONFIG}", put its config.json and weights beside the adapter`;
    throw new CheckpointError(`Cannot load the adapter in "${where}": ${found}, or ${remedy}`, ADAPTER_CONFIG);
  }
  if (others.length > 0) {
    throw new CheckpointError(
      `Cannot load the adapter in "${where}": its base model may be in ${bases.map((place) => `"${place.where}"`).join(" or ")}; leave one of them there, or name it in full as "base_model_name_or_path" in "${ADAPTER_CONFIG}"`,
      ADAPTER_CONFIG,
    );
  }
  if (base === store) return own;
  const contents = await readContents(base);
  if (await holdsAdapter(contents)) {
    throw new CheckpointError(
      `Cannot load the adapter in "${where}": its base model in "${base.where}" has an adapter itself; ${remedy}`,
      ADAPTER_CONFIG,
    );
  }
  return contents;
}

/** What to say of adapters that are not in use: in folders below the model's. */
export async function adaptersBelow({ store, names = [] }: Contents): Promise<readonly Warning[]> {
  const folders: string[] = [];
  for (const entry of names) {
    const folder = entry.slice(0, -1);
    if (entry.endsWith("/") && (await store.text(`${folder}/${ADAPTER_CONFIG}`)) !== undefined) folders.push(folder);
  }
  if (folders.length === 0) return [];
  const listed = folders
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
export const adapterBeside = ({ names = [] }: Contents): readonly Warning[] =>
  adapterFile(names) === undefined ? [] : [{ code: "unused-adapter", message: BESIDE_ONNX }];
