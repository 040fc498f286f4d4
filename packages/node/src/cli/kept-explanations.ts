/** @file Explanations kept in a file while many inputs are explained into one output, one line each, so that an interrupted command goes on where it stopped. */

import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { parseExplanation } from "@calig/core/internal/attribution/parse-explanation";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { VERSION } from "@calig/core/internal/util/version";
import { MAKE_ROOM } from "../node/storage/disk.ts";
import { canonical } from "../runs/manifest.ts";
import { writeFailure } from "../util/file-failure.ts";
import { type LinePlace, lineAt, wholeLines } from "../util/line-log.ts";
import { writeFully } from "../util/write-fully.ts";

export interface KeptExplanations {
  readonly path: string;
  /** How many were there when it was opened: of these settings. */
  readonly found: number;
  /** How many are in it. */
  readonly size: number;
  /** One that was there when it was opened. */
  get(input: object): Promise<Explanation | undefined>;
  put(input: object, explanation: Explanation): Promise<void>;
  close(): Promise<void>;
  /** Closes and deletes the file: what it holds is in the result. */
  remove(): Promise<void>;
}

/**
 * Opens a file of explanations, or starts one. Of other models, options and versions nothing is taken from it.
 *
 * @param settings - Everything that numbers depend on besides the input.
 */
export async function openKeptExplanations(path: string, settings: unknown): Promise<KeptExplanations> {
  const run = sha256(JSON.stringify([VERSION, canonical(settings)])).slice(0, 16);
  const keyOf = (input: object) => sha256(JSON.stringify(canonical(input)));
  const places = new Map<string, LinePlace>();
  let file: FileHandle | undefined = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  let end = 0;
  if (file !== undefined) {
    for await (const { line, ...place } of wholeLines(file)) {
      end = place.offset + place.bytes + 1;
      const entry = entryIn(new TextDecoder().decode(line));
      if (entry?.run === run) places.set(entry.key, place);
    }
  }
  const found = places.size;
  let added = 0;
  const close = async () => {
    await file?.close();
    file = undefined;
  };
  return {
    path,
    found,
    get size() {
      return found + added;
    },
    async get(input) {
      const place = places.get(keyOf(input));
      if (place === undefined || file === undefined) return undefined;
      const entry = entryIn(await lineAt(file, place));
      try {
        // What somebody wrote into it is none.
        parseExplanation(entry?.explanation);
        return entry?.explanation as Explanation;
      } catch {
        return undefined;
      }
    },
    async put(input, explanation) {
      const line = new TextEncoder().encode(`${JSON.stringify({ run, key: keyOf(input), explanation })}\n`);
      try {
        file ??= await open(path, "w+");
        // Over a line that is not whole, if there is one.
        await writeFully(file, line, end);
      } catch (cause) {
        throw writeFailure(path, cause, MAKE_ROOM);
      }
      end += line.length;
      added++;
    },
    close,
    async remove() {
      await close();
      await rm(path, { force: true });
    },
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

interface Entry {
  readonly run: string;
  readonly key: string;
  readonly explanation: unknown;
}

function entryIn(line: string): Entry | undefined {
  try {
    const { run, key, explanation } = parseJson(line) as Partial<Entry>;
    return typeof run === "string" && typeof key === "string" ? { run, key, explanation } : undefined;
  } catch {
    return undefined;
  }
}
