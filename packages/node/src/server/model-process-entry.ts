/**
 * @file The process of one model: loads it and answers for it, until whoever started it is gone. Started by
 * model-process.ts. Nothing that happens here can end the server.
 */

import type { LoadedModel } from "../node/load-model.ts";
import { evaluateBytes, explainBytes, verifyBytes, type WorkHooks } from "./model-work.ts";
import { type LoadRequest, type ProcessAnswer, type ProcessRequest, sendError } from "./process-messages.ts";
import { runBytes } from "./run-work.ts";

/** Bytes of one message: what a server with other things to do takes in one go. */
const PART_BYTES = 2 ** 18;
/** Least progress between two messages, as a share of the work. */
const LEAST_PROGRESS = 0.01;

if (process.send === undefined) throw new Error("This file is a process; startModelProcess() starts it");
const say = (answer: ProcessAnswer): void => void process.send?.(answer, undefined, undefined, () => {});

// Signals to a terminal's whole group reach this process too: what is under way may end, the server says when to stop.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.once("disconnect", () => process.exit());

let model: LoadedModel | undefined;
const working = new Map<number, AbortController>();

process.on("message", (request: ProcessRequest) => {
  switch (request.do) {
    case "load":
      return void load(request);
    case "cancel":
      return working.get(request.id)?.abort();
    case "explain":
      return void answer(request.id, (loaded, hooks) => explainBytes(loaded, request.work, request.limits, hooks));
    case "evaluate":
      return void answer(request.id, (loaded, hooks) => evaluateBytes(loaded, request.work, request.limits, hooks));
    case "run":
      return void answer(request.id, (loaded, hooks) => runBytes(loaded, request.work, request.limits, hooks));
    case "verify":
      return void answer(request.id, (loaded, hooks) => verifyBytes(loaded, request.work, request.limits, hooks));
  }
});

async function load({ name, source, options, plugins, temporary }: LoadRequest): Promise<void> {
  process.title = `calig model ${name}`;
  for (const variable of ["TMPDIR", "TMP", "TEMP"]) process.env[variable] = temporary;
  try {
    // What cannot be loaded here, a library for instance, is an answer as well.
    const { loadModel } = await import("../node/load-model.ts");
    const { modelExtensions, readPlugins, unusedByModels } = await import("../node/read-plugins.ts");
    const { formOfModel } = await import("@calig/core/internal/modality/input-forms");
    const extensions = await readPlugins(plugins);
    model = await loadModel(source, { ...options, ...modelExtensions(extensions) });
    const { modality, labels, facts } = model;
    const loaded = { kind: modality.name, input: formOfModel(model), labels, facts };
    say({ say: "loaded", loaded: { ...loaded, unused: unusedByModels(extensions) } });
  } catch (error) {
    say({ say: "unloadable", error: sendError(error) });
  }
}

async function answer(id: number, work: (loaded: LoadedModel, hooks: WorkHooks) => Promise<Uint8Array>): Promise<void> {
  const stop = new AbortController();
  working.set(id, stop);
  let last = Number.NEGATIVE_INFINITY;
  const onProgress = (done: number, activity: string) => {
    if (done - last < LEAST_PROGRESS && done < 1) return;
    last = done;
    say({ say: "progress", id, done, activity });
  };
  try {
    if (model === undefined) throw new Error("The model is not loaded");
    const bytes = await work(model, { signal: stop.signal, onProgress });
    for (let from = 0; from < bytes.length; from += PART_BYTES) {
      say({ say: "part", id, bytes: bytes.subarray(from, from + PART_BYTES) });
    }
    say({ say: "done", id });
  } catch (error) {
    say({ say: "failed", id, error: sendError(error) });
  } finally {
    working.delete(id);
  }
}
