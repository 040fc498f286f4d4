/** @file The engine inside the page: a worker that loads models and explains with them, one request after the other. */

import { explain } from "../attribution/explain.ts";
import { METHODS } from "../attribution/methods.ts";
import type { ExplainOptions } from "../attribution/options.ts";
import { isCaligError } from "../errors.ts";
import { createWebRuntime } from "../runtime/onnxruntime-web.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { decodeImage } from "../web/decode-image.ts";
import { loadModel, type WebModel } from "../web/load-model.ts";
import type { ModelSource } from "../web/model-files.ts";
import { ClientError, type ExplainRequest, type ModelEntry } from "./client.ts";
import type { Answers, FromWorker, ToWorker } from "./worker-protocol.ts";

/** Part of the work that loading a model is told to be. */
const LOADING_SHARE = 0.5;

/** Folders beside the page: the engine's own files, and the models with the list of them. */
const PAGE = new URL("../", self.location.href);
const ENGINE = new URL("ort/", PAGE).href;
const MODELS = new URL("models/", PAGE);

type Progress = (done: number, activity: string) => void;

/** Everything this worker remembers. */
class Engine {
  readonly #runtime = yielding(createWebRuntime({ wasm: ENGINE }));
  readonly #models = new Map<string, Promise<WebModel>>();
  readonly #opened = new Map<string, ModelSource>();
  readonly #cancels = new Map<number, AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  cancel(id: number): void {
    this.#cancels.get(id)?.abort();
  }

  async answer(message: Exclude<ToWorker, { do: "cancel" }>, onProgress: Progress): Promise<Answers[keyof Answers]> {
    if (message.do === "methods") return METHODS.map(({ name }) => name);
    if (message.do === "models") return listModels();
    const controller = new AbortController();
    this.#cancels.set(message.id, controller);
    const work = this.#last.then((): Promise<Answers[keyof Answers]> => {
      controller.signal.throwIfAborted();
      return message.do === "open"
        ? this.#open(message.files, controller.signal, onProgress)
        : this.#explain(message.request, controller.signal, onProgress);
    });
    this.#last = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      this.#cancels.delete(message.id);
    }
  }

  async #explain(
    { model: name, input, ...wanted }: ExplainRequest,
    signal: AbortSignal,
    onProgress: Progress,
  ): Promise<Answers["explain"]> {
    const isLoaded = this.#models.has(name);
    const loading = this.#load(name, this.#opened.get(name) ?? new URL(`${name}/`, MODELS), signal, (done, activity) =>
      onProgress(LOADING_SHARE * done, activity),
    );
    const model = await loading;
    const first = isLoaded ? 0 : LOADING_SHARE;
    const options: ExplainOptions = {
      ...wanted,
      signal,
      onProgress: (done, activity) => onProgress(first + (1 - first) * done, activity),
    };
    if (input.kind === "text") return explain(model, input.text, options);
    return explain(model, { image: await decodeImage(input.file) }, options);
  }

  async #open(files: readonly File[], signal: AbortSignal, onProgress: Progress): Promise<ModelEntry> {
    const path = files[0]?.webkitRelativePath ?? "";
    const name = path.includes("/") ? path.slice(0, path.indexOf("/")) : "own model";
    this.#models.delete(name);
    this.#opened.set(name, files);
    const { labels, anatomy } = await this.#load(name, files, signal, onProgress);
    return { name, kind: anatomy.kind, labels, default: false };
  }

  /** A model that stays loaded; one at a time, for the sake of memory. */
  #load(name: string, source: ModelSource, signal: AbortSignal, onProgress: Progress): Promise<WebModel> {
    const known = this.#models.get(name);
    if (known !== undefined) return known;
    const others = [...this.#models.values()];
    this.#models.clear();
    const loading = Promise.all(others.map(async (other) => (await other).dispose())).then(() =>
      loadModel(source, {
        id: name,
        runtime: this.#runtime,
        signal,
        onProgress: ({ file, loadedBytes, totalBytes }) =>
          onProgress(totalBytes === undefined ? 0 : loadedBytes / totalBytes, `loading ${file}`),
      }),
    );
    this.#models.set(name, loading);
    loading.catch(() => this.#models.delete(name));
    return loading;
  }
}

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
  return ((await response.json()) as { readonly models: readonly ModelEntry[] }).models;
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
