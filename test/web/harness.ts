/** @file What the tests of the browser engine run inside a page. */

import type { PromptInput } from "@calig/core/internal/attribution/input";
import {
  type DecodeImageOptions,
  decodeImage,
  type ExplainOptions,
  type Explanation,
  explain,
  fromTransformersCache,
  loadModel,
  type OnnxDtype,
  type TransformersCacheOptions,
  type WebDevice,
  type WebLoadOptions,
  type WebModel,
} from "@calig/web";
import { createWebRuntime } from "@calig/web/internal/runtime/onnxruntime-web";
import { RUNTIME_CASES } from "../conformance/runtime-cases.ts";

/** Runs the cases of all engines; what failed, by name. */
async function runCases(device: WebDevice = "wasm"): Promise<Record<string, string>> {
  const runtime = createWebRuntime({ device, wasm: wasm() });
  const results: Record<string, string> = {};
  for (const { name, run } of RUNTIME_CASES) {
    results[name] = await run(runtime).then(
      () => "passed",
      (error: unknown) => String(error),
    );
  }
  return results;
}

/** Bytes of red, green, blue of a picture in Base64, and the codes of warnings; or why it is refused. */
async function decodePicture(file: string, options: DecodeImageOptions = {}): Promise<DecodedPicture> {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  try {
    const { width, height, data, warnings = [] } = await decodeImage(bytes, options);
    return { size: [width, height], pixels: Array.from(data), warnings: warnings.map(({ code }) => code) };
  } catch (error) {
    return { size: [0, 0], pixels: [], warnings: [], refused: String(error) };
  }
}

export interface DecodedPicture {
  readonly size: readonly [width: number, height: number];
  readonly pixels: readonly number[];
  readonly warnings: readonly string[];
  readonly refused?: string;
}

const models = new Map<string, Promise<WebModel>>();

/** Explains a text, a prompt, or a picture at an address, with a model at an address, which stays loaded. */
async function explainOnce(
  folder: string,
  input: string | { readonly picture: string } | PromptInput,
  options: ExplainOptions,
  loading: WebLoadOptions = {},
): Promise<Explanation> {
  const key = JSON.stringify([folder, loading]);
  const loaded = models.get(key) ?? loadModel(folder, { wasm: wasm(), ...loading });
  models.set(key, loaded);
  const model = await loaded;
  if (typeof input === "string") return explain(model, input, options);
  if (!("picture" in input)) return explain(model, input, options);
  const file = await (await fetch(input.picture)).blob();
  return explain(model, { image: await decodeImage(file) }, options);
}

/** What the engine is called that a model is loaded into, or what is said instead. */
async function runtimeOf(folder: string, loading: WebLoadOptions): Promise<string> {
  try {
    const model = await loadModel(folder, { wasm: wasm(), ...loading });
    await model.dispose();
    return model.runtime;
  } catch (error) {
    return String(error);
  }
}

/** What loading says of files that a page got: the model's facts, or the error. */
async function loadFiles(files: Readonly<Record<string, string>>): Promise<unknown> {
  const got = await Promise.all(
    Object.entries(files).map(async ([name, address]) => new File([await (await fetch(address)).blob()], name)),
  );
  const progress: string[] = [];
  try {
    const model = await loadModel(got, { wasm: wasm(), onProgress: ({ file }) => progress.push(file) });
    const { words } = (await explain(model, "A gripping film")) as { words: readonly { text: string }[] };
    await model.dispose();
    return { id: model.facts.id, words: words.map(({ text }) => text), progress };
  } catch (error) {
    return String(error);
  }
}

/** Explains a prompt with a model whose files were dropped, by their names and addresses; or what is said instead. */
async function explainDropped(
  files: Readonly<Record<string, string>>,
  input: PromptInput,
  options: ExplainOptions,
): Promise<Explanation | string> {
  try {
    const got = await Promise.all(
      Object.entries(files).map(async ([name, address]) => new File([await (await fetch(address)).blob()], name)),
    );
    const model = await loadModel(got, { wasm: wasm() });
    const explanation = await explain(model, input, options);
    await model.dispose();
    return explanation;
  } catch (error) {
    return String(error);
  }
}

/** How far each report of a download was. */
async function loadProgress(folder: string): Promise<readonly unknown[]> {
  const reports: unknown[] = [];
  const model = await loadModel(folder, { wasm: wasm(), onProgress: (progress) => reports.push(progress) });
  await model.dispose();
  return reports;
}

/** The attribution of a text with several threads of the engine. Call it on a new page: threads are settled once. */
async function explainWithThreads(folder: string, text: string, threads: number): Promise<readonly number[]> {
  if (!crossOriginIsolated) throw new Error("The page is not cross-origin isolated");
  const model = await loadModel(folder, { wasm: wasm(), threads });
  const { attribution } = await explain(model, text);
  await model.dispose();
  return attribution;
}

/** The explanation of a text by a model of a cache, or what is said instead. */
async function explainFromCache(
  model: string,
  text: string,
  { dtype, ...where }: TransformersCacheOptions & { readonly dtype?: OnnxDtype },
): Promise<Explanation | string> {
  try {
    const loaded = await loadModel(await fromTransformersCache(model, where), {
      wasm: wasm(),
      ...(dtype === undefined ? {} : { dtype }),
    });
    const explanation = await explain(loaded, text);
    await loaded.dispose();
    return explanation;
  } catch (error) {
    return String(error);
  }
}

const wasm = (): string => new URL("ort/", location.href).href;

const harness = {
  decodePicture,
  runCases,
  explainOnce,
  runtimeOf,
  loadFiles,
  explainDropped,
  loadProgress,
  explainWithThreads,
  explainFromCache,
};
export type Harness = typeof harness;
Object.assign(globalThis, { harness });
