/** @file The files that hold the weights of a model, under the names that the engine finds them by. */

import type { ReadRange } from "../onnx/external-data.ts";
import type { WeightPlace } from "./model-parts.ts";
import type { ModelStore, PlacedFile } from "./model-store.ts";

/** One file of a store. */
export interface StoredFile {
  readonly store: ModelStore;
  /** In the store. */
  readonly path: string;
  readonly file: PlacedFile;
  /** What the engine calls it where its bytes are in memory. Default: the last part of its path. */
  readonly name?: string;
}

/** Files that one program reads its weights from. */
export interface WeightFiles {
  /** For the engine. */
  readonly place: WeightPlace;
  /** What the engine calls each of them, in the order they were given in. */
  readonly locations: readonly string[];
  /** Parts of them, by location. */
  readonly read: ReadRange;
  /** Of all bytes, in that order. */
  readonly sha256: string;
}

/**
 * Names the files: by their path from the deepest folder that holds all of them where the engine maps them, by their name
 * where their bytes are in memory. Cost: they are read once, for their checksum.
 */
export async function weightFiles(files: readonly StoredFile[]): Promise<WeightFiles> {
  const paths = files.map(({ file }) => ("path" in file ? file.path : undefined));
  const folder = commonFolder(paths);
  const locations = files.map(({ path, name = path.slice(path.lastIndexOf("/") + 1) }, i) =>
    folder === undefined ? name : relativeTo(folder, paths[i] as string),
  );
  const byLocation = new Map(files.map((file, i) => [locations[i] as string, file]));
  const [first] = files;
  return {
    place:
      folder === undefined
        ? { weights: Object.fromEntries([...byLocation].map(contentOf)) }
        : { weightsFolder: folder },
    locations,
    async read(location, offset, length) {
      const stored = byLocation.get(location);
      if (stored === undefined) return new Uint8Array();
      if ("bytes" in stored.file) return stored.file.bytes.subarray(offset, offset + length);
      return (await stored.store.bytes(stored.path, { offset, length })) ?? new Uint8Array();
    },
    sha256: (await first?.store.sha256(files.map(({ file }) => file))) ?? "",
  };
}

/** What the engine is given of a file in memory. */
const contentOf = ([location, { file }]: readonly [string, StoredFile]) =>
  [location, "bytes" in file ? file.bytes : new Uint8Array()] as const;

/** Paths are those of one system: "/a/b", or "C:\\a\\b". */
const separatorOf = (path: string): string => (path.startsWith("/") ? "/" : "\\");

/** The folder of a file. */
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf(separatorOf(path)));

/** The path from a folder that contains the file; the engine separates folders by "/" on every system. */
function relativeTo(folder: string, path: string): string {
  const separator = separatorOf(path);
  const inside = path.slice(folder.endsWith(separator) ? folder.length : folder.length + 1);
  return inside.split(separator).join("/");
}

/** The deepest folder that contains all files; undefined where some lie in none. */
function commonFolder(paths: readonly (string | undefined)[]): string | undefined {
  const [first] = paths;
  if (first === undefined) return undefined;
  const separator = separatorOf(first);
  const parts = parentOf(first).split(separator);
  const shared = paths.reduce<number>((length, path) => {
    const own = parentOf(path ?? "").split(separator);
    const differs = parts.slice(0, length).findIndex((part, depth) => part !== own[depth]);
    return differs < 0 ? length : differs;
  }, parts.length);
  return parts.slice(0, shared).join(separator) || separator;
}
