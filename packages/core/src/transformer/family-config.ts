/** @file The configuration of a checkpoint as its family reads it. */

import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { ModelFamily } from "./family.ts";

/** What the family makes of the fields of config.json; the configuration itself where it makes nothing of them. */
export function familyConfig({ fields }: ModelFamily, config: CheckpointConfig): CheckpointConfig {
  if (fields === undefined) return config;
  const stated = Object.fromEntries(config.keys().map((key) => [key, config.raw(key)]));
  return parseConfig(JSON.stringify(fields(stated)), config.file);
}

/**
 * @param does - What the configuration asks for by the field: "normalises queries and keys".
 * @throws {UnsupportedModelError} When a field is true that calig does not build.
 */
export function refuseField(config: CheckpointConfig, field: string, does: string): void {
  if (!config.boolean(field, false)) return;
  throw new UnsupportedModelError(
    `Cannot build the model: ${config.file} ${does} ("${field}"), which calig builds of no ${config.modelType}; export the model to ONNX and give that file instead`,
    [{ reason: field }],
  );
}
