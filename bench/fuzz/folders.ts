/** @file Folders of files for a while. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes folders of files below a new one in `parent`, and removes it in the end. */
export async function withFolders<T>(
  folders: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>,
  use: (root: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  const root = await mkdtemp(join(parent, "calig-fuzz-"));
  try {
    for (const [name, files] of folders) await writeFiles(join(root, name), files);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
