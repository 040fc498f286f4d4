/** @file A model's folder on disk. Links are followed, as download caches lay files out. */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { CheckpointError } from "@calig/core/internal/errors";
import type { ModelStore, PlacedFile } from "@calig/core/internal/loading/model-store";
import { fileReason } from "../util/file-failure.ts";
import { hubSnapshot } from "./hub/hub-cache.ts";

/** Codes of the system for a file that is not there. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);

/** @param name - What the model is called. Default: as its folder. */
export function diskStore(folder: string, name = basename(folder)): ModelStore {
  const at = (path: string) => join(folder, path);
  return {
    name,
    where: folder,
    listed: true,
    async list(below = "") {
      const entries = await readdir(at(below), { withFileTypes: true }).catch(() => []);
      return Promise.all(
        entries.map(async (entry) => {
          const isFolder = entry.isSymbolicLink()
            ? (await stat(join(at(below), entry.name)).catch(() => undefined))?.isDirectory() === true
            : entry.isDirectory();
          return isFolder ? `${entry.name}/` : entry.name;
        }),
      );
    },
    text: (path) => unlessAbsent(at(path), () => readFile(at(path), "utf8")),
    bytes: (path, range) =>
      unlessAbsent(at(path), () =>
        range === undefined ? readFile(at(path)) : readPart(at(path), range.offset, range.length),
      ),
    place: (path) =>
      unlessAbsent(at(path), async (): Promise<PlacedFile> => {
        const real = await realpath(at(path));
        return { path: real, size: (await stat(real)).size };
      }),
    async sha256(files) {
      const hash = createHash("sha256");
      for (const file of files) if ("path" in file) await feed(hash, file.path);
      return hash.digest("hex");
    },
    named: (model) => foldersNamed(model, folder),
    async cached(model) {
      const snapshot = await hubSnapshot(model);
      return snapshot === undefined ? undefined : diskStore(snapshot.folder, model);
    },
  };
}

/** What `read` gives for a file; undefined where there is none. @throws {CheckpointError} When the system refuses it. */
async function unlessAbsent<T>(path: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    // Pipes and devices have no end that could be waited for.
    return (await stat(path)).isFile() ? await read() : undefined;
  } catch (cause) {
    if (ABSENT.has((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new CheckpointError(`Cannot read "${path}": ${fileReason(cause)}`, path, { cause });
  }
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function feed(hash: Hash, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    createReadStream(path, { highWaterMark: 2 ** 20 })
      .on("data", (chunk) => hash.update(chunk))
      .on("error", reject)
      .on("end", resolve);
  });
}

/**
 * Folders with a configuration that the name of an adapter's base model may mean: that path as it is, relative to the
 * working directory as peft reads it, to the folder of the adapter, or to the folder above.
 */
async function foldersNamed(name: string, adapter: string): Promise<readonly ModelStore[]> {
  if (name === "") return [];
  const paths = isAbsolute(name) ? [name] : [resolve(name), join(adapter, name), join(dirname(adapter), name)];
  const own = await realpath(adapter);
  const found: string[] = [];
  for (const path of paths) {
    const config = await stat(join(path, "config.json")).catch(() => undefined);
    if (config?.isFile() === true) found.push(await realpath(path));
  }
  return [...new Set(found)].filter((path) => path !== own).map((path) => diskStore(path));
}
