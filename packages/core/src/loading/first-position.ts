/** @file The number of the first token, for ONNX files that are given the positions. */

import type { CheckpointConfig } from "../checkpoint/config.ts";

/** Families of transformers that number tokens from the row behind that of padding (create_position_ids_from_input_ids). */
const AFTER_PADDING: ReadonlySet<string> = new Set([
  "camembert",
  "data2vec-text",
  "esm",
  "ibert",
  "layoutlmv3",
  "lilt",
  "longformer",
  "luke",
  "mpnet",
  "roberta",
  "roberta-prelayernorm",
  "xlm-roberta",
  "xlm-roberta-xl",
  "xmod",
]);

/** Their default. */
const PADDING = 1;

/** 0, or the first number that is no padding's. */
export const firstPosition = (config: CheckpointConfig | undefined): number =>
  config !== undefined && AFTER_PADDING.has(config.modelType) ? config.integer("pad_token_id", PADDING) + 1 : 0;
