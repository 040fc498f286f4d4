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
import type { ModelStore } from "./model-store.ts";

/** An adapter and the store of its base model. */
export interface FoundAdapter {
  readonly settings: LoraSettings;
  readonly weights: IndexedFile;
  readonly base: ModelStore;
}

/** The first file of an adapter that a store lists. */
async function adapterFile(store: ModelStore): Promise<string | undefined> {
  const names = await store.list();
  return [ADAPTER_CONFIG, ADAPTER_WEIGHTS, ADAPTER_PICKLE].find((name) => names.includes(name));
}

/** Whether a store has files of an adapter. Where it cannot be listed, it is asked for one. */
export const holdsAdapter = async (store: ModelStore): Promise<boolean> =>
  store.listed ? (await adapterFile(store)) !== undefined : (await store.text(ADAPTER_CONFIG)) !== undefined;

/**
 * The adapter in a store; undefined where there is none. Its base model lies beside it, or where
 * `base_model_name_or_path` says, if the store knows other places.
 *
 * @param beside - Whether weights lie beside it; asked for where that is not known yet.
 * @throws {CheckpointError} When the adapter is incomplete or of a kind that calig does not merge, or its base is not there.
 */
export async function findAdapter(store: ModelStore, beside?: boolean): Promise<FoundAdapter | undefined> {
  const listed = store.listed ? await adapterFile(store) : ADAPTER_CONFIG;
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
    const pickled = store.listed && (await store.list()).includes(ADAPTER_PICKLE);
    const found = pickled
      ? `its weights are pickled ("${ADAPTER_PICKLE}"), and calig reads "${ADAPTER_WEIGHTS}"`
      : `there is no "${ADAPTER_WEIGHTS}" beside it`;
    throw new CheckpointError(`Cannot load the adapter in "${where}": ${found}; ${remedy}`, ADAPTER_CONFIG);
  }
  const base = await baseOf(store, settings, beside ?? (await holdsWeights(store)), remedy);
  return { settings, weights, base };
}

async function holdsWeights(store: ModelStore): Promise<boolean> {
  const names = await store.list();
  return names.includes(WEIGHTS) || names.includes(SHARD_INDEX);
}

async function baseOf(store: ModelStore, settings: LoraSettings, beside: boolean, remedy: string): Promise<ModelStore> {
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
  if (base !== store && (await holdsAdapter(base))) {
    throw new CheckpointError(
      `Cannot load the adapter in "${where}": its base model in "${base.where}" has an adapter itself; ${remedy}`,
      ADAPTER_CONFIG,
    );
  }
  return base;
}

/** What to say of adapters that are not in use: in folders below the model's. */
export async function adaptersBelow(store: ModelStore): Promise<readonly Warning[]> {
  const names: string[] = [];
  for (const entry of await store.list()) {
    const folder = entry.slice(0, -1);
    if (entry.endsWith("/") && (await store.text(`${folder}/${ADAPTER_CONFIG}`)) !== undefined) names.push(folder);
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
export async function adapterBeside(store: ModelStore): Promise<readonly Warning[]> {
  if ((await adapterFile(store)) === undefined) return [];
  return [{ code: "unused-adapter", message: BESIDE_ONNX }];
}
