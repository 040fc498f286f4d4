/** @file Measurements kept in a file while an evaluation runs, one line each, so that an interrupted one goes on where it stopped. */

import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import type { MeasurementStore, StoredMeasurement } from "@calig/core/internal/evaluation/kept-measurements";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { writeFailure } from "../util/file-failure.ts";

/** A store in a file. */
export interface FileStore extends MeasurementStore {
  readonly path: string;
  /** Measurements that were in the file when it was opened. */
  readonly found: number;
  close(): Promise<void>;
  /** Closes and deletes the file: what it holds is in the result. */
  remove(): Promise<void>;
}

/**
 * Opens a file of measurements, or starts one.
 *
 * A line that is not whole, because the process was killed while it was written, is left out; what is written after it
 * starts on a line of its own.
 */
export async function openMeasurementStore(path: string): Promise<FileStore> {
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const known = new Map<string, StoredMeasurement>();
  const remember = (key: string, measurement: StoredMeasurement) =>
    known.set(key, { ...known.get(key), ...measurement });
  let found = 0;
  for (const line of content.split("\n")) {
    const entry = parseEntry(line);
    if (entry === undefined) continue;
    remember(entry.key, entry.measurement);
    found++;
  }
  let file: FileHandle | undefined;
  let torn = content !== "" && !content.endsWith("\n");
  const close = async () => {
    await file?.close();
    file = undefined;
  };
  return {
    path,
    found,
    get: (key) => known.get(hash(key)),
    async put(key, measurement) {
      const hashed = hash(key);
      try {
        file ??= await open(path, "a");
        await file.appendFile(`${torn ? "\n" : ""}${JSON.stringify({ key: hashed, measurement })}\n`);
      } catch (cause) {
        throw writeFailure(path, cause);
      }
      torn = false;
      remember(hashed, measurement);
    },
    close,
    async remove() {
      await close();
      await rm(path, { force: true });
    },
  };
}

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");

function parseEntry(line: string): { readonly key: string; readonly measurement: StoredMeasurement } | undefined {
  try {
    const { key, measurement } = parseJson(line) as { key?: unknown; measurement?: unknown };
    if (typeof key !== "string" || typeof measurement !== "object" || measurement === null) return undefined;
    return { key, measurement: measurement as StoredMeasurement };
  } catch {
    return undefined;
  }
}
