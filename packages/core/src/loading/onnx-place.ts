/** @file Which ONNX file of a model is meant: the layouts of Optimum, transformers.js and onnxruntime-genai, and the element types they come in. */

import { CheckpointError, InvalidOptionError, UnsupportedModelError } from "../errors.ts";
import { parseJson } from "../util/parse-json.ts";
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

/** Element types of ONNX files, as transformers.js calls them. */
export type OnnxDtype = keyof typeof SUFFIXES;

/** All of them, best first. */
export const ONNX_DTYPES = Object.keys(SUFFIXES) as readonly OnnxDtype[];

/** "model_fp16.onnx" */
export const onnxFileName = (dtype: OnnxDtype): string => `model${SUFFIXES[dtype]}.onnx`;

/** What Optimum calls the files of a decoder: without a cache, with and without one, with one. The same function of a text. */
const DECODERS = ["decoder_model", "decoder_model_merged", "decoder_with_past_model"] as const;

const decoderFileNames = (dtype: OnnxDtype): readonly string[] =>
  DECODERS.map((name) => `${name}${SUFFIXES[dtype]}.onnx`);

/** Half of a model that calig does not explain. */
const ENCODER = /^encoder_model(_[a-z0-9]+)?\.onnx$/;
/** What onnxruntime-genai reads. */
const GENAI_CONFIG = "genai_config.json";

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
 * `onnx` (transformers.js); those of a decoder, `decoder_model.onnx`, `decoder_model_merged.onnx`,
 * `decoder_with_past_model.onnx`; the one that genai_config.json names (onnxruntime-genai); or the only .onnx file there.
 * Undefined where there is none.
 *
 * @param dtype - Which one. Default: float32, else the best there is.
 * @throws {InvalidOptionError} When there are ONNX files, but none of that type; lists those there are.
 * @throws {CheckpointError} When there are several, of names that tell nothing.
 * @throws {UnsupportedModelError} When they are the halves of an encoder-decoder, or a chain of graphs.
 */
export async function findOnnxFile(
  { store, names: own, stored }: Contents,
  dtype?: OnnxDtype,
): Promise<OnnxPlace | undefined> {
  checkDtype(dtype);
  const wanted = dtype === undefined ? ONNX_DTYPES : [dtype];
  const inFolders = (name: string) => [name, `${FOLDER}/${name}`];
  const paths = wanted.map(onnxFileName).flatMap(inFolders);
  const found = own === undefined ? undefined : await onnxFiles(store, own);
  const encoder = found?.find((path) => ENCODER.test(nameOf(path)));
  if (encoder !== undefined) throw encoderDecoder(store, encoder);
  // Where nothing can be listed every name is a request: only of models that are decoders.
  const mayDecode = found !== undefined || stored?.config.architectures.some((name) => DECODES.test(name)) === true;
  if (mayDecode) paths.push(...wanted.flatMap(decoderFileNames).flatMap(inFolders));
  const named = dtype === undefined && own?.includes(GENAI_CONFIG) === true ? await genaiFile(store) : undefined;
  if (named !== undefined) paths.unshift(named);
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
  const isOf = (type: OnnxDtype, name: string) => [onnxFileName(type), ...decoderFileNames(type)].includes(name);
  const types = ONNX_DTYPES.filter((type) => found.some((path) => isOf(type, nameOf(path))));
  const other =
    types.length === 0 ? "give the file itself" : `use one of ${types.map((type) => `"${type}"`).join(", ")}`;
  throw new InvalidOptionError(
    `Cannot use dtype "${dtype}": "${store.where}" has ${names}; ${other}${store.remedy === undefined ? "" : `, or: ${store.remedy}`}`,
    "dtype",
    dtype,
    types,
  );
}

/** Files of two towers, each with its own input. */
export interface TowerFiles {
  readonly pictures: OnnxPlace;
  readonly texts: OnnxPlace;
}

/**
 * `vision_model.onnx` and `text_model.onnx`, as transformers.js has them, of the best element type that both have; undefined
 * where there are none, or a file that holds both.
 */
export async function findTowerFiles(
  { store, names: own }: Contents,
  dtype?: OnnxDtype,
): Promise<TowerFiles | undefined> {
  if (own === undefined) return undefined;
  const found = await onnxFiles(store, own);
  const wanted = dtype === undefined ? ONNX_DTYPES : ONNX_DTYPES.filter((type) => type === dtype);
  if (found.some((path) => wanted.some((type) => nameOf(path) === onnxFileName(type)))) return undefined;
  for (const type of wanted) {
    for (const folder of ["", `${FOLDER}/`]) {
      const [vision, text] = ["vision_model", "text_model"].map((name) => `${folder}${name}${SUFFIXES[type]}.onnx`);
      if (!found.includes(vision as string) || !found.includes(text as string)) continue;
      return {
        pictures: await namedOnnxFile(store, vision as string),
        texts: await namedOnnxFile(store, text as string),
      };
    }
  }
  return undefined;
}

/** Architectures of decoders. */
const DECODES = /ForCausalLM$|LMHeadModel$/;

const encoderDecoder = (store: ModelStore, path: string): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot explain the model in "${store.where}": it is an encoder-decoder ("${path}" and a decoder that attends to it, as of T5, BART or Whisper), and calig explains models with one stack of blocks: encoders that classify, and decoders`,
    [{ reason: "encoder-decoder" }],
  );

/**
 * The file that genai_config.json names.
 *
 * @throws {UnsupportedModelError} When it names a chain of graphs, or a model that reads more than a text.
 */
async function genaiFile(store: ModelStore): Promise<string | undefined> {
  const config = await readJson(store, GENAI_CONFIG);
  const model = recordIn(config?.model);
  const decoder = recordIn(model?.decoder);
  const parts = ["encoder", "vision", "speech", "embedding"].filter((part) => model?.[part] !== undefined);
  if (decoder?.pipeline !== undefined || parts.length > 0) {
    const what = parts.length > 0 ? `it has a part for "${parts[0]}" besides its decoder` : "it is a chain of graphs";
    throw new UnsupportedModelError(
      `Cannot explain the model in "${store.where}": ${GENAI_CONFIG} says that ${what}, and calig explains decoders of text in one graph`,
      [{ reason: `${GENAI_CONFIG}: ${what}` }],
    );
  }
  return typeof decoder?.filename === "string" ? decoder.filename : undefined;
}

/** How many tokens a model of onnxruntime-genai reads; undefined where no genai_config.json says so. */
export async function genaiLength({ store, names }: Contents): Promise<number | undefined> {
  if (names?.includes(GENAI_CONFIG) !== true) return undefined;
  const length = recordIn((await readJson(store, GENAI_CONFIG))?.model)?.context_length;
  return Number.isSafeInteger(length) && (length as number) > 0 ? (length as number) : undefined;
}

async function readJson(store: ModelStore, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await store.text(path);
  if (text === undefined) return undefined;
  try {
    return recordIn(parseJson(text));
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${path}" in "${store.where}": it is no JSON; download it again`, path, {
      cause,
    });
  }
}

const recordIn = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;

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
