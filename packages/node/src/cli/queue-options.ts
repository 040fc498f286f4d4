/** @file What the commands of queues share: the address of the queue, and the run in a folder. */

import { quote, UsageError } from "@calig/core/internal/errors";
import { type RunManifest, readManifest } from "../runs/manifest.ts";
import type { Terminal } from "./terminal.ts";

/** The address that is given, or that of the environment. */
export const queueAddress = (redis: string | undefined, { io }: Terminal): string | undefined =>
  redis ?? io.env.CALIG_REDIS;

/** @throws {UsageError} When none is given. */
export function neededAddress(redis: string | undefined, terminal: Terminal): string {
  const url = queueAddress(redis, terminal);
  if (url !== undefined) return url;
  throw new UsageError("No queue is named: give --redis URL, as in --redis redis://localhost:6379, or set CALIG_REDIS");
}

/** The folder that is named, and its run. @throws {UsageError} When there is none. */
export async function namedRun(
  words: readonly string[],
): Promise<{ readonly folder: string; readonly manifest: RunManifest }> {
  const [folder, ...others] = words;
  if (folder === undefined || others.length > 0) {
    throw new UsageError(
      `${folder === undefined ? "No run is named" : "Several runs are named"}: give the folder of one, as in run/`,
    );
  }
  const manifest = await readManifest(folder);
  if (manifest !== undefined) return { folder, manifest };
  throw new UsageError(
    `There is no run in ${quote(folder)}: begin one with calig explain --input FILE --out ${quote(folder)} --plan`,
  );
}
