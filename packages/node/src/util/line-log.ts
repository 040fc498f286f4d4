/** @file Lines of a file with their places, so that one of them is read again without the others. */

import type { FileHandle } from "node:fs/promises";

/** Where a line lies in its file. */
export interface LinePlace {
  readonly offset: number;
  /** Without its end. */
  readonly bytes: number;
}

const CHUNK = 2 ** 20;
const NEWLINE = 0x0a;

/** The lines that are whole: one whose end is missing, because its process was killed, is left out. */
export async function* wholeLines(file: FileHandle): AsyncGenerator<LinePlace & { readonly line: Uint8Array }> {
  const chunk = new Uint8Array(CHUNK);
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
      yield { line: bytes.subarray(from, to), offset: offset + from, bytes: to - from };
      from = to + 1;
    }
    rest = bytes.subarray(from);
    offset += from;
  }
}

/** One line again. */
export async function lineAt(file: FileHandle, { offset, bytes }: LinePlace): Promise<string> {
  const line = new Uint8Array(bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(line, done, bytes - done, offset + done);
    if (bytesRead === 0) throw new Error("the file ends too early");
    done += bytesRead;
  }
  return new TextDecoder().decode(line);
}
