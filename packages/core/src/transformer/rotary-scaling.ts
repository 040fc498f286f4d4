/** @file The angles of rotary positions as configurations state them: their base, and how models that read longer texts scale them. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { JsonFields } from "../checkpoint/json-fields.ts";
import { UnsupportedModelError } from "../errors.ts";

/** Scalings that depend on nothing but the configuration. */
const KNOWN = ["default", "linear", "llama3"];

/**
 * Angle per place of each pair of elements [size / 2]: theta^(-2 i / size), scaled.
 *
 * The configuration has them in "rope_parameters" (transformers 5), or in "rope_theta" and "rope_scaling".
 *
 * @param size - Elements of a head that are turned.
 * @param own - Fields of this kind of block, where a model has several kinds. Default: those of the configuration.
 * @throws {UnsupportedModelError} For a scaling that calig does not know.
 */
export function rotaryFrequencies(config: CheckpointConfig, size: number, own?: JsonFields): readonly number[] {
  const parameters = own ?? config.section(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
  const kind = parameters.string("rope_type", parameters.string("type", "default"));
  const theta = parameters.number("rope_theta", config.number("rope_theta", 10_000));
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  switch (kind) {
    case "default":
      return plain;
    case "linear":
      return plain.map((frequency) => frequency / parameters.number("factor"));
    case "llama3":
      return plain.map((frequency) => stretched(frequency, config, parameters));
    default:
      throw new UnsupportedModelError(
        `Cannot build the model: ${config.file} scales rotary positions by "${kind}"; calig builds ${KNOWN.map((name) => `"${name}"`).join(", ")}; export the model to ONNX and give that file instead`,
        [{ reason: `rotary positions scaled by "${kind}"` }],
      );
  }
}

/** Llama 3.1: slow angles are divided by a factor, fast ones stay, between them it is interpolated. */
function stretched(frequency: number, config: CheckpointConfig, parameters: JsonFields): number {
  const factor = parameters.number("factor");
  const low = parameters.number("low_freq_factor");
  const high = parameters.number("high_freq_factor");
  const trained = parameters.number(
    "original_max_position_embeddings",
    config.number("original_max_position_embeddings", config.integer("max_position_embeddings")),
  );
  const turns = (trained * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return (1 - share) * (frequency / factor) + share * frequency;
}
