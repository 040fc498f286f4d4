/** @file The files of a model that transformers.js keeps in the browser's cache. Asks nothing of a network. */

import { CheckpointError, quote } from "@calig/core/internal/errors";
import type { ModelFiles } from "@calig/core/internal/loading/memory-store";

/** Which revision, in which cache. */
export interface TransformersCacheOptions {
  /** The revision that the pipeline loaded: a branch, a tag or a commit. Default: "main", as for pipelines. */
  readonly revision?: string;
  /** Name of the cache: `env.cacheKey` of transformers.js. Default: "transformers-cache". */
  readonly cacheName?: string;
}

/** `env.cacheKey` of transformers.js 4; the name that is fixed in version 3. */
const CACHE = "transformers-cache";
const REVISION = "main";
/** `env.remotePathTemplate` of transformers.js: "{model}/resolve/{revision}/". */
const RESOLVE = "resolve";
/** Models that an error names at most. */
const NAMED = 10;

/** A file of the cache: its address as "host/path", cut at "resolve/<revision>" where the address has that. */
interface CachedFile {
  readonly request: Request;
  /** Address of the model's folder; of the file itself where the address names no revision. */
  readonly address: string;
  /** Undefined for files that the page's own server gave: `env.localModelPath`. */
  readonly revision: string | undefined;
  /** Path in the model's folder; "" where the address names no revision. */
  readonly file: string;
}

/**
 * The files of a model that transformers.js has loaded on pages of this origin: what `loadModel` takes, without a request
 * to any server. Addresses are compared from their end, whatever host they are of.
 *
 * @param model - What the pipeline was given: "my-name/my-model". More of the address ("host/my-name/my-model") where the
 * cache has several that end so.
 * @throws {CheckpointError} When there is no such cache, the model is not in it, or several are meant.
 * @see buildResourcePaths in src/utils/hub.js of transformers.js 4.3
 */
export async function fromTransformersCache(
  model: string,
  { revision = REVISION, cacheName = CACHE }: TransformersCacheOptions = {},
): Promise<ModelFiles> {
  const name = model.replace(/^(\.?\/)+|\/+$/g, "");
  const fail = (found: string, remedy: string, cause?: unknown) =>
    new CheckpointError(
      `Cannot load model ${quote(model)} from the browser's cache ${quote(cacheName)}: ${found}; ${remedy}`,
      model,
      { cause },
    );
  const cache = await openCache(cacheName, fail);
  const cached = (await cache.keys()).map(cachedFile);
  const { files, meant, otherRevisions } = findModel(cached, name, revision);
  if (meant.length > 1) throw fail(`it holds ${listed(meant)}`, "give more of the address of the one that is meant");
  if (files.size === 0 && otherRevisions.length > 0) {
    throw fail(
      `it holds its revision ${otherRevisions.map(quote).join(" and ")}, not ${quote(revision)}`,
      "give the revision that the pipeline loaded",
    );
  }
  if (files.size === 0) {
    throw fail(holdings(cached), "give the name that a pipeline of transformers.js loaded, or let one load it first");
  }
  return {
    name: name.slice(name.lastIndexOf("/") + 1),
    paths: [...files.keys()],
    remedy: "the cache holds what the pipeline asked for: let it load the file first, with the same dtype and revision",
    async read(path) {
      const request = files.get(path);
      const response = request === undefined ? undefined : await cache.match(request, { ignoreVary: true });
      // Servers of pages answer unknown addresses with their start page, and the cache keeps that, too.
      if (response === undefined || response.headers.get("content-type")?.startsWith("text/html") === true) {
        return undefined;
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** Models that the cache holds, as they are named to `fromTransformersCache`; none where there is no such cache. */
export async function modelsInCache(cacheName = CACHE): Promise<readonly string[]> {
  if (globalThis.caches === undefined || !(await caches.has(cacheName).catch(() => false))) return [];
  return modelsOf((await (await caches.open(cacheName)).keys()).map(cachedFile));
}

type Failure = (found: string, remedy: string, cause?: unknown) => CheckpointError;

/** Makes no cache where there is none. */
async function openCache(name: string, fail: Failure): Promise<Cache> {
  if (globalThis.caches === undefined) {
    throw fail("this page has no caches", "browsers give them to pages of HTTPS and of localhost only");
  }
  try {
    if (await caches.has(name)) return await caches.open(name);
  } catch (cause) {
    throw fail("the browser does not let this page read caches", "allow it to store data", cause);
  }
  throw fail("there is no such cache", "let a pipeline of transformers.js load the model first");
}

function cachedFile(request: Request): CachedFile {
  const { host, pathname } = new URL(request.url);
  const parts = [host, ...pathname.split("/").slice(1).map(decoded)];
  const at = parts.lastIndexOf(RESOLVE);
  if (at < 1 || at > parts.length - 3) return { request, address: parts.join("/"), revision: undefined, file: "" };
  return {
    request,
    address: parts.slice(0, at).join("/"),
    revision: parts[at + 1],
    file: parts.slice(at + 2).join("/"),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function findModel(cached: readonly CachedFile[], name: string, revision: string) {
  const remote = new Map<string, Map<string, Request>>();
  const local = new Map<string, Map<string, Request>>();
  const otherRevisions = new Set<string>();
  const add = (places: typeof remote, folder: string, file: string, request: Request) =>
    places.set(folder, (places.get(folder) ?? new Map<string, Request>()).set(file, request));
  for (const { request, address, revision: found, file } of cached) {
    if (found === undefined) {
      const start = `/${address}`.lastIndexOf(`/${name}/`);
      const end = start + name.length;
      if (start >= 0) add(local, address.slice(0, end), address.slice(end + 1), request);
    } else if (`/${address}`.endsWith(`/${name}`)) {
      if (found === revision) add(remote, address, file, request);
      else otherRevisions.add(found);
    }
  }
  const folders = [...remote.keys(), ...local.keys()];
  // transformers.js looks for every file in the local folder first. They are one model where the name is all of its name.
  const isOne = local.size === 1 && remote.size === 1 && folders[0]?.split("/").slice(1).join("/") === name;
  const files = new Map([...remote.values(), ...local.values()].flatMap((place) => [...place]));
  return { files, meant: isOne ? folders.slice(1) : folders, otherRevisions: [...otherRevisions] };
}

/** What the cache holds instead. */
function holdings(cached: readonly CachedFile[]): string {
  const models = modelsOf(cached);
  if (models.length === 0) return "it holds no models";
  const more = models.length > NAMED ? ` and ${models.length - NAMED} more` : "";
  return `it holds ${listed(models.slice(0, NAMED))}${more}`;
}

function modelsOf(cached: readonly CachedFile[]): readonly string[] {
  const models = cached.flatMap(({ address, revision }) => {
    if (revision !== undefined) return [address];
    return /\.(json|onnx)$/.test(address) ? [address.replace(/(\/onnx)?\/[^/]*$/, "")] : [];
  });
  return [...new Set(models)];
}

const listed = (names: readonly string[]): string => names.map(quote).join(", ");
