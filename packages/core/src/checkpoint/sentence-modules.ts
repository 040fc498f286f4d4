/** @file What the files of a sentence-transformers folder say: its modules, how they pool, its prompts and its similarity. */

import { CheckpointError, quote, UnsupportedModelError } from "../errors.ts";
import { parseJson } from "../util/parse-json.ts";
import { isRecord } from "./json-fields.ts";

export const MODULES = "modules.json";

/** One line of modules.json: the name of its class, and the folder of its files. */
export interface SentenceModule {
  readonly type: string;
  readonly path: string;
}

/** Poolings by the fields of older files. */
const FLAGS = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "lasttoken",
} as const;

const MODES: readonly string[] = Object.values(FLAGS);
export type PoolingName = (typeof FLAGS)[keyof typeof FLAGS];

/** An object in a JSON file. @throws {CheckpointError} When it is none. */
export function jsonRecord(text: string, file: string): Readonly<Record<string, unknown>> {
  const value = parsed(text, file);
  if (isRecord(value)) return value;
  throw new CheckpointError(`Cannot use ${quote(file)}: found no object in it; check that the file is whole`, file);
}

function parsed(text: string, file: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new CheckpointError(`Cannot use ${quote(file)}: it is no valid JSON; download it again`, file, { cause });
  }
}

/** @throws {CheckpointError} When the file is no list of modules. */
export function parseModules(text: string): readonly SentenceModule[] {
  const list = parsed(text, MODULES);
  if (!Array.isArray(list) || list.length === 0) throw notModules();
  return list.map((entry: unknown) => {
    const { type, path = "" } = isRecord(entry) ? entry : {};
    if (typeof type !== "string" || typeof path !== "string") throw notModules();
    return { type: type.split(".").at(-1) as string, path: path.replace(/\/+$/, "") };
  });
}

const notModules = (): CheckpointError =>
  new CheckpointError(
    `Cannot use ${quote(MODULES)}: wanted a list of modules, each with a "type" and a "path"; check that the file is whole`,
    MODULES,
  );

/**
 * The poolings of a Pooling module, in the order in which their vectors are joined.
 *
 * @throws {UnsupportedModelError} For one that is not known, or a pooling that leaves prompts out.
 */
export function readPooling(
  fields: Readonly<Record<string, unknown>>,
  file: string,
): readonly [PoolingName, ...PoolingName[]] {
  const { pooling_mode: named } = fields;
  const names: readonly unknown[] =
    typeof named === "string"
      ? named.split("+")
      : Array.isArray(named)
        ? named
        : Object.entries(FLAGS).flatMap(([flag, mode]) => (fields[flag] === true ? [mode] : []));
  const foreign = names.find((name) => typeof name !== "string" || !MODES.includes(name));
  if (foreign !== undefined || names.length === 0) {
    const found = foreign === undefined ? "no pooling" : `the pooling ${quote(String(foreign))}`;
    throw new UnsupportedModelError(
      `Cannot build the model: ${quote(file)} names ${found}; calig knows ${MODES.join(", ")}`,
      [{ reason: "pooling" }],
    );
  }
  return names as [PoolingName, ...PoolingName[]];
}

/** What models and sentence-transformers say of how texts are given and compared. */
export interface SentenceSettings {
  /** What is compared: cosine, or the product of the embeddings. */
  readonly similarity: "cosine" | "dot";
  /** What is put before texts, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The one that is used where none is named. */
  readonly defaultPrompt?: string;
}

/** @throws {UnsupportedModelError} For a similarity that is a distance. */
export function readSentenceSettings(fields: Readonly<Record<string, unknown>>, file: string): SentenceSettings {
  const { similarity_fn_name: named, prompts, default_prompt_name: usual } = fields;
  const similarity = named === undefined || named === null ? "cosine" : named === "dot_score" ? "dot" : named;
  if (similarity !== "cosine" && similarity !== "dot") {
    throw new UnsupportedModelError(
      `Cannot build the model: ${quote(file)} compares embeddings by ${quote(String(named))}; calig knows cosine and dot`,
      [{ reason: `similarity ${String(named)}` }],
    );
  }
  const texts = Object.entries(isRecord(prompts) ? prompts : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    similarity,
    prompts: Object.fromEntries(texts),
    ...(typeof usual === "string" ? { defaultPrompt: usual } : {}),
  };
}
