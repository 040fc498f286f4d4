/** @file Weights that were converted, in a temporary file that all programs map. */

import { rmSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckpointError } from "@calig/core/internal/errors";
import { FLOAT32_FILE, type Scratch } from "@calig/core/internal/loading/float32-weights";
import { fileReason } from "../util/file-failure.ts";
import { writeFully } from "../util/write-fully.ts";

/**
 * A file in a temporary folder, deleted by `release` or when the process ends.
 *
 * @param parent - Folder of the temporary folder. Default: the system's.
 * @throws {CheckpointError} When there is no room, from `append` too.
 */
export async function scratchFile(parent = tmpdir()): Promise<Scratch> {
  const fail = (cause: unknown) =>
    new CheckpointError(
      `Cannot keep the weights as float32 in "${parent}": ${fileReason(cause)}; make room there, or set TMPDIR to another folder`,
      parent,
      { cause },
    );
  const folder = await mkdtemp(join(parent, "calig-")).catch((cause: unknown) => {
    throw fail(cause);
  });
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  const release = async () => {
    process.off("exit", removeAtExit);
    await file.close();
    await rm(folder, { recursive: true, force: true });
  };
  const file = await open(join(folder, FLOAT32_FILE), "wx+").catch(async (cause: unknown) => {
    process.off("exit", removeAtExit);
    await rm(folder, { recursive: true, force: true });
    throw fail(cause);
  });
  return {
    append: (bytes) =>
      writeFully(file, bytes).catch((cause: unknown) => {
        throw fail(cause);
      }),
    place: { weightsFolder: folder },
    async read(_, offset, length) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    release,
  };
}
