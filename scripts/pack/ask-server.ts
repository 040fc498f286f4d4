/** @file The server of an example as a process: started, asked once, and ended. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What a server said and how its process ended. */
export interface ServerRun {
  /** Of the address that it printed; undefined where it ended before. */
  readonly answer: unknown;
  /** All that it wrote on standard error. */
  readonly errors: string;
  readonly code: number | null;
}

export interface ServerOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What runs the program. Default: this Node. */
  readonly runtime?: readonly string[];
}

/** Starts a program, asks the address that is the first line it prints, and tells it to end. */
export async function askServer(program: readonly string[], options: ServerOptions): Promise<ServerRun> {
  const { cwd, env = process.env, runtime = [process.execPath] } = options;
  const [command = "", ...argv] = [...runtime, ...program];
  const child = spawn(command, argv, { cwd, env: { ...env, PORT: "0" }, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  let answer: unknown;
  try {
    for await (const line of createInterface(child.stdout)) {
      answer = await (await fetch(line)).json();
      break;
    }
  } finally {
    child.kill("SIGTERM");
  }
  const [code] = (await closed) as [number | null];
  return { answer, errors, code };
}
