/** @file Files that are read whole: those behind an address, dropped ones, contents, a cache, or what a caller reads. */

import { sha256 } from "../util/sha256.ts";
import type { ModelStore, PlacedFile } from "./model-store.ts";

/** Files by their path inside the model's folder. */
export interface ModelFiles {
  /** What the model is called where nothing else is said. */
  readonly name: string;
  /** All paths; undefined where the place cannot be listed. */
  readonly paths: readonly string[] | undefined;
  /** What to do about a file that is not there, for errors. Default: to give all files. */
  readonly remedy?: string;
  /** Undefined where there is no such file. @throws {CheckpointError} When it cannot be read. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** The store of a model whose files are read whole. Keeps nothing that was read. */
export function memoryStore({ name, paths, remedy, read }: ModelFiles): ModelStore {
  return {
    name,
    where: name,
    ...(remedy === undefined ? {} : { remedy }),
    listed: paths !== undefined,
    list: async (folder = "") => entriesOf(paths ?? [], folder),
    async text(path) {
      const bytes = await read(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    async bytes(path, range) {
      const bytes = await read(path);
      return range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length);
    },
    async place(path) {
      const bytes = await read(path);
      return bytes === undefined ? undefined : { size: bytes.length, bytes };
    },
    sha256: (files) => sha256(files.map(bytesOf)),
  };
}

const bytesOf = (file: PlacedFile): Uint8Array => ("bytes" in file ? file.bytes : new Uint8Array());

function entriesOf(paths: readonly string[], folder: string): readonly string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  return [...new Set(below.map((path) => path.slice(0, path.indexOf("/") + 1) || path))];
}
