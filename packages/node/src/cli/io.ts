/** @file What the command line needs of its process: streams, environment and a signal, given from outside. */

import type { Readable, Writable } from "node:stream";
import { ExecutionError } from "@calig/core/internal/errors";
import { decodeText } from "../node/read-text.ts";
import type { ShardSource } from "../runs/shard-source.ts";
import { fileReason, isSystemError } from "../util/file-failure.ts";

/** Everything `main` may touch besides files. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the command runs. Default: the folder of the process. */
  readonly folder?: string;
  /** Which streams are a terminal. */
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal, where there is one. */
  readonly columns: number | undefined;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Where this process explains shards of a run that another one directs: where it asks for them. */
  readonly shards?: ShardSource;
}

/** Writes text or bytes; resolves when the stream has taken them, rejects when it cannot. */
export function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(content, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

/** Writes a result to standard output. @throws {ExecutionError} Where a file that it is sent to cannot be written. */
export async function print({ stdout }: Pick<CliIo, "stdout">, result: string | Uint8Array): Promise<void> {
  try {
    await write(stdout, result);
  } catch (cause) {
    if (isClosedPipe(cause) || !isSystemError(cause)) throw cause;
    throw new ExecutionError(
      `Cannot write to standard output: ${fileReason(cause)}; make room, or name a file elsewhere with --out`,
      { cause },
    );
  }
}

/** All of standard input as text. @throws {InputError} When it is no text, or not in UTF-8. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return decodeText(Buffer.concat(chunks), "standard input", "FILE");
}

/** Whether an error says that the reader of a pipe has gone ("calig ... | head"). */
export function isClosedPipe(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || code === "ERR_STREAM_PREMATURE_CLOSE";
}
