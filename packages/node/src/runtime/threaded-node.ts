/**
 * @file onnxruntime-node in a thread of its own. Its runs block the thread that calls them; a server must answer others
 * meanwhile.
 */

import { Worker } from "node:worker_threads";
import { ExecutionError } from "@calig/core/internal/errors";
import type { Device } from "@calig/core/internal/runtime/devices";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "@calig/core/internal/runtime/runtime";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import { FROM_SOURCES, ownProgram } from "../util/own-place.ts";
import type { EngineAnswer, EngineRequest, EngineSession } from "./engine-messages.ts";
import { createNodeRuntime } from "./onnxruntime-node.ts";

/** How long a thread without programs waits for the next one: models that run block by block have none between blocks. */
const LINGER_MS = 2000;

type Question = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, "id"> : never) : never;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * The same engine, programs and numbers as `createNodeRuntime`; inputs are copied to the thread, results are handed over.
 * The thread starts with the first program and ends after the last one. When it ends before, what is under way fails, and
 * the next run starts it anew. (A fault in the engine's own code ends the whole process: see server/model-process.ts.)
 *
 * @throws {InvalidOptionError} When this build of the engine does not know the device. {ExecutionError} In a bundle without
 * the program of the thread.
 */
export function createThreadedNodeRuntime(device: Device = "cpu"): Runtime {
  const { description, lacksFusedMatMul, lacksHalfPrecision } = createNodeRuntime(device);
  const program = ownProgram("engine-thread", "start the thread of the engine");
  let thread: EngineThread | undefined;
  return {
    description,
    ...(lacksFusedMatMul === undefined ? {} : { lacksFusedMatMul }),
    ...(lacksHalfPrecision === undefined ? {} : { lacksHalfPrecision }),
    compile: (model, options) =>
      compile(
        () => {
          if (thread === undefined || thread.ended) thread = new EngineThread(program, device);
          return thread;
        },
        model,
        options,
      ),
  };
}

/** A program in a thread. */
interface Place extends EngineSession {
  readonly thread: EngineThread;
}

/**
 * @param current - A thread that lives. One that has ended took its programs with it: each is compiled anew by its next
 * run, for which its bytes are kept.
 */
async function compile(current: () => EngineThread, model: Uint8Array, options: SessionOptions): Promise<Session> {
  const open = async (): Promise<Place> => {
    const thread = current();
    return { thread, ...((await thread.ask({ do: "compile", model, options })) as EngineSession) };
  };
  let place = await open();
  let opening: Promise<Place> | undefined;
  const living = async (): Promise<Place> => {
    if (!place.thread.ended) return place;
    opening ??= open().finally(() => {
      opening = undefined;
    });
    place = await opening;
    return place;
  };
  let disposed = false;
  return {
    inputNames: place.inputNames,
    outputNames: place.outputNames,
    async run(feeds: Feeds, outputs?: readonly string[]): Promise<Fetches> {
      if (disposed) throw new ExecutionError(`Cannot run the ${options.name} program: it was disposed`);
      const { thread, session } = await living();
      return (await thread.ask({ do: "run", session, feeds: withoutSurroundings(feeds), outputs })) as Fetches;
    },
    async dispose(): Promise<void> {
      if (disposed) return;
      disposed = true;
      const { thread, session } = place;
      if (!thread.ended) await thread.ask({ do: "dispose", session });
    },
  };
}

/** Tensors that own their memory: of a view of something larger, all of that would be copied to the thread. */
const withoutSurroundings = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]): [string, Tensor] => {
      const { data } = tensor;
      const isPart = ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength;
      return [name, isPart ? ({ ...tensor, data: data.slice() } as Tensor) : tensor];
    }),
  );

/** Options of this process without the one for programs on the command line, with which no thread can have a file. */
const withoutInputType = (options: readonly string[]): readonly string[] =>
  options.filter((option, i) => !option.startsWith("--input-type") && options[i - 1] !== "--input-type");

/** A thread and the questions that it has not answered. A class, because it has a life. */
class EngineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #sessions = 0;
  #next = 0;
  #ended = false;
  #leaving: NodeJS.Timeout | undefined;

  constructor(program: URL, device: Device) {
    this.#worker = new Worker(program, {
      workerData: { device },
      execArgv: [...withoutInputType(process.execArgv), ...(FROM_SOURCES ? ["--conditions=calig-source"] : [])],
    });
    this.#worker.on("message", (answer: EngineAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("error" in answer) waiting?.reject(new ExecutionError(answer.error, { cause: answer.cause }));
      else waiting?.resolve(answer.value);
    });
    this.#worker.on("error", (cause) => this.#end("failed", cause));
    this.#worker.on("exit", (code) => this.#end(`ended with code ${code}`));
  }

  /** Whether its sessions are gone. */
  get ended(): boolean {
    return this.#ended;
  }

  async ask(question: Question): Promise<unknown> {
    clearTimeout(this.#leaving);
    const id = this.#next++;
    // An engine with nothing to do keeps no process alive.
    this.#worker.ref();
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ ...question, id });
    try {
      const value = await answered;
      if (question.do === "compile") this.#sessions++;
      if (question.do === "dispose") this.#sessions--;
      return value;
    } finally {
      if (this.#waiting.size === 0) {
        this.#worker.unref();
        if (this.#sessions === 0) this.#leaving = setTimeout(() => this.#leave(), LINGER_MS).unref();
      }
    }
  }

  /** Nobody waits: the end of the thread is no failure. */
  #leave(): void {
    this.#ended = true;
    void this.#worker.terminate();
  }

  #end(how: string, cause?: unknown): void {
    this.#ended = true;
    clearTimeout(this.#leaving);
    const error = new ExecutionError(
      `Cannot finish the run: the thread of the engine ${how} while it worked; the next run starts it anew`,
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
