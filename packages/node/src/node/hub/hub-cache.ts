/**
 * @file Models that the tools of Hugging Face downloaded: `models--owner--name` with `refs`, `blobs` and `snapshots`, where
 * the files of a snapshot are links to blobs. Asks nothing of a network.
 */

import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CheckpointError, quote } from "@calig/core/internal/errors";
import { isHubName } from "@calig/core/internal/loading/other-formats";

/** The branch that the tools take where none is named. */
export const REVISION = "main";
/** Revisions that an error names at most. */
const NAMED = 10;

/** A revision of a model, on disk. */
export interface HubSnapshot {
  /** Of its files. */
  readonly folder: string;
  readonly commit: string;
}

/**
 * Folder of the cache, by the variables that huggingface_hub reads: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else `hub` in
 * HF_HOME, else in `huggingface` in XDG_CACHE_HOME or ~/.cache.
 *
 * @see huggingface_hub/constants.py
 */
export function hubCacheFolder(variables: NodeJS.ProcessEnv = process.env): string {
  const given = givenPath(variables);
  return given("HF_HUB_CACHE") ?? given("HUGGINGFACE_HUB_CACHE") ?? join(huggingFaceHome(variables), "hub");
}

/** HF_HOME, else `huggingface` in XDG_CACHE_HOME or ~/.cache. */
export function huggingFaceHome(variables: NodeJS.ProcessEnv = process.env): string {
  const given = givenPath(variables);
  return given("HF_HOME") ?? join(given("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");
}

const givenPath = (variables: NodeJS.ProcessEnv) => (name: string) =>
  variables[name]?.replace(/^~(?=$|[\\/])/, () => homedir()) || undefined;

/** Folder of a model in the cache. */
export const hubModelFolder = (name: string): string => join(hubCacheFolder(), `models--${name.split("/").join("--")}`);

/**
 * A model in the cache; undefined where the cache does not have it.
 *
 * @param name - "owner/name", or "name" of old models without an owner.
 * @param revision - A branch, a tag, a pull request ("refs/pr/1") or a commit in full. Default: "main".
 * @throws {CheckpointError} When the cache has the model, but not that revision of it.
 */
export async function hubSnapshot(name: string, revision = REVISION): Promise<HubSnapshot | undefined> {
  if (!isHubName(name)) return undefined;
  const model = hubModelFolder(name);
  if (!(await isFolder(join(model, "snapshots")))) return undefined;
  for (const commit of [await commitOf(model, revision), revision]) {
    if (commit === undefined || !/^[\w-][\w.-]*$/.test(commit)) continue;
    const folder = join(model, "snapshots", commit);
    if (await isFolder(folder)) return { folder, commit };
  }
  const there = await revisionsIn(model);
  const more = there.length > NAMED ? ` and ${there.length - NAMED} more` : "";
  const found = there.length === 0 ? "no revision of it" : `its ${there.slice(0, NAMED).map(quote).join(", ")}${more}`;
  throw new CheckpointError(
    `Cannot load model ${quote(name)} from the cache of Hugging Face in ${quote(model)}: it holds ${found}, not the revision ${quote(revision)}; give a revision that is there, or download this one (hf download ${name} --revision ${revision})`,
    name,
  );
}

/** What a branch or a tag stands for; undefined where there is none of that name. */
async function commitOf(model: string, revision: string): Promise<string | undefined> {
  if (revision.split(/[\\/]/).some((part) => part === "" || part === "." || part === "..")) return undefined;
  return (await readFile(join(model, "refs", revision), "utf8").catch(() => undefined))?.trim();
}

/** Names of branches and tags, and commits that none of them stands for. */
async function revisionsIn(model: string): Promise<readonly string[]> {
  const commits = await readdir(join(model, "snapshots")).catch((): string[] => []);
  const entries = await readdir(join(model, "refs"), { recursive: true }).catch((): string[] => []);
  const named = new Map<string, string>();
  for (const ref of entries) {
    const commit = await commitOf(model, ref);
    if (commit !== undefined && commits.includes(commit)) named.set(ref, commit);
  }
  const taken = new Set(named.values());
  return [...named.keys(), ...commits.filter((commit) => !taken.has(commit))];
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;
