/** @file Writing all of some bytes: one write may take a part of them only, as on a disk that is nearly full. */

import type { FileHandle } from "node:fs/promises";

/** Appends bytes at the end of what was written, or writes them at `place`. @throws What the system says, where there is no room. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, place?: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = place === undefined ? null : place + done;
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}
