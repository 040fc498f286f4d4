/** @file What a name or a path means on this machine: a built-in model, a folder, an ONNX or GGUF file, or a model in the cache of Hugging Face. */

import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Warning } from "@calig/core/internal/attribution/explanation";
import { CheckpointError, InvalidOptionError } from "@calig/core/internal/errors";
import { PROCESSOR_FILES } from "@calig/core/internal/input/image/find-image-processor";
import { isGguf } from "@calig/core/internal/loading/gguf-place";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import { isHubName, otherFormat } from "@calig/core/internal/loading/other-formats";
import { builtinFolder, builtinModels } from "./builtin-models.ts";
import { diskStore } from "./disk-store.ts";
import { hubCacheFolder, hubSnapshot } from "./hub/hub-cache.ts";
import { isOffline } from "./hub/hub-settings.ts";
import type { HubOptions } from "./hub/hub-store.ts";

/** A model on disk. */
export interface FoundSource {
  readonly store: ModelStore;
  /** The ONNX or GGUF file that was named, by its path in the store. */
  readonly file?: string;
  readonly warnings?: readonly Warning[];
}

export interface FindOptions extends HubOptions {
  /** Whether the hub may be asked for a model that is named. Default: no. */
  readonly allowDownload?: boolean | undefined;
}

/**
 * Finds a model, in that order: a built-in one, a path, a name on the hub of Hugging Face, where that may be asked, or in its
 * cache.
 *
 * @throws {CheckpointError} When there is nothing of that name, or it is no model.
 * @throws {InvalidOptionError} When there is a revision, and the model is a path or built in.
 */
export async function findSource(source: string, options: FindOptions = {}): Promise<FoundSource> {
  const { revision, allowDownload = false } = options;
  const builtin = builtinFolder(source);
  const path = builtin ?? resolve(source);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    if (!allowDownload || !isHubName(source) || isOffline()) return { store: await cached(source, options) };
    const { hubModel } = await import("./hub/hub-store.ts");
    const { store, warnings } = await hubModel(source, options);
    return { store, warnings };
  }
  if (revision !== undefined) {
    const is = builtin === undefined ? "a path on this machine" : "a built-in model";
    throw new InvalidOptionError(
      `Cannot use revision "${revision}": "${source}" is ${is}, and revisions are of models in the cache of Hugging Face; leave it out`,
      "revision",
      revision,
    );
  }
  if (found.isDirectory()) return { store: diskStore(path, builtin === undefined ? basename(path) : source) };
  // Pipes and devices have no end that could be waited for.
  if (!found.isFile()) {
    throw new CheckpointError(`Cannot load model "${source}": it is neither a file nor a folder; give one`, source);
  }
  if (isGguf(path)) return { store: diskStore(dirname(path), basename(path)), file: basename(path) };
  if (!path.endsWith(".onnx")) throw otherFile(source, path);
  const folder = await folderOfFile(path);
  const file = folder === dirname(path) ? basename(path) : `${basename(dirname(path))}/${basename(path)}`;
  return { store: diskStore(folder, basename(path)), file };
}

/** The companions of a file that was given itself are beside it, or one folder up. */
async function folderOfFile(file: string): Promise<string> {
  for (const folder of [dirname(file), dirname(dirname(file))]) {
    for (const name of ["config.json", "tokenizer.json", ...PROCESSOR_FILES]) {
      if ((await stat(join(folder, name)).catch(() => undefined))?.isFile() === true) return folder;
    }
  }
  return dirname(file);
}

/** @throws {CheckpointError} When the cache does not hold it. */
async function cached(source: string, { revision, allowDownload }: FindOptions): Promise<ModelStore> {
  const snapshot = await hubSnapshot(source, revision);
  if (snapshot === undefined) throw nothingThere(source, allowDownload === true && isHubName(source));
  return {
    ...diskStore(snapshot.folder, source),
    remedy: `the cache holds what was downloaded so far: get the rest of the model (hf download ${source}${revision === undefined ? "" : ` --revision ${revision}`}, or --allow-download)`,
  };
}

/**
 * The error for what is neither a path nor a name.
 *
 * @param offline - Whether it would have been downloaded, had HF_HUB_OFFLINE not been set.
 */
function nothingThere(source: string, offline: boolean): CheckpointError {
  const builtin = builtinModels().map(({ id }) => `"${id}"`);
  const fetchesNothing = "calig fetches nothing from a network unless it is told to";
  const download = (name: string) => `hf download ${name} --local-dir FOLDER, or git clone with Git LFS`;
  const hub = offline
    ? `. HF_HUB_OFFLINE forbids to ask the hub for it, and the cache of Hugging Face ("${hubCacheFolder()}") does not hold it: unset the variable, or download it elsewhere and give its folder`
    : `. If it is the name of a model on a hub: ${fetchesNothing}, and the cache of Hugging Face ("${hubCacheFolder()}") does not hold it: give --allow-download (loadModel(name, { allowDownload: true })), or download it there (hf download ${source}), or into a folder (${download(source)}), and give that`;
  const about = /^[a-z]+:\/\//.test(source)
    ? `it is an address; ${fetchesNothing}: download the model (${download("NAME")}) and give its folder`
    : `there is no such folder, and no built-in model of that name; built in: ${builtin.join(", ")}${isHubName(source) ? hub : ""}`;
  return new CheckpointError(`Cannot load model "${source}": ${about}`, source);
}

/** The error for a file that is neither an ONNX nor a GGUF file. */
function otherFile(source: string, path: string): CheckpointError {
  const name = basename(path);
  const part = /^(config|tokenizer.*|adapter_config)\.json$|\.safetensors$|\.index\.json$/.test(name);
  const about = part
    ? `it is a file of a model; give its folder, "${dirname(path)}"`
    : `it is a file; ${otherFormat([name]) ?? "give an .onnx or a .gguf file, or the folder that holds config.json, the weights and the tokenizer files"}`;
  return new CheckpointError(`Cannot load model "${source}": ${about}`, source);
}
