/** @file Sizes of a configuration held to the names and shapes of the weights, before anything is made of that size. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { exampleNames, type WeightSource } from "./parameters.ts";

/** Where families keep their blocks. Decoders of masked pretraining are not built. */
const BLOCK = /^(?!decoder[._])(?:.*\.)?(?:(?:encoder|transformer)\.layer|layers|blocks)\.(\d+)\./;
/** ALBERT's sets of weights, which several blocks share. */
const GROUP = /(?:^|\.)albert_layer_groups\.(\d+)\.albert_layers\.(\d+)\./;

/** No model has more. */
const MOST_BLOCKS = 1000;
const MOST_POSITIONS = 2 ** 20;
const MOST_PIXELS = 2 ** 14;

/**
 * @throws {CheckpointError} When the configuration counts other blocks, sets or positions than the weights have, or its
 * numbers cannot be those of a model; names both numbers.
 */
export function checkSizes(config: CheckpointConfig, weights: WeightSource): void {
  checkBlocks(config, weights);
  checkHeads(config);
  checkPositions(config, weights);
  for (const size of config.has("image_size") ? config.integers("image_size") : []) {
    if (size > MOST_PIXELS)
      throw deny(config, weights, "image_size", size, `calig reads at most ${MOST_PIXELS} pixels`);
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
  if (stated > MOST_BLOCKS) throw deny(config, weights, key, stated, `calig builds at most ${MOST_BLOCKS} blocks`);

  function compare(name: string, wanted: number, found: ReadonlySet<number>, what: string): void {
    const last = Math.max(...found);
    if (found.size === wanted && last === wanted - 1) return;
    const gap = last === found.size - 1 ? "" : `, the last of which has the number ${last}`;
    throw deny(config, weights, name, wanted, `the weights have ${found.size} ${what}${gap}`);
  }
}

const indices = ({ names }: WeightSource, pattern: RegExp, group: number): ReadonlySet<number> =>
  new Set([...names].flatMap((name) => pattern.exec(name)?.[group] ?? []).map(Number));

function checkHeads(config: CheckpointConfig): void {
  if (!config.has("hidden_size") || !config.has("num_attention_heads")) return;
  const width = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  if (heads >= 1 && width % heads === 0) return;
  throw new CheckpointError(
    `Cannot use "${config.file}": a hidden size of ${width} cannot be shared by ${heads} attention heads; check that the file belongs to this model`,
    config.file,
  );
}

function checkPositions(config: CheckpointConfig, weights: WeightSource): void {
  const key = "max_position_embeddings";
  if (!config.has(key)) return;
  const stated = config.integer(key);
  const table = [...weights.names].find((name) => /(^|\.)embeddings\.position_embeddings\.weight$/.test(name));
  const rows = table === undefined ? undefined : weights.get(table).shape[0];
  if (rows !== undefined && rows !== stated) {
    throw deny(config, weights, key, stated, `the weights have ${rows} positions ("${table}")`);
  }
  if (stated > MOST_POSITIONS)
    throw deny(config, weights, key, stated, `calig builds at most ${MOST_POSITIONS} positions`);
}

const deny = (config: CheckpointConfig, weights: WeightSource, key: string, stated: number, found: string) =>
  new CheckpointError(
    `Cannot build the model from ${weights.description}: "${key}" in ${config.file} ${key === "layer_types" ? "names" : "is"} ${stated}, and ${found} (tensors such as ${exampleNames(weights.names)}); check that both belong to the same model`,
    config.file,
  );
