/** @file Hidden states that memory has no room for, in a temporary file. */

import { rmSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExecutionError } from "@calig/core/internal/errors";
import type { Spill } from "@calig/core/internal/program/state-store";
import { fileReason } from "../util/file-failure.ts";
import { writeFully } from "../util/write-fully.ts";

const FILE = "states.float32";

/**
 * A file in the system's temporary folder, made when something is first written and deleted by `dispose` or when the
 * process ends.
 *
 * @throws {ExecutionError} From `write`, when there is no room.
 */
export function createSpillFile(parent = tmpdir()): Spill {
  let opened: Promise<{ readonly file: FileHandle; readonly close: () => Promise<void> }> | undefined;
  let end = 0;
  return {
    async write(numbers) {
      const place = end;
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      end += bytes.length;
      try {
        opened ??= create(parent);
        const { file } = await opened;
        await writeFully(file, bytes, place);
      } catch (cause) {
        throw new ExecutionError(
          `Cannot keep hidden states in "${parent}": ${fileReason(cause)}; make room there, set TMPDIR to another folder, or allow more memory`,
          { cause },
        );
      }
      return place;
    },
    async read(place, length) {
      const numbers = new Float32Array(length);
      const bytes = new Uint8Array(numbers.buffer);
      const file = (await opened)?.file;
      const result = await file?.read(bytes, 0, bytes.length, place);
      if (result?.bytesRead !== bytes.length)
        throw new ExecutionError("Cannot read hidden states back: the file is cut");
      return numbers;
    },
    async clear() {
      end = 0;
      await (await opened)?.file.truncate(0);
    },
    async dispose() {
      const current = await opened;
      opened = undefined;
      await current?.close();
    },
  };
}

async function create(parent: string) {
  const folder = await mkdtemp(join(parent, "calig-"));
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  const file = await open(join(folder, FILE), "wx+");
  const close = async () => {
    process.off("exit", removeAtExit);
    await file.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { file, close };
}
