/** @file Folders that live as long as a test file. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ReadRange } from "@calig/core/internal/onnx/external-data";
import { afterAll } from "vitest";

/** Contents by path inside the folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * A maker of temporary folders; all are removed after the last test. Call it once, at the top of a test file or suite.
 *
 * @example
 * const tempFolder = useTempFolders();
 * const path = await tempFolder({ "config.json": "{}" });
 */
export function useTempFolders(): (files?: Files) => Promise<string> {
  const made: string[] = [];
  afterAll(async () => {
    await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
  });
  return async (files = {}) => {
    const folder = await mkdtemp(join(tmpdir(), "calig-test-"));
    made.push(folder);
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    return folder;
  };
}

/** Reads parts of the files of a folder, as tensors stored beside a model are read. */
export const readRangeOf =
  (folder: string): ReadRange =>
  async (location, offset, length) =>
    new Uint8Array((await readFile(join(folder, location))).subarray(offset, offset + length));
