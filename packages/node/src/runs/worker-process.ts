/** @file Processes that explain shards of a run for this one: each runs the same command, and asks for shards instead of choosing them. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ExecutionError } from "@calig/core/internal/errors";
import { FROM_SOURCES, ownProgram } from "../util/own-place.ts";
import type { RowState, ShardSource } from "./shard-source.ts";
import type { DoneShard } from "./shards.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly argv: readonly string[];
  readonly resources: NonNullable<ShardSource["resources"]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the run is, where it is not what the command says. */
  readonly folder?: string;
}

/** From the worker. */
export type WorkerMessage =
  | { readonly say: "next" }
  | { readonly say: "row"; readonly row: number; readonly state: RowState }
  | { readonly say: "done"; readonly shard: DoneShard };

/** To the worker. */
export type WorkerOrder =
  | ({ readonly do: "start" } & WorkerStart)
  | { readonly do: "shard"; readonly shard: number | undefined }
  | { readonly do: "stop" };

/** Whom a worker asks. */
export interface WorkerHooks {
  take(): number | undefined | Promise<number | undefined>;
  onRow(row: number, state: RowState): void;
  done(shard: DoneShard): Promise<void>;
  /** What it writes on standard error, line by line. */
  tell(line: string): void;
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The shard and the row that it was at when it ended by itself. */
  readonly shard: number | undefined;
  readonly row: number | undefined;
}

export interface RunWorker {
  readonly pid: number | undefined;
  readonly ended: Promise<WorkerEnd>;
  /** Lets it finish the row under way. */
  stop(): void;
}

/** Options of this process that hold for others. */
const INHERITED = /^--(?:permission|experimental-permission|allow-|no-addons|max-|stack-|no-warnings)/;

/** @param cwd - Where it runs. Default: where this process does. @throws {ExecutionError} When this process may start no others. */
export function startWorker(start: WorkerStart, hooks: WorkerHooks, cwd?: string): RunWorker {
  let child: ChildProcess;
  try {
    child = fork(fileURLToPath(ownProgram("run-worker", "start a worker of the run")), [], {
      execArgv: [
        ...process.execArgv.filter((option) => INHERITED.test(option)),
        ...(FROM_SOURCES ? ["--conditions=calig-source"] : []),
      ],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      ...(cwd === undefined ? {} : { cwd }),
    });
  } catch (cause) {
    throw new ExecutionError(
      "Cannot start a worker of the run: the system or the permissions of this Node process refuse it; leave --workers out, or allow it with --allow-child-process",
      { cause },
    );
  }
  let [shard, row]: [number | undefined, number | undefined] = [undefined, undefined];
  const order = (message: WorkerOrder) => {
    // A message to a process that has just ended is lost; its end is heard of.
    if (child.connected) child.send(message, () => {});
  };
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hooks.tell(line);
  });
  child.on("message", (message: WorkerMessage) => {
    if (message.say === "next") {
      void Promise.resolve(hooks.take()).then((next) => {
        shard = next;
        order({ do: "shard", shard });
      });
    } else if (message.say === "row") {
      row = message.state === "begun" ? message.row : undefined;
      hooks.onRow(message.row, message.state);
    } else {
      shard = undefined;
      void hooks.done(message.shard).catch((error: unknown) => hooks.tell(String(error)));
    }
  });
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.once("error", () => {
      child.kill("SIGKILL");
      if (child.pid === undefined) resolve({ code: 1, signal: null, shard, row });
    });
    child.once("close", (code, signal) => {
      if (rest !== "") hooks.tell(rest);
      resolve({ code, signal, shard, row });
    });
  });
  order({ do: "start", ...start });
  return { pid: child.pid, ended, stop: () => order({ do: "stop" }) };
}
