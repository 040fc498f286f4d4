/** @file Where the ONNX file of a model is: the layouts of Optimum and of transformers.js, and the element types they come in. */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CheckpointError, InvalidOptionError } from "@calig/core/internal/errors";
import { PROCESSOR_FILES } from "@calig/core/internal/input/image/find-image-processor";
import { checkDtype, ONNX_DTYPES, type OnnxDtype, onnxFileName } from "@calig/core/internal/loading/onnx-names";

/** One ONNX file of a model. */
export interface OnnxPlace {
  readonly file: string;
  /** Folder of config.json, tokenizer and preprocessor files. */
  readonly folder: string;
}

/**
 * The ONNX file of a folder: `model.onnx`, `model_fp16.onnx`, `model_quantized.onnx`, ... in the folder (Optimum) or in
 * its folder `onnx` (transformers.js), or the only .onnx file there. Undefined where there is none.
 *
 * @param dtype - Which one. Default: float32, else the best there is.
 * @throws {InvalidOptionError} When there are ONNX files, but none of that type; lists those there are.
 */
export async function findOnnxFile(folder: string, dtype?: OnnxDtype): Promise<OnnxPlace | undefined> {
  checkDtype(dtype);
  const folders = [folder, join(folder, "onnx")];
  const found: string[] = [];
  for (const place of folders) {
    const names = await readdir(place).catch((): string[] => []);
    found.push(...names.filter((name) => name.endsWith(".onnx")).map((name) => join(place, name)));
  }
  const wanted = dtype === undefined ? ONNX_DTYPES : [dtype];
  for (const type of wanted) {
    const file = found.find((path) => basename(path) === onnxFileName(type));
    if (file !== undefined) return { file, folder };
  }
  const [only, ...others] = found;
  if (only === undefined) return undefined;
  if (dtype === undefined && others.length === 0) return { file: only, folder };
  const names = found.map((path) => `"${path.slice(folder.length + 1)}"`).join(", ");
  if (dtype === undefined) {
    throw new CheckpointError(
      `Cannot choose an ONNX file in "${folder}": it has ${names}, none named model.onnx; give the path of one of them`,
      folder,
    );
  }
  const types = ONNX_DTYPES.filter((type) => found.some((path) => basename(path) === onnxFileName(type)));
  throw new InvalidOptionError(
    `Cannot use dtype "${dtype}": "${folder}" has ${names}; use one of ${types.map((type) => `"${type}"`).join(", ")}`,
    "dtype",
    dtype,
    types,
  );
}

/** The place of a file that was given itself: its tokenizer and configuration are beside it, or one folder up. */
export async function placeOfFile(file: string): Promise<OnnxPlace> {
  const folder = dirname(file);
  for (const place of [folder, dirname(folder)]) {
    for (const name of ["config.json", "tokenizer.json", ...PROCESSOR_FILES]) {
      if (await isFile(join(place, name))) return { file, folder: place };
    }
  }
  return { file, folder };
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
