/**
 * @file onnxruntime-node in a thread of its own. Its runs block the thread that calls them; a server must answer others
 * meanwhile.
 */

import { Worker } from "node:worker_threads";
import { ExecutionError } from "../errors.ts";
import type { Device } from "./devices.ts";
import type { EngineAnswer, EngineRequest, EngineSession } from "./engine-messages.ts";
import { createNodeRuntime } from "./onnxruntime-node.ts";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "./runtime.ts";

type Unsent = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, "id"> : never) : never;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * The same engine, programs and numbers as `createNodeRuntime`; inputs are copied to the thread, results are handed over.
 * The thread starts with the first program and ends with the last one.
 *
 * @throws {InvalidOptionError} When this build of the engine does not know the device.
 */
export function createThreadedNodeRuntime(device: Device = "cpu"): Runtime {
  const { description, lacksFusedMatMul } = createNodeRuntime(device);
  const thread = new EngineThread(device);
  return {
    description,
    ...(lacksFusedMatMul === undefined ? {} : { lacksFusedMatMul }),
    async compile(model: Uint8Array, options: SessionOptions): Promise<Session> {
      const { session, inputNames, outputNames } = (await thread.ask({
        do: "compile",
        model,
        options,
      })) as EngineSession;
      let disposed = false;
      return {
        inputNames,
        outputNames,
        async run(feeds: Feeds, outputs?: readonly string[]): Promise<Fetches> {
          if (disposed) throw new ExecutionError(`Cannot run the ${options.name} program: it was disposed`);
          return (await thread.ask({ do: "run", session, feeds, outputs })) as Fetches;
        },
        async dispose(): Promise<void> {
          if (disposed) return;
          disposed = true;
          await thread.ask({ do: "dispose", session });
        },
      };
    },
  };
}

/** The file of the thread: beside this one in the package; in the sources it has to be translated first. */
const entry = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("../../scripts/engine-thread.mjs", import.meta.url)
    : new URL("./engine-thread-node.js", import.meta.url);

/** The thread and the questions that it has not answered. A class, because it has a life. */
class EngineThread {
  readonly #device: Device;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #sessions = 0;
  #next = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  async ask(request: Unsent): Promise<unknown> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    // An engine with nothing to do keeps no process alive.
    worker.ref();
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    worker.postMessage({ ...request, id });
    try {
      const value = await answered;
      if (request.do === "compile") this.#sessions++;
      return value;
    } finally {
      if (request.do === "dispose") this.#sessions--;
      if (this.#waiting.size === 0) worker.unref();
      if (this.#waiting.size === 0 && this.#sessions <= 0) await this.#stop();
    }
  }

  #start(): Worker {
    const worker = new Worker(entry(), { workerData: { device: this.#device } });
    worker.on("message", (answer: EngineAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("error" in answer) waiting?.reject(new ExecutionError(answer.error));
      else waiting?.resolve(answer.value);
    });
    const fail = (reason: string, cause?: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#sessions = 0;
      const error = new ExecutionError(`Cannot go on: ${reason}`, { cause });
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    worker.on("error", (cause) => fail("the thread of the engine failed", cause));
    worker.on("exit", (code) => fail(`the thread of the engine ended with code ${code}`));
    return worker;
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
