/** @file Which ONNX file of a model is meant: the layouts of Optimum and of transformers.js, and the element types they come in. */

import { CheckpointError, InvalidOptionError } from "../errors.ts";
import { filesIn, type ModelStore, type PlacedFile } from "./model-store.ts";
import { ONNX_DTYPES, type OnnxDtype, onnxFileName } from "./onnx-names.ts";

/** The folder of transformers.js. */
const FOLDER = "onnx";

/** An ONNX file of a store. */
export interface OnnxPlace {
  /** In the store. */
  readonly path: string;
  readonly file: PlacedFile;
}

/**
 * The ONNX file of a model: `model.onnx`, `model_fp16.onnx`, `model_quantized.onnx`, ... in its folder (Optimum) or in
 * `onnx` (transformers.js), or the only .onnx file there. Undefined where there is none.
 *
 * @param dtype - Which one. Default: float32, else the best there is.
 * @throws {InvalidOptionError} When there are ONNX files, but none of that type; lists those there are.
 * @throws {CheckpointError} When there are several, of names that tell nothing.
 */
export async function findOnnxFile(store: ModelStore, dtype?: OnnxDtype): Promise<OnnxPlace | undefined> {
  const wanted = (dtype === undefined ? ONNX_DTYPES : [dtype]).map(onnxFileName);
  const paths = wanted.flatMap((name) => [name, `${FOLDER}/${name}`]);
  const found = store.listed ? await onnxFiles(store) : undefined;
  if (found?.length === 1 && dtype === undefined) paths.push(found[0] as string);
  for (const path of paths) {
    const file = found?.includes(path) === false ? undefined : await store.place(path);
    if (file !== undefined) return { path, file };
  }
  if (found === undefined || found.length === 0) return undefined;
  const names = found.map((path) => `"${path}"`).join(", ");
  if (dtype === undefined) {
    throw new CheckpointError(
      `Cannot choose an ONNX file in "${store.where}": it has ${names}, none named model.onnx; give the path of one of them`,
      store.where,
    );
  }
  const types = ONNX_DTYPES.filter((type) => found.some((path) => nameOf(path) === onnxFileName(type)));
  const other =
    types.length === 0 ? "give the file itself" : `use one of ${types.map((type) => `"${type}"`).join(", ")}`;
  throw new InvalidOptionError(
    `Cannot use dtype "${dtype}": "${store.where}" has ${names}; ${other}${store.remedy === undefined ? "" : `, or: ${store.remedy}`}`,
    "dtype",
    dtype,
    types,
  );
}

/** A file that was named itself. @throws {CheckpointError} When it is not there. */
export async function namedOnnxFile(store: ModelStore, path: string): Promise<OnnxPlace> {
  const file = await store.place(path);
  if (file !== undefined) return { path, file };
  throw new CheckpointError(`Cannot load "${path}" in "${store.where}": there is no file of that name`, path);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

async function onnxFiles(store: ModelStore): Promise<readonly string[]> {
  const own = await filesIn(store);
  const below = (await filesIn(store, FOLDER)).map((name) => `${FOLDER}/${name}`);
  return [...own, ...below].filter((path) => path.endsWith(".onnx"));
}
