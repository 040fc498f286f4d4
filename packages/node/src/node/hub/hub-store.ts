/**
 * @file A model on the hub as a store: what loading asks for is downloaded into the cache of huggingface_hub and read there.
 * Loading itself decides which files it needs, so no others are downloaded.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Warning } from "@calig/core/internal/attribution/explanation";
import { quote } from "@calig/core/internal/errors";
import type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import { isHubName } from "@calig/core/internal/loading/other-formats";
import { writeFailure } from "../../util/file-failure.ts";
import { diskStore } from "../disk-store.ts";
import { hubModelFolder, hubSnapshot, REVISION } from "./hub-cache.ts";
import { downloadFile } from "./hub-download.ts";
import { askHub, failure, type HubSubject, patiently, UnreachableError } from "./hub-request.ts";
import { hubSettings } from "./hub-settings.ts";

export interface HubOptions {
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export interface HubModel {
  readonly store: ModelStore;
  readonly warnings: readonly Warning[];
}

/**
 * A model of the hub. Costs a request; each file that is asked for two more, unless the cache has it.
 *
 * @param name - "owner/name", or "name" of old models without an owner.
 * @throws {CheckpointError} When the hub does not have it or does not give it, or cannot be reached and the cache does not
 * have it either.
 */
export async function hubModel(name: string, options: HubOptions = {}): Promise<HubModel> {
  const { revision = REVISION, signal, onProgress } = options;
  const subject: HubSubject = { name, revision, settings: await hubSettings(), signal };
  let facts: ModelFacts;
  try {
    facts = await patiently(signal, () => askFacts(subject));
  } catch (error) {
    const kept =
      error instanceof UnreachableError ? await hubSnapshot(name, revision).catch(() => undefined) : undefined;
    if (kept === undefined) throw error;
    const message = `The hub at ${subject.settings.endpoint} could not be asked whether ${quote(name)} has changed; it is read from the cache, commit ${kept.commit}.`;
    return { store: diskStore(kept.folder, name), warnings: [{ code: "hub-not-reached", message }] };
  }
  const model = hubModelFolder(name);
  if (revision !== facts.commit) await writeRef(join(model, "refs", ...revision.split("/")), facts.commit);
  return { store: storeOf({ model, ...facts }, subject, onProgress), warnings: [] };
}

interface ModelFacts {
  readonly commit: string;
  /** Paths of its files. */
  readonly files: readonly string[];
}

async function askFacts(subject: HubSubject): Promise<ModelFacts> {
  const { name, revision } = subject;
  const { response } = await askHub(`/api/models/${name}/revision/${encodeURIComponent(revision)}`, subject);
  const facts = (await response.json().catch(() => undefined)) as
    | { readonly sha?: unknown; readonly siblings?: readonly { readonly rfilename?: unknown }[] }
    | undefined;
  const { sha, siblings } = facts ?? {};
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings)) {
    throw failure(subject, "it does not answer as a hub of Hugging Face does", "check HF_ENDPOINT");
  }
  return { commit: sha, files: siblings.map(({ rfilename }) => checked(rfilename, subject)) };
}

/** @throws {CheckpointError} When a path would leave the folder of the model. */
function checked(path: unknown, subject: HubSubject): string {
  const isPath =
    typeof path === "string" &&
    !path.split("/").some((part) => part === "" || part === "." || part === "..") &&
    !/[\\:\0]/.test(path);
  if (isPath) return path;
  throw failure(subject, `it names a file ${quote(path)}, which lies in no folder of a model`, "report it to the hub");
}

/** Only what a name stands for is written; a branch of that name that is no path is the hub's to refuse. */
async function writeRef(path: string, commit: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, commit);
  } catch (cause) {
    throw writeFailure(path, cause, "make room, or set HF_HUB_CACHE to another folder");
  }
}

interface Place extends ModelFacts {
  /** Folder of the model in the cache. */
  readonly model: string;
}

function storeOf(
  { model, commit, files }: Place,
  subject: HubSubject,
  onProgress: HubOptions["onProgress"],
): ModelStore {
  const disk = diskStore(join(model, "snapshots", commit), subject.name);
  const there = new Set(files);
  // One at a time: a connection is seldom what limits, and what is shown is one bar.
  let last: Promise<unknown> = Promise.resolve();
  const started = new Map<string, Promise<void>>();
  const ensure = (path: string): Promise<void> => {
    if (!there.has(path)) return Promise.resolve();
    const known = started.get(path);
    if (known !== undefined) return known;
    const run = last
      .catch(() => {})
      .then(() =>
        downloadFile({ path, commit, model }, subject, (loadedBytes, totalBytes) =>
          onProgress?.({ file: path, loadedBytes, totalBytes }),
        ),
      );
    last = run;
    started.set(path, run);
    // What failed may be asked for again.
    run.catch(() => started.delete(path));
    return run;
  };
  return {
    ...disk,
    async list(folder = "") {
      const start = folder === "" ? "" : `${folder.replace(/\/$/, "")}/`;
      const below = files.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
      return [...new Set(below.map((path) => (path.includes("/") ? `${path.slice(0, path.indexOf("/"))}/` : path)))];
    },
    async text(path) {
      await ensure(path);
      return disk.text(path);
    },
    async bytes(path, range) {
      await ensure(path);
      return disk.bytes(path, range);
    },
    async place(path) {
      await ensure(path);
      return disk.place(path);
    },
    // The base model of an adapter.
    cached: async (name) =>
      isHubName(name) ? (await hubModel(name, { signal: subject.signal, onProgress })).store : undefined,
  };
}
