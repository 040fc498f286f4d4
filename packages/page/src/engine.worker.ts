/** @file The engine inside the page: a worker that loads models and explains with them, one request after the other. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { FileTools, Modality } from "@calig/core/internal/attribution/explainable-model";
import type { Warning } from "@calig/core/internal/attribution/explanation";
import { listMethods } from "@calig/core/internal/attribution/method-list";
import { METHODS } from "@calig/core/internal/attribution/methods";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { isCaligError } from "@calig/core/internal/errors";
import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import { formOfModel, inputForm, promptForm } from "@calig/core/internal/modality/input-forms";
import { modalityOf } from "@calig/core/internal/modality/modality-of";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import type { Verification } from "@calig/core/internal/verification/verification";
import { createWebRuntime } from "@calig/web/internal/runtime/onnxruntime-web";
import { missingWebGpu } from "@calig/web/internal/runtime/webgpu-adapter";
import { decodeImage } from "@calig/web/internal/web/decode-image";
import { loadModel } from "@calig/web/internal/web/load-model";
import type { WebModel } from "@calig/web/internal/web/load-options";
import type { ModelSource } from "@calig/web/internal/web/model-files";
import {
  ClientError,
  type ExplainRequest,
  type ModelEntry,
  type PageDevice,
  type Reading,
  type VerifyRequest,
} from "./client.ts";
import type { Answers, FromWorker, ToWorker } from "./worker-protocol.ts";

/** Part of the work that loading a model is told to be. */
const LOADING_SHARE = 0.5;

/** Folders beside the page: the engine's own files, and the models with the list of them. */
const PAGE = new URL("../", self.location.href);
const ENGINE = new URL("ort/", PAGE).href;
const MODELS = new URL("models/", PAGE);

type Progress = (done: number, activity: string) => void;

/** What programs run on, and what the reader is told of it. */
interface Place {
  readonly runtime: Runtime;
  readonly warnings: readonly Warning[];
}

const IN_WASM: Place = { runtime: yielding(createWebRuntime({ wasm: ENGINE })), warnings: [] };

/** WebAssembly, and a warning, where the GPU that the browser gives does not work. */
async function onGpu(): Promise<Place> {
  const runtime = yielding(createWebRuntime({ device: "webgpu", wasm: ENGINE }));
  try {
    await tryRuntime(runtime);
    return { runtime, warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The GPU does not work here, so that this was computed in WebAssembly: ${reason}`;
    return { ...IN_WASM, warnings: [{ code: "device-replaced", message }] };
  }
}

/** Everything this worker remembers. */
class Engine {
  #gpu: Promise<Place> | undefined;
  readonly #models = new Map<string, Promise<WebModel>>();
  readonly #opened = new Map<string, ModelSource>();
  readonly #cancels = new Map<number, AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  cancel(id: number): void {
    this.#cancels.get(id)?.abort();
  }

  async answer(message: Exclude<ToWorker, { do: "cancel" }>, onProgress: Progress): Promise<Answers[keyof Answers]> {
    if (message.do === "methods") return listMethods(METHODS);
    if (message.do === "models") return listModels();
    if (message.do === "devices") return (await missingWebGpu()) === undefined ? ["wasm", "webgpu"] : ["wasm"];
    const controller = new AbortController();
    this.#cancels.set(message.id, controller);
    const work = this.#last.then((): Promise<Answers[keyof Answers]> => {
      controller.signal.throwIfAborted();
      if (message.do === "open") return this.#open(message.files, controller.signal, onProgress);
      if (message.do === "verify") return this.#verify(message.request, controller.signal, onProgress);
      return this.#explain(message.request, controller.signal, onProgress);
    });
    this.#last = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      this.#cancels.delete(message.id);
    }
  }

  async #explain(
    { model: name, input, device = "wasm", acceptDifference = false, ...wanted }: ExplainRequest,
    signal: AbortSignal,
    onProgress: Progress,
  ): Promise<Answers["explain"]> {
    const { model: loaded, onProgress: onWork } = await this.#ready({ name, device }, signal, onProgress);
    const { ownAnswers } = loaded;
    const model =
      ownAnswers === undefined ? loaded : { ...loaded, ownAnswers: { ...ownAnswers, accepted: acceptDifference } };
    const options: ExplainOptions = { ...wanted, signal, onProgress: onWork };
    if ("prompt" in input) return explain(model, input.prompt, options);
    if (!("file" in input)) return explain(model, { text: input.text, ...input.asked }, options);
    const read = await readFile(model.modality, input.file, input.reading);
    return explain<object>(model, { ...read, ...input.asked }, options);
  }

  async #verify(
    { model: name, device = "wasm" }: VerifyRequest,
    signal: AbortSignal,
    onProgress: Progress,
  ): Promise<Verification> {
    const { model, onProgress: onWork } = await this.#ready({ name, device }, signal, onProgress);
    // With the reader of ONNX files, which most explanations have no use for.
    const { verify } = await import("@calig/core/internal/verification/verify");
    return verify(model, { signal, onProgress: onWork });
  }

  /** A loaded model, and where progress of work with it is told. */
  async #ready(
    { name, device }: Omit<Wanted, "source">,
    signal: AbortSignal,
    onProgress: Progress,
  ): Promise<{ readonly model: WebModel; readonly onProgress: Progress }> {
    const isLoaded = this.#models.has(keyOf(name, device));
    const source = this.#opened.get(name) ?? new URL(`${name}/`, MODELS);
    const model = await this.#load({ name, device, source }, signal, (done, activity) =>
      onProgress(LOADING_SHARE * done, activity),
    );
    const first = isLoaded ? 0 : LOADING_SHARE;
    return { model, onProgress: (done, activity) => onProgress(first + (1 - first) * done, activity) };
  }

  async #open(files: readonly File[], signal: AbortSignal, onProgress: Progress): Promise<ModelEntry> {
    const path = files[0]?.webkitRelativePath ?? "";
    const name = path.includes("/") ? path.slice(0, path.indexOf("/")) : "own model";
    for (const device of ["wasm", "webgpu"] as const) this.#models.delete(keyOf(name, device));
    this.#opened.set(name, files);
    const model = await this.#load({ name, device: "wasm", source: files }, signal, onProgress);
    const { labels, modality } = model;
    const input = formOfModel(model);
    return { name, kind: modality.name, labels, default: false, ...(input === undefined ? {} : { input }) };
  }

  /** A model that stays loaded; one at a time, for the sake of memory. */
  #load({ name, device, source }: Wanted, signal: AbortSignal, onProgress: Progress): Promise<WebModel> {
    const key = keyOf(name, device);
    const known = this.#models.get(key);
    if (known !== undefined) return known;
    const others = [...this.#models.values()];
    this.#models.clear();
    const load = async (): Promise<WebModel> => {
      await Promise.all(others.map(async (other) => (await other).dispose()));
      this.#gpu ??= device === "webgpu" ? onGpu() : undefined;
      const { runtime, warnings } = (device === "webgpu" ? await this.#gpu : undefined) ?? IN_WASM;
      const model = await loadModel(source, {
        id: name,
        runtime,
        signal,
        onProgress: ({ file, loadedBytes, totalBytes }) =>
          onProgress(totalBytes === undefined ? 0 : loadedBytes / totalBytes, `loading ${file}`),
      });
      return { ...model, warnings: [...warnings, ...(model.warnings ?? [])] };
    };
    const loading = load();
    this.#models.set(key, loading);
    loading.catch(() => this.#models.delete(key));
    return loading;
  }
}

interface Wanted {
  readonly name: string;
  readonly device: PageDevice;
  readonly source: ModelSource;
}

const keyOf = (name: string, device: PageDevice): string => `${device} ${name}`;

/** Lets messages in between runs, so that work can be cancelled. */
function yielding(runtime: Runtime): Runtime {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    ...runtime,
    async compile(model, options) {
      await pause();
      const session = await runtime.compile(model, options);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        async run(feeds, outputs) {
          await pause();
          return session.run(feeds, outputs);
        },
        dispose: () => session.dispose(),
      };
    },
  };
}

/** models/index.json beside the page: which models there are. */
async function listModels(): Promise<readonly ModelEntry[]> {
  const response = await fetch(new URL("index.json", MODELS)).catch(() => undefined);
  if (response === undefined || !response.ok) {
    throw new ClientError(
      "There are no models beside this page: start it with calig serve, or open the folder of a model",
      "no-models",
    );
  }
  const { models } = (await response.json()) as { readonly models: readonly ModelEntry[] };
  const { MODALITIES } = await import("@calig/core/internal/modality/modalities");
  return models.map((model) => withForm(model, modalityOf(model.kind, MODALITIES)));
}

/** A model, and how it is given its input. */
function withForm(entry: ModelEntry, modality: Modality): ModelEntry {
  const input = inputForm(modality);
  if (input === undefined) return entry;
  return { ...entry, input: entry.prompt === undefined ? input : promptForm(input, entry.prompt) };
}

/** What this browser decodes. */
const TOOLS: FileTools = {
  decodePicture: (bytes, { name, ...options }) =>
    decodeImage(name === undefined ? bytes : new File([bytes as Uint8Array<ArrayBuffer>], name), options),
};

/** The input in a file. */
async function readFile({ file, noun }: Modality, blob: Blob, reading: Reading = {}): Promise<object> {
  if (file === undefined) throw new ClientError(`The model reads ${noun.many}: type one`, "InputError");
  const name = blob instanceof File ? { name: blob.name } : {};
  return file.read({ bytes: new Uint8Array(await blob.arrayBuffer()), ...name }, reading, TOOLS);
}

const engine = new Engine();
const send = (message: FromWorker) => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if (data.do === "cancel") {
    engine.cancel(id);
    return;
  }
  engine
    .answer(data, (done, activity) => send({ id, progress: [done, activity] }))
    .then(
      (answer) => send({ id, answer }),
      (error: unknown) => {
        const isOurs = isCaligError(error) || error instanceof ClientError;
        const code = isOurs ? ((error as { readonly code?: string }).code ?? error.name) : "InternalError";
        send({ id, error: { message: error instanceof Error ? error.message : String(error), code } });
      },
    );
});
