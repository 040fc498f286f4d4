/** @file Files of weights: their real paths, the folder that holds them all, their digest. */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { sep } from "node:path";

/** The deepest folder that contains all of the given ones. */
export function commonFolder(folders: readonly string[]): string {
  const [first = "", ...others] = folders;
  const parts = first.split(sep);
  const shared = others.reduce((length, other) => {
    const own = other.split(sep);
    const differs = parts.slice(0, length).findIndex((part, depth) => part !== own[depth]);
    return differs < 0 ? length : differs;
  }, parts.length);
  return parts.slice(0, shared).join(sep) || sep;
}

/** SHA-256 of the bytes of all files, in that order. */
export async function sha256(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) await feed(hash, path);
  return hash.digest("hex");
}

function feed(hash: Hash, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    createReadStream(path, { highWaterMark: 2 ** 20 })
      .on("data", (chunk) => hash.update(chunk))
      .on("error", reject)
      .on("end", resolve);
  });
}
