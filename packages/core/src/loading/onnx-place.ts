/** @file Which ONNX file of a model is meant: the layouts of Optimum and of transformers.js, and the element types they come in. */

import { CheckpointError, InvalidOptionError } from "../errors.ts";
import type { Contents } from "./contents.ts";
import type { ModelStore, PlacedFile } from "./model-store.ts";

/** Element types of ONNX files and how transformers.js marks their names; best first. */
const SUFFIXES = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

export type OnnxDtype = keyof typeof SUFFIXES;

/** All of them, best first. */
export const ONNX_DTYPES = Object.keys(SUFFIXES) as readonly OnnxDtype[];

/** "model_fp16.onnx" */
export const onnxFileName = (dtype: OnnxDtype): string => `model${SUFFIXES[dtype]}.onnx`;

/** @throws {InvalidOptionError} When it is none of them. */
function checkDtype(dtype: string | undefined): void {
  if (dtype === undefined || Object.hasOwn(SUFFIXES, dtype)) return;
  throw new InvalidOptionError(
    `Unknown dtype "${dtype}": use one of ${ONNX_DTYPES.map((type) => `"${type}"`).join(", ")}`,
    "dtype",
    dtype,
    ONNX_DTYPES,
  );
}

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
export async function findOnnxFile({ store, names: own }: Contents, dtype?: OnnxDtype): Promise<OnnxPlace | undefined> {
  checkDtype(dtype);
  const wanted = (dtype === undefined ? ONNX_DTYPES : [dtype]).map(onnxFileName);
  const paths = wanted.flatMap((name) => [name, `${FOLDER}/${name}`]);
  const found = own === undefined ? undefined : await onnxFiles(store, own);
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

async function onnxFiles(store: ModelStore, own: readonly string[]): Promise<readonly string[]> {
  const below = own.includes(`${FOLDER}/`) ? await store.list(FOLDER) : [];
  return [...own, ...below.map((name) => `${FOLDER}/${name}`)].filter((path) => path.endsWith(".onnx"));
}
