/** @file The configuration of a checkpoint as its family reads it. */

import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import type { ModelFamily } from "./family.ts";

/** What the family makes of the fields of config.json; the configuration itself where it makes nothing of them. */
export function familyConfig({ fields }: ModelFamily, config: CheckpointConfig): CheckpointConfig {
  if (fields === undefined) return config;
  const stated = Object.fromEntries(config.keys().map((key) => [key, config.raw(key)]));
  return parseConfig(JSON.stringify(fields(stated)), config.file);
}
