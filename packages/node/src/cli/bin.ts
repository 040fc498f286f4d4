#!/usr/bin/env node
/** @file The executable: connects `main` to the process. */

import { EXIT } from "./command.ts";
import { main } from "./main.ts";

const stopped = new AbortController();
let signalCode: number = EXIT.interrupted;
for (const [signal, code] of [
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
] as const) {
  process.once(signal, () => {
    signalCode = code;
    stopped.abort();
    // The second one does not wait for the engine, which cannot be stopped within a run.
    process.once(signal, () => process.exit(code));
  });
}

const { stdin, stdout, stderr, env } = process;
const code = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  isTTY: { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
  columns: stdout.columns,
  signal: stopped.signal,
});
process.exitCode = code === EXIT.interrupted ? signalCode : code;
