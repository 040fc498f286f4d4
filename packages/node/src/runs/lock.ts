/** @file One command at a time works on a run: a file in its folder says which. */

import { readFileSync } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { quote, UsageError } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";

const LOCK = ".lock.json";
/** How often the holder says that it is there. */
const BEAT_MS = 20_000;
/** Silence after which the holder on another machine counts as gone. */
const GONE_MS = 180_000;

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When its process began, where the system tells: numbers of processes are used again. */
  readonly began?: string;
}

/**
 * Takes the run in a folder for this process.
 *
 * @returns What gives it back.
 * @throws {UsageError} When another process has it.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const began = beginning(process.pid);
  const own: Holder = { host: hostname(), pid: process.pid, ...(began === undefined ? {} : { began }) };
  for (;;) {
    let file: FileHandle;
    try {
      file = await open(path, "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = await holderOf(path);
      if (holder !== undefined && (await isThere(path, holder))) {
        throw new UsageError(
          `Cannot work on the run in ${quote(folder)}: process ${holder.pid}${holder.host === own.host ? "" : ` on ${holder.host}`} does so already; wait for it, or name another folder`,
        );
      }
      // Of two that find it left behind, one moves it away.
      const left = `${path}.${process.pid}`;
      await rename(path, left).catch(() => {});
      await rm(left, { force: true });
      continue;
    }
    await file.writeFile(JSON.stringify(own));
    await file.close();
    const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), BEAT_MS);
    beat.unref();
    return async () => {
      clearInterval(beat);
      await rm(path, { force: true });
    };
  }
}

/** Who has it; undefined where the file is not whole. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return parseJson(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

async function isThere(path: string, { host, pid, began }: Holder): Promise<boolean> {
  if (host !== hostname()) return Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0) < GONE_MS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return began === undefined || beginning(pid) === began;
}

/** When a process began, in ticks since the machine did; undefined where the system does not tell. */
function beginning(pid: number): string | undefined {
  try {
    // Behind the name of the program, which may hold spaces: the 20th field.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}
