/** @file Runs as those who read them see them: whether a folder is one, and its shards. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFacts } from "@calig/core/internal/attribution/explanation";
import { quote, UsageError } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";

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
  try {
    const found = parseJson(await readFile(join(folder, MANIFEST), "utf8")) as Partial<RunFacts> | null;
    return found?.kind === "calig-run" ? (found as RunFacts) : undefined;
  } catch {
    return undefined;
  }
}

/** The shards of a run that are there, in order. @throws {UsageError} When none is. */
export async function shardsOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, "shards")).catch(() => []);
  const shards = names.filter((name) => /^part-\d+-of-\d+\.parquet$/.test(name)).sort();
  if (shards.length > 0) return shards.map((name) => join(folder, "shards", name));
  throw new UsageError(
    `Cannot read the run in ${quote(folder)}: none of its shards is done; go on with it by the command that began it`,
  );
}
