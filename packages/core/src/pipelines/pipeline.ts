/** @file Pipelines of transformers.js that are loaded already: what can be told of them, and which files may be theirs. */

import { CheckpointError, quote, UnsupportedModelError } from "../errors.ts";
import type { ModelStore } from "../loading/model-store.ts";

/** What is needed of a pipeline of `@huggingface/transformers`, version 3 or 4. */
export interface TransformersPipeline {
  readonly task: string;
  readonly model: {
    /** What config.json says, and what the library adds. */
    readonly config: object;
    /** By the role of each; those of encoders and of decoders have one. */
    readonly sessions: Readonly<Record<string, unknown>>;
  };
}

/** Whether something is such a pipeline: a function with a model that has sessions of the engine. */
export function isPipeline(value: unknown): value is TransformersPipeline {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return false;
  const { task, model } = value as Partial<TransformersPipeline>;
  return typeof task === "string" && typeof model?.sessions === "object" && typeof model.config === "object";
}

/** Files that a pipeline may have been made from. */
export interface PipelineCandidate {
  /** What errors call the place. */
  readonly name: string;
  /** config.json as it stands there; undefined where there is none. */
  config(): Promise<string | undefined>;
  open(): Promise<ModelStore>;
}

/**
 * The files that a pipeline was made from: those whose config.json says what the pipeline's does. It keeps no name.
 *
 * @param where - What was searched, for errors.
 * @throws {CheckpointError} When there are none, or several.
 */
export async function filesOfPipeline(
  { model, task }: TransformersPipeline,
  candidates: readonly PipelineCandidate[],
  where: string,
): Promise<ModelStore> {
  const fitting: { readonly candidate: PipelineCandidate; readonly fields: number }[] = [];
  for (const candidate of candidates) {
    const text = await candidate.config();
    const fields = text === undefined ? undefined : fieldsSaid(model.config, text);
    if (fields !== undefined) fitting.push({ candidate, fields });
  }
  // The pipeline's own says most of what it knows: another one may say less, and nothing else.
  const most = Math.max(...fitting.map(({ fields }) => fields));
  const same = fitting.flatMap(({ candidate, fields }) => (fields === most ? [candidate] : []));
  const [only, ...others] = same;
  if (only !== undefined && others.length === 0) return only.open();
  const named = (list: readonly PipelineCandidate[]) => list.map(({ name }) => quote(name)).join(", ");
  const found =
    only !== undefined
      ? `${named(same)} have the same config.json; say which one is meant`
      : `none of the models in ${where} has its config.json (${candidates.length === 0 ? "there are none" : `there are ${named(candidates)}`}); say what it was made from`;
  throw new CheckpointError(
    `Cannot find the files of the pipeline for ${quote(task)}: ${found} (\`model\`: its name, or the path or address of its folder), or where pipelines keep their files (\`env\` of "@huggingface/transformers"), in the option \`loading\``,
  );
}

/** Fields that the library sets where a file does not: they tell files not apart. */
const LIBRARY = ["model_type", "is_encoder_decoder", "max_position_embeddings", "normalized_config"];

/** How many fields a file says of a configuration; undefined where it says one otherwise, or nothing. */
function fieldsSaid(config: object, text: string): number | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof stored !== "object" || stored === null) return undefined;
  const entries = Object.entries(stored);
  if (!entries.every(([key, value]) => same((config as Record<string, unknown>)[key], value))) return undefined;
  return entries.filter(([key]) => !LIBRARY.includes(key)).length;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/**
 * Element type of the file that a pipeline runs, as transformers.js calls it: "fp32", "q8"; undefined where it does not say.
 *
 * @throws {UnsupportedModelError} When it runs several graphs: of encoder-decoders, and models of several kinds of inputs.
 */
export function dtypeOf({ model, task }: TransformersPipeline): string | undefined {
  const [session, ...others] = Object.entries(model.sessions);
  if (others.length > 0) {
    const names = Object.keys(model.sessions).map(quote).join(", ");
    throw new UnsupportedModelError(
      `Cannot explain the pipeline for ${quote(task)}: its model is a chain of graphs (${names}), and calig explains models with one stack of blocks; give a pipeline of an encoder that classifies, or of a decoder`,
      [{ reason: "several graphs" }],
    );
  }
  const { config } = (session?.[1] ?? {}) as { readonly config?: { readonly dtype?: unknown } };
  return typeof config?.dtype === "string" ? config.dtype : undefined;
}
