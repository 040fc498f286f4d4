/** @file Runs as those who read them see them: whether a folder is one, and its shards. */

import type { ModelFacts } from "@calig/core/internal/attribution/explanation";
import { quote, UsageError } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { storageOf } from "./storage/open-storage.ts";
import { within } from "./storage/storage.ts";

/** What readers need of the manifest of a run. */
export interface RunFacts {
  readonly kind: "calig-run";
  readonly model: ModelFacts;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The file that says that a folder is a run. */
export const MANIFEST = "manifest.json";

/** What the manifest in a folder says; undefined where there is none, or one of something else. */
export async function runFacts(folder: string): Promise<RunFacts | undefined> {
  const storage = await storageOf(folder);
  try {
    const content = await storage.read(within(folder, MANIFEST));
    if (content === undefined) return undefined;
    const found = parseJson(content) as Partial<RunFacts> | null;
    return found?.kind === "calig-run" ? (found as RunFacts) : undefined;
  } catch {
    return undefined;
  }
}

/** The shards of a run that are there, in order. @throws {UsageError} When none is. */
export async function shardsOf(folder: string): Promise<readonly string[]> {
  const shardFolder = within(folder, "shards");
  const names = (await (await storageOf(folder)).list(shardFolder)).map(({ name }) => name);
  const shards = names.filter((name) => /^part-\d+-of-\d+\.parquet$/.test(name)).sort();
  if (shards.length > 0) return shards.map((name) => within(shardFolder, name));
  throw new UsageError(
    `Cannot read the run in ${quote(folder)}: none of its shards is done; go on with it by the command that began it`,
  );
}
