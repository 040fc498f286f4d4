/**
 * @file A model in a process of its own. Native libraries read what strangers send, and a fault in one of them ends the
 * process it is in, whatever the thread: here that is an error of one request, and the next one starts the process anew.
 */

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelFacts } from "@calig/core/internal/attribution/explanation";
import { ExecutionError, quote } from "@calig/core/internal/errors";
import type { LoadOptions } from "../node/load-model.ts";
import { FROM_SOURCES, ownProgram } from "../util/own-place.ts";
import { HttpError } from "./http-error.ts";
import type { ModelHost } from "./model-host.ts";
import type { EvaluateWork, ExplainWork, VerifyWork, WorkHooks, WorkLimits } from "./model-work.ts";
import { type LoadedFacts, type ProcessAnswer, type ProcessRequest, receiveError } from "./process-messages.ts";
import type { RunLimits, RunWork } from "./run-work.ts";

/** How long work may go on that was told to stop, before its process is ended. Programs of large models take seconds to compile. */
const PATIENCE_MS = 30_000;
/** How long a process may take to leave. */
const LEAVE_MS = 5000;
/** How long the last words of a process that has ended are waited for. */
const LAST_WORDS_MS = 1000;
/** Characters of the standard error of a process that are kept for the log. */
const ERRORS_KEPT = 4000;
/** Options of this process that hold for others: what it may do, and its memory. */
const INHERITED = /^--(?:permission|experimental-permission|allow-|no-addons|max-|stack-|no-warnings)/;

/** How a model is started in a process of its own. */
export interface ModelProcessOptions {
  /** What the model is called in errors and in lists of processes. */
  readonly name: string;
  /** As `loadModel` takes it. */
  readonly source: string;
  readonly load?: LoadRequestOptions;
  /**
   * Absolute paths of modules that add model families, gradient rules, rewrites of graphs and kinds of inputs. They run in
   * the process of the model, with all its rights.
   */
  readonly plugins?: readonly string[];
  /** Ends the first loading. */
  readonly signal?: AbortSignal;
}

type LoadRequestOptions = Omit<LoadOptions, "signal" | "thread">;

/** A model in a process of its own: call `dispose()` when done. */
export interface ModelProcess extends ModelHost {
  /** Id of the process; undefined between its end and the next request. */
  readonly pid: number | undefined;
  /** What plugins gave and no model is loaded with, in words: "method". */
  readonly unused: readonly string[];
  dispose(): Promise<void>;
}

/**
 * Starts a process and loads a model in it. A process that ends, for whatever reason, is started anew by the next request;
 * those that it was working on are refused with 500.
 *
 * Cost: a process of Node besides the model, about 100 MB with the smallest one.
 *
 * @throws As `loadModel`; errors keep their names and codes. {ExecutionError} when the process cannot be started, or ends
 * while it loads.
 */
export async function startModelProcess({
  name,
  source,
  load = {},
  plugins = [],
  signal,
}: ModelProcessOptions): Promise<ModelProcess> {
  const temporary = mkdtempSync(join(tmpdir(), "calig-model-"));
  const removeAtExit = () => rmSync(temporary, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  let child: Child | undefined;
  let disposed = false;
  const start = () => {
    child = new Child({ do: "load", name, source, options: load, plugins, temporary });
    // What it left behind is of no use to the next one.
    void child.closed.then(() => empty(temporary));
    return child;
  };
  /** A process that has loaded the model. */
  const running = async (): Promise<Child> => {
    if (disposed) throw new ExecutionError(`Cannot use model ${quote(name)}: it was disposed`);
    const own = child === undefined || child.ended ? start() : child;
    await own.loaded;
    return own;
  };
  const dispose = async () => {
    disposed = true;
    process.off("exit", removeAtExit);
    await child?.leave();
    await rm(temporary, { recursive: true, force: true });
  };

  let facts: LoadedFacts;
  const first = start();
  const onAbort = () => first.kill();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    facts = await first.loaded;
  } catch (error) {
    await dispose();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
  return {
    get pid() {
      return child?.pid;
    },
    get kind(): string {
      return facts.kind;
    },
    get input() {
      return facts.input;
    },
    get unused() {
      return facts.unused;
    },
    get labels(): readonly string[] {
      return facts.labels;
    },
    get facts(): ModelFacts {
      return facts.facts;
    },
    explain: async (work: ExplainWork, limits: WorkLimits, hooks: WorkHooks) =>
      (await running()).ask((id) => ({ do: "explain", id, work, limits }), hooks),
    evaluate: async (work: EvaluateWork, limits: WorkLimits, hooks: WorkHooks) =>
      (await running()).ask((id) => ({ do: "evaluate", id, work, limits }), hooks),
    run: async (work: RunWork, limits: RunLimits, hooks: WorkHooks) =>
      (await running()).ask((id) => ({ do: "run", id, work, limits }), hooks),
    verify: async (work: VerifyWork, limits: WorkLimits, hooks: WorkHooks) =>
      (await running()).ask((id) => ({ do: "verify", id, work, limits }), hooks),
    dispose,
  };
}

/** Deletes what is in a folder. */
async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((entry) => rm(join(folder, entry), { recursive: true, force: true }).catch(() => {})));
}

interface Pending {
  readonly hooks: WorkHooks;
  readonly parts: Uint8Array[];
  resolve(bytes: Uint8Array): void;
  reject(error: unknown): void;
}

/** One process, from its start to its end. A class, because it has a life. */
class Child {
  /** What was loaded. Rejects when the model cannot be loaded, or the process ends before. */
  readonly loaded: Promise<LoadedFacts>;
  /** Resolves when the process is gone and all that it said has been heard. Never rejects. */
  readonly closed: Promise<void>;
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #ended = false;
  #errors = "";

  /** @throws {ExecutionError} When no process may be started. */
  constructor(request: Extract<ProcessRequest, { do: "load" }>) {
    this.#name = request.name;
    this.#process = spawn(request.name);
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERRORS_KEPT);
    });
    let settle: { resolve(loaded: LoadedFacts): void; reject(error: unknown): void } | undefined;
    this.loaded = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Whoever asks for it hears of it.
    this.loaded.catch(() => {});
    this.closed = new Promise((resolve) => {
      const end = (how: string, cause?: unknown) => {
        this.#ended = true;
        settle?.reject(this.#lost(`Cannot load model ${quote(this.#name)}: the process that loads it ${how}`, cause));
        this.#fail(how, cause);
        resolve();
      };
      this.#process.once("error", (cause) => {
        // It never began, or a message could not be sent: in both cases it is of no more use.
        this.kill();
        if (this.#process.pid === undefined) end("could not be started", cause);
      });
      this.#process.once("exit", (code, signal) => {
        this.#ended = true;
        const over = () => end(`ended (${signal ?? `exit code ${code}`})`);
        // What it said before is heard first; of a process that was left, nothing more comes.
        if (!this.#process.connected) return over();
        const patience = setTimeout(over, LAST_WORDS_MS);
        this.#process.once("close", () => {
          clearTimeout(patience);
          over();
        });
      });
    });
    this.#process.on("message", (answer: ProcessAnswer) => {
      if (answer.say === "loaded") settle?.resolve(answer.loaded);
      else if (answer.say === "unloadable") {
        settle?.reject(receiveError(answer.error));
        this.kill();
      } else this.#hear(answer);
    });
    this.#send(request);
  }

  get pid(): number | undefined {
    return this.#ended ? undefined : this.#process.pid;
  }

  /** Whether it takes no more work. */
  get ended(): boolean {
    return this.#ended;
  }

  ask(request: (id: number) => ProcessRequest, hooks: WorkHooks): Promise<Uint8Array> {
    const { signal } = hooks;
    const id = this.#next++;
    let patience: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#send({ do: "cancel", id });
      patience = setTimeout(() => this.kill(), PATIENCE_MS);
    };
    return new Promise<Uint8Array>((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#ended) throw this.#lost(`The process of model ${quote(this.#name)} has ended; ask again`);
      this.#pending.set(id, { hooks, parts: [], resolve, reject });
      signal.addEventListener("abort", cancel, { once: true });
      this.#send(request(id));
    })
      .catch((error: unknown) => {
        // What stopped work says of an abort is the reason of the abort.
        signal.throwIfAborted();
        throw error;
      })
      .finally(() => {
        clearTimeout(patience);
        signal.removeEventListener("abort", cancel);
        this.#pending.delete(id);
      });
  }

  kill(): void {
    this.#ended = true;
    this.#process.kill("SIGKILL");
  }

  /** Lets it end by itself, for a while. */
  async leave(): Promise<void> {
    this.#ended = true;
    if (this.#process.connected) this.#process.disconnect();
    const patience = setTimeout(() => this.kill(), LEAVE_MS);
    await this.closed;
    clearTimeout(patience);
  }

  #send(request: ProcessRequest): void {
    // A message to a process that has just ended is lost; its end is heard of.
    if (this.#process.connected) this.#process.send(request, () => {});
  }

  #hear(answer: Extract<ProcessAnswer, { id: number }>): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    switch (answer.say) {
      case "progress":
        pending.hooks.onProgress(answer.done, answer.activity);
        break;
      case "part":
        pending.parts.push(answer.bytes);
        break;
      case "done":
        pending.resolve(pending.parts.length === 1 ? (pending.parts[0] as Uint8Array) : Buffer.concat(pending.parts));
        break;
      case "failed":
        pending.reject(receiveError(answer.error));
    }
  }

  #fail(how: string, cause: unknown): void {
    for (const { reject } of this.#pending.values()) {
      const message = `The process of model ${quote(this.#name)} ${how} while it worked on this request; the next request starts it anew`;
      reject(new HttpError(500, "engine-ended", message, undefined, {}, { cause: this.#lost(message, cause) }));
    }
    this.#pending.clear();
  }

  /** With what the process last wrote, for those who look for the cause. */
  #lost(message: string, cause?: unknown): ExecutionError {
    const words = this.#errors.trim();
    return new ExecutionError(message, { cause: cause ?? (words === "" ? undefined : new Error(words)) });
  }
}

/** @throws {ExecutionError} When this process may start no others, or is of a bundle without their program. */
function spawn(name: string): ChildProcess {
  const program = fileURLToPath(ownProgram("model-process", `start a process for model ${quote(name)}`));
  try {
    return fork(program, [], {
      serialization: "advanced",
      execArgv: [
        ...process.execArgv.filter((option) => INHERITED.test(option)),
        ...(FROM_SOURCES ? ["--conditions=calig-source"] : []),
      ],
      // Its standard error is for the log; it has nothing to say on standard output.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
  } catch (cause) {
    throw new ExecutionError(
      `Cannot start a process for model ${quote(name)}: the system or the permissions of this Node process refuse it; with --permission, --allow-child-process and --allow-addons are needed`,
      { cause },
    );
  }
}
