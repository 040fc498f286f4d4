/** @file What to say where no model is found: what is there instead, and where a model may be. */

import { CheckpointError, InvalidOptionError, UnsupportedModelError } from "../errors.ts";
import type { ModelStore } from "./model-store.ts";
import { type OnnxDtype, onnxFileName } from "./onnx-place.ts";
import { otherFormat } from "./other-formats.ts";

/** Levels of folders that are searched, as deep as download caches lay models. */
const DEPTH = 3;
/** Folders that are named, and entries of each that are looked at, at most. */
const SHOWN = 5;
const LOOKED_AT = 100;

/** The error for a place without config.json and without an ONNX file: models below it, or files of other formats. */
export async function noModelIn(source: string, store: ModelStore): Promise<CheckpointError> {
  const {
    where,
    listed,
    remedy = "give the folder of a Hugging Face model: config.json, model.safetensors and the tokenizer files",
  } = store;
  const names = await store.list();
  const below = await modelsBelow(store, "", DEPTH);
  const format = otherFormat(names);
  const missing = `there is no "config.json" and no ${listed ? ".onnx file in it" : '"onnx/model.onnx"'}`;
  const found =
    listed && names.length === 0
      ? "the folder is empty"
      : `${missing}${format === undefined ? "" : `; it has ${format}`}`;
  const shown = below
    .slice(0, SHOWN)
    .map((path) => `"${where}/${path}"`)
    .join(", ");
  const more = below.length > SHOWN ? ` and ${below.length - SHOWN} more` : "";
  const several = below.length > 1 ? "one of " : "";
  const wayOut =
    below.length > 0
      ? `; there ${below.length === 1 ? "is a model" : "are models"} below it, give ${several}${shown}${more}`
      : format === undefined
        ? `; ${remedy}`
        : "";
  return new CheckpointError(`Cannot load model "${source}": ${found}${wayOut}`, source);
}

/** The error for an element type where there is no ONNX file at all, or none is seen. */
export function noOnnxOfType({ where, listed, remedy }: ModelStore, dtype: OnnxDtype): InvalidOptionError {
  const found = listed ? "no .onnx file" : `no "onnx/${onnxFileName(dtype)}"`;
  return new InvalidOptionError(
    `Cannot use dtype "${dtype}": "${where}" has ${found}, and dtype chooses among such files; leave it out to load the checkpoint, or ${remedy ?? "export the model to ONNX"}`,
    "dtype",
    dtype,
  );
}

/** The error for an ONNX or GGUF file where nothing reads such files. */
export const onlyCheckpoints = ({ where }: ModelStore, path: string): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot load "${path}" in "${where}": it is ${path.endsWith(".onnx") ? "an ONNX" : "a GGUF"} file, and checkpoints of the families that were given are read here; load it with the loadModel() of "@calig/web" itself, or give the checkpoint and its family`,
    [{ reason: "no checkpoint" }],
  );

/** Folders below that hold a configuration with weights, or an ONNX file. */
async function modelsBelow(store: ModelStore, folder: string, depth: number): Promise<readonly string[]> {
  if (depth === 0) return [];
  const found: string[] = [];
  for (const entry of (await store.list(folder)).slice(0, LOOKED_AT)) {
    if (!entry.endsWith("/") || entry.startsWith(".")) continue;
    const path = `${folder}${folder === "" ? "" : "/"}${entry.slice(0, -1)}`;
    const names = await store.list(path);
    const weights = names.some((name) => name.endsWith(".safetensors")) || (await store.list(path)).includes("onnx/");
    const holds = names.some((name) => name.endsWith(".onnx")) || (weights && names.includes("config.json"));
    found.push(...(holds ? [path] : await modelsBelow(store, path, depth - 1)));
  }
  return found;
}
