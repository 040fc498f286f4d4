/** @file What lies in the place of a model, asked once: the names of its files, and config.json. */

import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import type { ModelStore } from "./model-store.ts";

export const CONFIG = "config.json";

/** A configuration, and the text that it was read from. */
export interface StoredConfig {
  readonly json: string;
  readonly config: CheckpointConfig;
}

export interface Contents {
  readonly store: ModelStore;
  /** Of all files in the model's own folder; undefined where the place cannot be listed. */
  readonly names: readonly string[] | undefined;
  /** Undefined where there is no config.json. */
  readonly stored: StoredConfig | undefined;
}

/** @throws {CheckpointError} When config.json is no configuration. */
export async function readContents(store: ModelStore): Promise<Contents> {
  const names = store.listed ? await store.list() : undefined;
  const json = await store.text(CONFIG);
  return { store, names, stored: json === undefined ? undefined : { json, config: parseConfig(json, CONFIG) } };
}
