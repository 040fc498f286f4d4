/** @file The process of one worker of a run: the same command as that of the process that started it, which hands out the shards. */

import { Readable, Writable } from "node:stream";
import type { WorkerMessage, WorkerOrder } from "../runs/worker-process.ts";
import { main } from "./main.ts";

if (process.send === undefined) throw new Error("This file is a process; calig explain --workers starts it");
const say = (message: WorkerMessage): void => void process.send?.(message, undefined, undefined, () => {});

// Signals to a terminal's whole group reach this process too: the one that started it says when to stop.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.once("disconnect", () => process.exit(1));

let stopped = false;
let answer: ((shard: number | undefined) => void) | undefined;

process.on("message", (order: WorkerOrder) => {
  if (order.do === "start") return void start(order);
  if (order.do === "stop") stopped = true;
  answer?.(order.do === "shard" ? order.shard : undefined);
  answer = undefined;
});

async function start({ argv, resources, env, folder }: Extract<WorkerOrder, { do: "start" }>): Promise<void> {
  const code = await main(argv, {
    stdin: Readable.from([]),
    stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stderr: process.stderr,
    env,
    isTTY: { stdin: false, stdout: false, stderr: false },
    columns: undefined,
    signal: new AbortController().signal,
    shards: {
      resources,
      ...(folder === undefined ? {} : { folder }),
      stopped: () => stopped,
      next: () =>
        new Promise((resolve) => {
          if (stopped) return resolve(undefined);
          answer = resolve;
          say({ say: "next" });
        }),
      onRow: (row, state) => say({ say: "row", row, state }),
      done: async (shard) => say({ say: "done", shard }),
    },
  });
  process.exitCode = code;
  if (process.connected) process.disconnect();
  process.exit();
}
