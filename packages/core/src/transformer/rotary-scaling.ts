/** @file The angles of rotary positions as configurations state them: their base, and how models that read longer texts scale them. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { isNumber, type JsonFields } from "../checkpoint/json-fields.ts";
import { CheckpointError, UnsupportedModelError } from "../errors.ts";

/** How the vectors of a head are turned. */
export interface Rotary {
  /** Angle per place of each pair of elements: two for each are turned, from the first; the rest of a head is not. */
  readonly frequencies: readonly number[];
  /** What turned elements are multiplied by. */
  readonly amplitude: number;
}

type Scaling = (plain: readonly number[], config: CheckpointConfig, parameters: JsonFields, theta: number) => Rotary;

const unscaled = (frequencies: readonly number[]): Rotary => ({ frequencies, amplitude: 1 });

const SCALINGS: Readonly<Record<string, Scaling>> = {
  default: unscaled,
  /** Texts that are longer than the model was trained for get another base; calig reads none of these. */
  dynamic: unscaled,
  linear: (plain, _, parameters) => unscaled(plain.map((frequency) => frequency / parameters.number("factor"))),
  llama3: (plain, config, parameters) => unscaled(plain.map((frequency) => stretched(frequency, config, parameters))),
  yarn,
  longrope,
};

/** Fields of the rotary positions: in "rope_parameters" (transformers 5), or in "rope_theta" and "rope_scaling". */
const parametersOf = (config: CheckpointConfig): JsonFields =>
  config.section(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");

const kindOf = (parameters: JsonFields): string => parameters.string("rope_type", parameters.string("type", "default"));

/**
 * Angle per place of each pair of elements: theta^(-2 i / size), scaled.
 *
 * @param headSize - Elements of a head; "partial_rotary_factor" says which share of them is turned.
 * @param own - Fields of this kind of block, where a model has several kinds. Default: those of the configuration.
 * @throws {UnsupportedModelError} For a scaling that calig does not know.
 * @throws {CheckpointError} When what the scaling needs is missing.
 */
export function rotaryOf(config: CheckpointConfig, headSize: number, own?: JsonFields): Rotary {
  const parameters = own ?? parametersOf(config);
  const kind = kindOf(parameters);
  const theta = parameters.number("rope_theta", config.number("rope_theta", 10_000));
  const share = parameters.number("partial_rotary_factor", config.number("partial_rotary_factor", 1));
  const size = Math.trunc(headSize * share);
  if (!(size > 0 && size <= headSize && size % 2 === 0)) {
    throw new CheckpointError(
      `Cannot use "${config.file}": rotary positions turn ${size} of the ${headSize} elements of a head ("partial_rotary_factor"), wanted an even number of them; check that the file belongs to this model`,
      config.file,
    );
  }
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  const scaling = Object.hasOwn(SCALINGS, kind) ? SCALINGS[kind] : undefined;
  if (scaling !== undefined) return checked(scaling(plain, config, parameters, theta), config);
  const known = Object.keys(SCALINGS).map((name) => `"${name}"`);
  throw new UnsupportedModelError(
    `Cannot build the model: ${config.file} scales rotary positions by "${kind}"; calig builds ${known.join(", ")}; export the model to ONNX and give that file instead`,
    [{ reason: `rotary positions scaled by "${kind}"` }],
  );
}

/** @throws {CheckpointError} When the numbers of a scaling give none. */
function checked(rotary: Rotary, { file }: CheckpointConfig): Rotary {
  if ([rotary.amplitude, ...rotary.frequencies].every((number) => Number.isFinite(number) && number >= 0))
    return rotary;
  throw new CheckpointError(
    `Cannot use "${file}": the numbers of its "rope_scaling" or "rope_parameters" give angles that are no finite numbers; check that the file belongs to this model`,
    file,
  );
}

/**
 * Longest text whose angles do not depend on its length: LongRoPE has other divisors for texts that are longer than those
 * of the training.
 */
export function longestRotary(config: CheckpointConfig): number {
  const most = config.integer("max_position_embeddings");
  const parameters = parametersOf(config);
  if (kindOf(parameters) !== "longrope") return most;
  const [short, long] = [divisors(parameters, "short_factor"), divisors(parameters, "long_factor")];
  return short.every((divisor, i) => divisor === long[i]) ? most : Math.min(most, trainedLength(config, parameters));
}

/** Tokens of the texts that the model was trained with. */
const trainedLength = (config: CheckpointConfig, parameters: JsonFields): number =>
  config.integer(
    "original_max_position_embeddings",
    parameters.integer("original_max_position_embeddings", config.integer("max_position_embeddings")),
  );

/** Llama 3.1: slow angles are divided by a factor, fast ones stay, between them it is interpolated. */
function stretched(frequency: number, config: CheckpointConfig, parameters: JsonFields): number {
  const factor = parameters.number("factor");
  const low = parameters.number("low_freq_factor");
  const high = parameters.number("high_freq_factor");
  const trained = parameters.number("original_max_position_embeddings", trainedLength(config, parameters));
  const turns = (trained * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return (1 - share) * (frequency / factor) + share * frequency;
}

/** YaRN (Peng et al. 2023): as above by the number of the pair, and scores grow with the factor. */
function yarn(plain: readonly number[], config: CheckpointConfig, parameters: JsonFields, theta: number): Rotary {
  const trained = parameters.number("original_max_position_embeddings", trainedLength(config, parameters));
  const factor = parameters.number("factor", config.integer("max_position_embeddings") / trained);
  const grown = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const [own, all] = [parameters.number("mscale", 0), parameters.number("mscale_all_dim", 0)];
  const amplitude = own !== 0 && all !== 0 ? grown(own) / grown(all) : grown(1);
  const size = plain.length * 2;
  /** The pair that makes so many turns. */
  const pair = (turns: number) => (size * Math.log(trained / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const whole = parameters.boolean("truncate", true);
  const [first, last] = [pair(parameters.number("beta_fast", 32)), pair(parameters.number("beta_slow", 1))];
  const from = Math.max(whole ? Math.floor(first) : first, 0);
  const to = Math.min(whole ? Math.ceil(last) : last, size - 1);
  const width = from === to ? 0.001 : to - from;
  const frequencies = plain.map((frequency, i) => {
    const share = Math.min(Math.max((i - from) / width, 0), 1);
    return share * (frequency / factor) + (1 - share) * frequency;
  });
  return { frequencies, amplitude: parameters.number("attention_factor", amplitude) };
}

/** LongRoPE (Ding et al. 2024), for texts that are no longer than those of the training. */
function longrope(plain: readonly number[], config: CheckpointConfig, parameters: JsonFields): Rotary {
  const short = divisors(parameters, "short_factor");
  if (short.length !== plain.length) {
    throw new CheckpointError(
      `Cannot use "${config.file}": "short_factor" has ${short.length} numbers, wanted ${plain.length}, one for each pair of elements of a head; check that the file belongs to this model`,
      config.file,
    );
  }
  const trained = trainedLength(config, parameters);
  const ratio = config.integer("max_position_embeddings") / trained;
  const factor = config.has("original_max_position_embeddings") ? ratio : parameters.number("factor", ratio);
  const amplitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
  return {
    frequencies: plain.map((frequency, i) => frequency / (short[i] as number)),
    amplitude: parameters.number("attention_factor", amplitude),
  };
}

const divisors = (parameters: JsonFields, key: string): readonly number[] =>
  parameters.read(key, undefined, "a list of numbers", (value): value is readonly number[] => {
    return Array.isArray(value) && value.every(isNumber);
  });
