/** @file Runs the command line in the process of the test, with captured streams. */

import { Readable, Writable } from "node:stream";
import { main } from "@calig/node/internal/cli/main";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSettings {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Streams that are terminals. Default: none. */
  readonly isTTY?: Partial<Record<"stdin" | "stdout" | "stderr", boolean>>;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Where the command runs. */
  readonly folder?: string;
  /** Called with everything written to standard output so far, after each write. */
  readonly onStdout?: (text: string) => void;
  /** Called with the bytes of each write to standard output. */
  readonly onBytes?: (bytes: Buffer) => void;
}

/** `calig ...argv` as it would run in a shell. */
export async function runCli(argv: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
  const {
    stdin = "",
    env = {},
    isTTY = {},
    columns,
    signal = new AbortController().signal,
    onStdout,
    onBytes,
  } = settings;
  const captured = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof captured) => {
    const writable = new Writable({
      write(chunk, _encoding, done) {
        captured[name] += String(chunk);
        if (name === "stdout") onBytes?.(Buffer.from(chunk));
        if (name === "stdout") onStdout?.(captured.stdout);
        done();
      },
    });
    return Object.assign(writable, { isTTY: isTTY[name] ?? false });
  };
  const code = await main(argv, {
    stdin: Readable.from([Buffer.from(stdin as Uint8Array)]),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env,
    isTTY: { stdin: isTTY.stdin ?? false, stdout: isTTY.stdout ?? false, stderr: isTTY.stderr ?? false },
    columns,
    signal,
    ...(settings.folder === undefined ? {} : { folder: settings.folder }),
  });
  return { code, ...captured };
}
