/** @file Files on a disk: written under a temporary name, on the disk before they are moved into their place. */

import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFailure } from "../../util/file-failure.ts";
import type { Storage, StoredFile } from "./storage.ts";

/** What is said where there is no room. */
export const MAKE_ROOM = "make room, then run the same command again: it goes on where it stopped";

/** Files that are looked at at once. */
const AT_ONCE = 32;

export const disk: Storage = {
  async list(folder) {
    const names = await readdir(folder).catch(() => []);
    const found: StoredFile[] = [];
    let next = 0;
    const look = async () => {
      while (next < names.length) {
        const file = await disk.find(join(folder, names[next++] as string));
        // It may be gone since.
        if (file !== undefined) found.push(file);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, look));
    return found;
  },
  async find(path) {
    const what = await stat(path).catch(() => undefined);
    if (what?.isFile() !== true) return undefined;
    const { size: bytes, mtimeMs: modified, ino } = what;
    return { name: basename(path), bytes, state: `${bytes}-${modified}-${ino}`, modified };
  },
  async read(path) {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  },
  async open(path) {
    const handle = await open(path);
    try {
      const { size: bytes } = await handle.stat();
      return {
        bytes,
        async slice(start, end) {
          const found = new Uint8Array(Math.max(0, Math.min(end, bytes) - start));
          for (let done = 0; done < found.length; ) {
            const { bytesRead } = await handle.read(found, done, found.length - done, start + done);
            if (bytesRead === 0) throw new Error("the file ends too early");
            done += bytesRead;
          }
          return found;
        },
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
  async write(path, fill) {
    const name = basename(path).replace(/\.parquet$/, "");
    const temporary = join(dirname(path), `.${name}.${randomUUID()}.tmp`);
    try {
      const file = await open(temporary, "wx");
      try {
        await fill(file);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      throw writeFailure(path, cause, MAKE_ROOM);
    } finally {
      await rm(temporary, { force: true });
    }
    return true;
  },
  remove: (path) => rm(path, { force: true }),
};
