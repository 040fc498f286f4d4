/**
 * @file One file of a model into the cache of huggingface_hub: what was cut off goes on where it ended, and what has come is
 * held to its checksum before it has a name.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, relative } from "node:path";
import { quote } from "@calig/core/internal/errors";
import { writeFailure } from "../../util/file-failure.ts";
import { writeFully } from "../../util/write-fully.ts";
import { askHub, failure, type HubAnswer, type HubSubject, patiently, unreachable } from "./hub-request.ts";

/** A file of a commit of a model. */
export interface HubFile {
  /** In the model's folder. */
  readonly path: string;
  readonly commit: string;
  /** Folder of the model in the cache. */
  readonly model: string;
}

/** Bytes that have come, and all of them where the hub says how many. */
export type OnBytes = (loaded: number, total: number | undefined) => void;

/** A writer that has not written for so long is gone. Milliseconds. */
const STALE = 60_000;

/**
 * Downloads a file, if the cache does not have it: into `blobs`, with a link in `snapshots`.
 *
 * @throws {CheckpointError} When the hub refuses or cannot be reached, or what came is not what it announced.
 * @throws {ExecutionError} When the cache cannot be written.
 */
export async function downloadFile(file: HubFile, subject: HubSubject, onBytes: OnBytes = () => {}): Promise<void> {
  const { path, commit, model } = file;
  const pointer = join(model, "snapshots", commit, ...path.split("/"));
  if (await exists(pointer)) return;
  const address = `/${subject.name}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const facts = await patiently(subject.signal, async () =>
    factsOf(await askHub(address, subject, { method: "HEAD", elsewhere: false }), path, subject),
  );
  const blobs = join(model, "blobs");
  const blob = join(blobs, facts.etag);
  try {
    await mkdir(blobs, { recursive: true });
    await mkdir(dirname(pointer), { recursive: true });
    if (!(await exists(blob))) await downloadBlob({ blobs, blob, address, path, ...facts }, subject, onBytes);
    await link(blob, pointer);
  } catch (cause) {
    throw writeFailure(blob, cause, "make room, or set HF_HUB_CACHE to another folder");
  }
}

interface Facts {
  /** What the file is called among the blobs: the SHA-256 of large files, what Git calls small ones. */
  readonly etag: string;
  readonly size: number | undefined;
}

function factsOf({ said }: HubAnswer, path: string, subject: HubSubject): Facts {
  const etag = (said("x-linked-etag") ?? said("etag") ?? "").replace(/^W\//, "").replace(/^"|"$/g, "");
  if (!/^[\w-]{8,128}$/.test(etag)) {
    throw failure(
      subject,
      `it gives no checksum of ${quote(path)}`,
      "check HF_ENDPOINT, or download it by other means",
    );
  }
  const size = Number(said("x-linked-size") ?? said("content-length") ?? Number.NaN);
  return { etag, size: Number.isSafeInteger(size) ? size : undefined };
}

interface Blob extends Facts {
  readonly blobs: string;
  readonly blob: string;
  readonly address: string;
  readonly path: string;
}

async function downloadBlob(wanted: Blob, subject: HubSubject, onBytes: OnBytes): Promise<void> {
  const { blobs, blob, etag, path } = wanted;
  const own = join(blobs, `${etag}.calig-${hostname()}-${process.pid}.incomplete`);
  const kept = join(blobs, `${etag}.calig.incomplete`);
  await takeOver(blobs, etag, own);
  try {
    const file = await open(own, "a");
    try {
      await patiently(subject.signal, () => append(file, wanted, subject, onBytes));
    } finally {
      await file.close();
    }
    const found = await checksum(own, etag);
    if (found !== undefined && found !== etag) {
      await rm(own);
      throw failure(subject, `${quote(path)} came with the checksum ${found}, wanted ${etag}`, "download it again");
    }
    await rename(own, blob);
  } catch (error) {
    // The next one goes on with it, whoever it is.
    await rename(own, kept).catch(() => {});
    throw error;
  }
}

/** What others left of this file becomes ours: one of them gets it, for a file is renamed once. */
async function takeOver(blobs: string, etag: string, own: string): Promise<void> {
  for (const name of await readdir(blobs)) {
    const [, writer, pid] = new RegExp(`^${etag}\\.calig(?:-(.*)-(\\d+))?\\.incomplete$`).exec(name) ?? [
      undefined,
      "-",
    ];
    if (writer === "-") continue;
    const left = join(blobs, name);
    const age = Date.now() - ((await stat(left).catch(() => undefined))?.mtimeMs ?? 0);
    const isGone = writer === undefined || (writer === hostname() && !isAlive(Number(pid))) || age > STALE;
    if (
      isGone &&
      (await rename(left, own).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** The bytes that are missing. @throws {UnreachableError} When they do not come. */
async function append(
  file: FileHandle,
  { address, path, size }: Blob,
  subject: HubSubject,
  onBytes: OnBytes,
): Promise<void> {
  let { size: loaded } = await file.stat();
  if (size !== undefined && loaded >= size) {
    if (loaded === size && size > 0) return;
    await file.truncate();
    loaded = 0;
  }
  const { response } = await askHub(address, subject, { from: loaded });
  if (loaded > 0 && !isRest(response, loaded)) {
    await file.truncate();
    loaded = 0;
  }
  const cut = (why: string, cause?: unknown) =>
    unreachable(
      subject,
      `${quote(path)} was cut off after ${loaded} of ${size ?? "an unknown number of"} bytes${why}`,
      cause,
    );
  const reader = response.body?.getReader();
  onBytes(loaded, size);
  for (;;) {
    const part = await inTime(reader, subject).catch((cause: unknown) => {
      subject.signal?.throwIfAborted();
      throw cut("", cause);
    });
    if (part === undefined) break;
    await writeFully(file, part);
    loaded += part.length;
    onBytes(loaded, size);
  }
  if (size !== undefined && loaded < size) throw cut("");
}

/** Whether an answer goes on where the file ends: servers may send all of it. */
const isRest = ({ status, headers }: Response, from: number): boolean =>
  status === 206 && headers.get("content-range")?.startsWith(`bytes ${from}-`) === true;

/** The next bytes; undefined at the end. */
async function inTime(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  { settings, signal }: HubSubject,
): Promise<Uint8Array | undefined> {
  if (reader === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no byte came in time")), settings.timeout);
  });
  try {
    signal?.throwIfAborted();
    const { done, value } = await Promise.race([reader.read(), late]);
    return done ? undefined : value;
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Of a file, by the kind that a name of a blob has; undefined where that is no checksum. */
async function checksum(path: string, etag: string): Promise<string | undefined> {
  const isSha256 = /^[0-9a-f]{64}$/.test(etag);
  if (!isSha256 && !/^[0-9a-f]{40}$/.test(etag)) return undefined;
  const hash = createHash(isSha256 ? "sha256" : "sha1");
  // A file in Git is called by the hash of its kind, its size and its bytes.
  if (!isSha256) hash.update(`blob ${(await stat(path)).size}\0`);
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(part as Buffer);
  return hash.digest("hex");
}

/** Links are relative, so that the cache may be moved. Where the system has none, the file itself goes there. */
async function link(blob: string, pointer: string): Promise<void> {
  try {
    await symlink(relative(dirname(pointer), blob), pointer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process was faster.
    if (code === "EEXIST" && (await exists(pointer))) return;
    if (code !== "EPERM" && code !== "ENOSYS" && code !== "EOPNOTSUPP") throw error;
    await rename(blob, pointer);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
