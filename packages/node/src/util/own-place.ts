/**
 * @file Where this code lies: packages are looked for above it, and programs of our own beside it. Bundlers move it into files
 * of theirs, so this is the only file that asks where it is (test/architecture.test.ts).
 */

import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ExecutionError, quote, wordList } from "@calig/core/internal/errors";

/**
 * This file, or the bundle that it has become a part of. `import.meta.url` is empty in bundles of CommonJS, and where webpack
 * has replaced it, it is the place that the file had where it was bundled; `__filename` is there in CommonJS alone.
 */
const HERE = ownFile();

function ownFile(): string {
  const url: string | undefined = import.meta.url;
  // Not by typeof: webpack takes it for known, and is wrong in bundles of modules.
  const candidates = [url?.startsWith("file:") ? fileURLToPath(url) : undefined, attempt(() => __filename)];
  const known = candidates.filter((file) => file !== undefined);
  return known.find((file) => existsSync(file)) ?? known[0] ?? resolve("bundle");
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Not imported by its name: webpack would bundle whatever a `createRequire` that it knows is asked for. */
const requireFrom = (file: string): NodeJS.Require => nodeModule.createRequire(file);

/** Whether calig runs from its sources. */
export const FROM_SOURCES = /[\\/]src[\\/]util[\\/]own-place\.ts$/.test(HERE);

/** What is to be said of the place where a bundle looks for a package in vain; undefined outside of bundles. */
export function bundlePlace(): string | undefined {
  const exists = existsSync(HERE);
  if (exists && (FROM_SOURCES || /[\\/]dist[\\/]util[\\/]own-place\.js$/.test(HERE))) return undefined;
  const where = `the folders "node_modules" above ${quote(HERE)}`;
  return exists
    ? where
    : `${where}, a file that is not there: the bundler has written where it found calig; with webpack, set "importMeta" of "module.parser.javascript" to false`;
}

/** From where packages are looked for, one after the other: the first that has them counts. */
function* places(): Generator<NodeJS.Require> {
  const own = requireFrom(HERE);
  yield own;
  // Above a bundle there are, with pnpm, only the packages that its project names. Those have the others beside them.
  let from = own;
  for (const name of ["calig", "@calig/node"]) {
    const manifest = attempt(() => from.resolve(`${name}/package.json`));
    if (manifest === undefined) continue;
    from = requireFrom(manifest);
    yield from;
  }
}

/** The place that has a module; where none has, the first one, which says so. */
function placeOf(request: string): NodeJS.Require {
  for (const place of places()) if (attempt(() => place.resolve(request)) !== undefined) return place;
  return requireFrom(HERE);
}

/**
 * A module of a package that bundlers leave out, because it is native code or not needed by everybody.
 *
 * @throws What `require` throws.
 */
export const requirePackage = <T>(request: string): T => placeOf(request)(request) as T;

/** The file of such a module, or undefined where it is not installed. */
export const findPackageFile = (request: string): string | undefined =>
  attempt(() => placeOf(request).resolve(request));

/** The file of a module as another file would find it, be it of another package or one that need not exist. */
export const findFileOfDependency = (file: string, request: string): string | undefined =>
  attempt(() => requireFrom(file).resolve(request));

/** The folder of such a package, or undefined where it is not installed. */
export function findPackageFolder(name: string): string | undefined {
  const manifest = findPackageFile(`${name}/package.json`);
  return manifest === undefined ? undefined : dirname(manifest);
}

/** Endings of what bundlers write. */
const ENDINGS = [".mjs", ".js", ".cjs"];

/**
 * The file of a program of our own that runs in a thread or process of its own: `@calig/node/NAME`.
 *
 * @param purpose - What cannot be done without it: "start the thread of the engine".
 * @throws {ExecutionError} In a bundle that does not have it beside it, where @calig/node is not installed either.
 */
export function ownProgram(name: "engine-thread" | "model-process" | "run-worker", purpose: string): URL {
  // In the sources it has to be translated first.
  if (FROM_SOURCES) return new URL(`../../../../scripts/${name}.mjs`, pathToFileURL(HERE));
  const place = bundlePlace();
  const beside = ENDINGS.map((ending) => resolve(dirname(HERE), name + ending));
  const file =
    (place === undefined ? undefined : beside.find((each) => existsSync(each))) ??
    findPackageFile(`@calig/node/${name}`);
  if (file !== undefined) return pathToFileURL(file);
  throw new ExecutionError(
    `Cannot ${purpose}: this bundle has no ${wordList(ENDINGS.map((ending) => name + ending))} beside ${quote(HERE)}, and "@calig/node" is not in ${place}; bundle "@calig/node/${name}" as an entry named "${name}", or install calig there`,
  );
}
