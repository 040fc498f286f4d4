/** @file One command at a time works on a run: a file in its folder says which. */

import { readFileSync } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { quote, UsageError } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { storageOf } from "../node/storage/open-storage.ts";
import { isBucket, NEW, within } from "../node/storage/storage.ts";

const LOCK = ".lock.json";
/** How often the holder says that it is there. */
const BEAT_MS = 20_000;
/** Silence after which the holder on another machine counts as gone. */
const GONE_MS = 180_000;

/** How long a file that says nothing may be one that is being written. */
const BEGUN_MS = 2000;

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When its process began, where the system tells: numbers of processes are used again. */
  readonly began?: string;
}

/**
 * Takes the run in a folder for this process.
 *
 * @param waitMs - How long a holder on this machine may take to leave. Default: 0.
 * @returns What gives it back.
 * @throws {UsageError} When another process has it.
 */
export async function lockRun(folder: string, { waitMs = 0 } = {}): Promise<() => Promise<void>> {
  const began = beginning(process.pid);
  const own: Holder = { host: hostname(), pid: process.pid, ...(began === undefined ? {} : { began }) };
  return isBucket(folder) ? lockBucket(folder, own) : lockFolder(folder, own, Date.now() + waitMs);
}

const taken = (folder: string, { pid, host }: Holder): UsageError =>
  new UsageError(
    `Cannot work on the run in ${quote(folder)}: process ${pid}${host === hostname() ? "" : ` on ${host}`} does so already; wait for it, or name another folder`,
  );

async function lockFolder(folder: string, own: Holder, until: number): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  for (;;) {
    let file: FileHandle;
    try {
      file = await open(path, "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = holderIn(await readFile(path, "utf8").catch(() => ""));
      const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
      if (holder !== undefined && isThere(written, holder)) {
        if (Date.now() >= until) throw taken(folder, holder);
        await new Promise((resolve) => setTimeout(resolve, BEGUN_MS / 10));
        continue;
      }
      if (holder === undefined && Date.now() - written < BEGUN_MS) {
        // Whoever made it is about to write into it.
        await new Promise((resolve) => setTimeout(resolve, BEGUN_MS / 10));
        continue;
      }
      // Of two that find it left behind, one moves it away.
      const left = `${path}.${process.pid}`;
      await rename(path, left).catch(() => {});
      await rm(left, { force: true });
      continue;
    }
    await file.writeFile(JSON.stringify(own));
    await file.close();
    return beating(
      () => utimes(path, new Date(), new Date()),
      () => rm(path, { force: true }),
    );
  }
}

/** The same in a bucket: what is left behind is written over, by the one who does so first. */
async function lockBucket(folder: string, own: Holder): Promise<() => Promise<void>> {
  const storage = await storageOf(folder);
  const path = within(folder, LOCK);
  const write = (only?: string) => storage.write(path, (file) => file.writeFile(JSON.stringify(own)), only);
  for (;;) {
    const there = await storage.find(path);
    if (there !== undefined) {
      const holder = holderIn((await storage.read(path)) ?? "");
      if (holder !== undefined && isThere(there.modified, holder)) throw taken(folder, holder);
    }
    if (await write(there?.state ?? NEW)) return beating(write, () => storage.remove(path));
  }
}

/** Says again and again that its holder is there. Returns what gives it back. */
function beating(beat: () => Promise<unknown>, leave: () => Promise<void>): () => Promise<void> {
  const beats = setInterval(() => void beat().catch(() => {}), BEAT_MS);
  beats.unref();
  return async () => {
    clearInterval(beats);
    await leave();
  };
}

/** Who has it; undefined where the file is not whole. */
function holderIn(content: string): Holder | undefined {
  try {
    return parseJson(content) as Holder;
  } catch {
    return undefined;
  }
}

function isThere(written: number, { host, pid, began }: Holder): boolean {
  if (host !== hostname()) return Date.now() - written < GONE_MS;
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
