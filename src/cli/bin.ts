#!/usr/bin/env node
/** @file The executable: connects `main` to the process. */

import { EXIT } from "./command.ts";
import { main } from "./main.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => {
  interrupted.abort();
  // A second Ctrl-C does not wait for the engine, which cannot be stopped within a run.
  process.once("SIGINT", () => process.exit(EXIT.interrupted));
});
process.once("SIGTERM", () => interrupted.abort());

const { stdin, stdout, stderr, env } = process;
process.exitCode = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  isTTY: { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
  columns: stdout.columns,
  signal: interrupted.signal,
});
