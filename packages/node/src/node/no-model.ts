/** @file What to say of a path that is no model: what is there instead, and where a model may be. */

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CheckpointError } from "@calig/core/internal/errors";
import { downloadRemedy, isHubName, otherFormat } from "@calig/core/internal/loading/other-formats";
import { builtinModels } from "./builtin-models.ts";
import { isFile } from "./onnx-files.ts";

/** Levels of folders that are searched, as deep as download caches lay models. */
const DEPTH = 3;
/** Folders that are named, and entries of each that are looked at, at most. */
const SHOWN = 5;
const LOOKED_AT = 100;

/** The error for a path that is not there. */
export function nothingThere(source: string): CheckpointError {
  const builtin = builtinModels().map(({ id }) => `"${id}"`);
  const about = /^[a-z]+:\/\//.test(source)
    ? `it is an address; ${downloadRemedy("NAME")}`
    : `there is no such folder, and no built-in model of that name; built in: ${builtin.join(", ")}${isHubName(source) ? `. If it is the name of a model on a hub: ${downloadRemedy(source)}` : ""}`;
  return new CheckpointError(`Cannot load model "${source}": ${about}`, source);
}

/** The error for a file that is no ONNX file. */
export function otherFile(source: string, path: string): CheckpointError {
  const name = basename(path);
  const part = /^(config|tokenizer.*|adapter_config)\.json$|\.safetensors$|\.index\.json$/.test(name);
  const about = part
    ? `it is a file of a model; give its folder, "${dirname(path)}"`
    : `it is a file; ${otherFormat([name]) ?? "give an .onnx file, or the folder that holds config.json, the weights and the tokenizer files"}`;
  return new CheckpointError(`Cannot load model "${source}": ${about}`, source);
}

/** The error for a folder without config.json and without an ONNX file: models below it, or files of other formats. */
export async function noModelIn(source: string, folder: string): Promise<CheckpointError> {
  const names = await readdir(folder).catch((): string[] => []);
  const below = await modelsBelow(folder, DEPTH);
  const format = otherFormat(names);
  const found =
    names.length === 0
      ? "the folder is empty"
      : `there is no "config.json" and no .onnx file in it${format === undefined ? "" : `; it has ${format}`}`;
  const listed = below
    .slice(0, SHOWN)
    .map((path) => `"${path}"`)
    .join(", ");
  const more = below.length > SHOWN ? ` and ${below.length - SHOWN} more` : "";
  const remedy =
    below.length > 0
      ? `; there ${below.length === 1 ? "is a model" : "are models"} below it, give ${below.length === 1 ? "" : "one of "}${listed}${more}`
      : format === undefined
        ? "; give the folder of a Hugging Face model: config.json, model.safetensors and the tokenizer files"
        : "";
  return new CheckpointError(`Cannot load model "${source}": ${found}${remedy}`, source);
}

/** Folders below that hold a configuration with weights, or an ONNX file. */
async function modelsBelow(folder: string, depth: number): Promise<string[]> {
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.slice(0, LOOKED_AT)) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const names = await readdir(path).catch((): string[] => []);
    const weights = names.some((name) => name.endsWith(".safetensors") || name === "onnx");
    const holds =
      names.some((name) => name.endsWith(".onnx")) || (weights && (await isFile(join(path, "config.json"))));
    found.push(...(holds ? [path] : await modelsBelow(path, depth - 1)));
  }
  return found;
}
