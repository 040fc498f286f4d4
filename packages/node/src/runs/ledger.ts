/**
 * @file run/.done.json: shards that were found whole, with what the storage said of their files then. A shortcut: of a file
 * that was written to since, and of those that it does not name, the footers say whether they are done.
 */

import { isCaligError } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { storageOf } from "../node/storage/open-storage.ts";
import { within } from "../node/storage/storage.ts";
import { type RunManifest, runId } from "./manifest.ts";

/** Its name in the folder of the run. */
export const LEDGER = ".done.json";

/** A shard that was whole. */
export interface LedgerEntry {
  readonly shard: number;
  readonly failed: number;
  /** What the storage said of its file. */
  readonly state: string;
}

/** What was found before, by shard: nothing where there is no ledger, or that of another run. */
export async function readLedger(folder: string, manifest: RunManifest): Promise<ReadonlyMap<number, LedgerEntry>> {
  try {
    const content = await (await storageOf(folder)).read(within(folder, LEDGER));
    const { run, done } = parseJson(content ?? "{}") as { readonly run?: string; readonly done?: readonly unknown[] };
    if (run !== idOf(manifest) || !Array.isArray(done)) return new Map();
    return new Map(
      (done as readonly (readonly [number, number, string])[]).map(([shard, failed, state]) => [
        shard,
        { shard, failed, state },
      ]),
    );
  } catch (error) {
    if (isCaligError(error)) throw error;
    return new Map();
  }
}

/** Keeps what is done. Where that cannot be, footers are read again: it is no reason to stop. */
export async function writeLedger(folder: string, manifest: RunManifest, done: readonly LedgerEntry[]): Promise<void> {
  const content = JSON.stringify({
    run: idOf(manifest),
    done: done.map(({ shard, failed, state }) => [shard, failed, state]),
  });
  const storage = await storageOf(folder);
  await storage.write(within(folder, LEDGER), (file) => file.writeFile(`${content}\n`)).catch(() => {});
}

/** Shards of another version of calig are not those of this one. */
const idOf = (manifest: RunManifest): string => `${manifest.calig} ${runId(manifest)}`;
