/** @file Numbers of a configuration held to the names and shapes of the weights, before anything is made of that size. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { exampleNames, type WeightSource } from "./parameters.ts";

/** Where families keep their blocks. Decoders of masked pretraining are not built. */
const BLOCK = /^(?!decoder[._])(?:.*\.)?(?:(?:encoder|transformer)\.layer|layers|blocks|h)\.(\d+)\./;
/** ALBERT's sets of weights, which several blocks share. */
const GROUP = /(?:^|\.)albert_layer_groups\.(\d+)\.albert_layers\.(\d+)\./;

/** Sizes that some tensor has as an axis, alone or times others. */
const AXES = [
  "hidden_size",
  "dim",
  "d_model",
  "embedding_size",
  "intermediate_size",
  "hidden_dim",
  "vocab_size",
  "type_vocab_size",
  "num_attention_heads",
  "n_heads",
  "num_key_value_heads",
  "head_dim",
  "n_inner",
  "num_channels",
  "num_register_tokens",
  "position_buckets",
  "relative_attention_num_buckets",
];
/** Constants of formulas, by what their names end in, and between which numbers they are of use. */
const CONSTANTS: readonly (readonly [name: RegExp, least: number, most: number, wanted: string])[] = [
  [/(^|_)eps(ilon)?$/, 0, 1, "a number from 0 to 1"],
  [/(^|_)rope_theta$/, Number.MIN_VALUE, 1e15, "a number above 0 and up to 1e15"],
];

/** Lists of so many numbers cost nothing. */
const HARMLESS = 2 ** 17;

/** No model has more. */
const MOST_BLOCKS = 1000;
const MOST_POSITIONS = 2 ** 18;
const MOST_PIXELS = 2 ** 14;

/**
 * @throws {CheckpointError} When the configuration counts other blocks, sets, positions or classes than the weights have,
 * or its numbers cannot be those of a model; names both numbers.
 */
export function checkSizes(config: CheckpointConfig, weights: WeightSource): void {
  checkConstants(config);
  checkAxes(config, weights);
  checkBlocks(config, weights);
  checkHeads(config);
  checkPositions(config, weights);
  for (const size of config.has("image_size") ? config.integers("image_size") : []) {
    if (size > MOST_PIXELS)
      throw deny(config, weights, "image_size", size, `calig reads at most ${MOST_PIXELS} pixels`);
  }
}

function checkConstants(config: CheckpointConfig): void {
  for (const key of config.keys()) {
    const found = CONSTANTS.find(([name]) => name.test(key));
    const value = config.raw(key);
    if (found === undefined || typeof value !== "number") continue;
    const [, least, most, wanted] = found;
    if (value >= least && value <= most) continue;
    throw new CheckpointError(
      `Cannot use "${config.file}": "${key}" is ${value}, wanted ${wanted}; check that the file belongs to this model`,
      config.file,
    );
  }
}

/**
 * A size that is larger than every axis of every tensor is that of none. Smaller ones are held to the tensors they are of,
 * which says more; what a configuration states and its model does not use is not denied.
 */
function checkAxes(config: CheckpointConfig, weights: WeightSource): void {
  let largest = HARMLESS;
  for (const name of weights.names) for (const size of weights.get(name).shape) largest = Math.max(largest, size);
  const stated = AXES.map((key) => [key, config.raw(key)] as const);
  for (const [key, size] of [...stated, ["num_labels", config.numLabels] as const]) {
    if (typeof size === "number" && size > largest)
      throw deny(config, weights, key, size, `no axis of the weights has more than ${largest}`);
  }
}

function checkBlocks(config: CheckpointConfig, weights: WeightSource): void {
  const key = config.has("layer_types") ? "layer_types" : "num_hidden_layers";
  const stated = key === "layer_types" ? config.strings(key).length : config.integer(key);
  const groups = indices(weights, GROUP, 1);
  if (groups.size > 0) {
    compare("num_hidden_groups", config.integer("num_hidden_groups", 1), groups, "sets of block weights");
    const members = indices(weights, GROUP, 2);
    compare("inner_group_num", config.integer("inner_group_num", 1), members, "blocks in each set of weights");
  } else {
    const blocks = indices(weights, BLOCK, 1);
    if (blocks.size > 0) compare(key, stated, blocks, "blocks");
  }
  if (stated < 1) throw deny(config, weights, key, stated, "calig explains the blocks of a model");
  if (stated > MOST_BLOCKS) throw deny(config, weights, key, stated, `calig builds at most ${MOST_BLOCKS} blocks`);

  function compare(name: string, wanted: number, found: ReadonlySet<number>, what: string): void {
    const last = [...found].reduce((most, index) => Math.max(most, index), 0);
    if (found.size === wanted && last === wanted - 1) return;
    const gap = last === found.size - 1 ? "" : `, the last of which has the number ${last}`;
    throw deny(config, weights, name, wanted, `the weights have ${found.size} ${what}${gap}`);
  }
}

const indices = ({ names }: WeightSource, pattern: RegExp, group: number): ReadonlySet<number> =>
  new Set([...names].flatMap((name) => pattern.exec(name)?.[group] ?? []).map(Number));

function checkHeads(config: CheckpointConfig): void {
  // Heads of a size of their own share nothing.
  if (config.has("head_dim") || !config.has("hidden_size") || !config.has("num_attention_heads")) return;
  const width = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  if (heads >= 1 && width % heads === 0) return;
  throw new CheckpointError(
    `Cannot use "${config.file}": a hidden size of ${width} cannot be shared by ${heads} attention heads; check that the file belongs to this model`,
    config.file,
  );
}

function checkPositions(config: CheckpointConfig, weights: WeightSource): void {
  checkTable("type_vocab_size", /(^|\.)embeddings\.token_type_embeddings\.weight$/, "kinds of tokens");
  const key = "max_position_embeddings";
  const stated = checkTable(key, /(^|\.)embeddings\.position_embeddings\.weight$/, "positions");
  if (stated === undefined) return;
  if (stated > MOST_POSITIONS)
    throw deny(config, weights, key, stated, `calig builds at most ${MOST_POSITIONS} positions`);

  function checkTable(name: string, pattern: RegExp, what: string): number | undefined {
    if (!config.has(name)) return undefined;
    const wanted = config.integer(name);
    const table = [...weights.names].find((each) => pattern.test(each));
    const rows = table === undefined ? undefined : weights.get(table).shape[0];
    if (rows === undefined || rows === wanted) return wanted;
    throw deny(config, weights, name, wanted, `the weights have ${rows} ${what} ("${table}")`);
  }
}

const deny = (config: CheckpointConfig, weights: WeightSource, key: string, stated: number, found: string) =>
  new CheckpointError(
    `Cannot build the model from ${weights.description}: "${key}" in ${config.file} ${key === "layer_types" ? "names" : "is"} ${stated}, and ${found} (tensors such as ${exampleNames(weights.names)}); check that both belong to the same model`,
    config.file,
  );
