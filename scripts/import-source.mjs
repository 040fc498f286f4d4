/**
 * @file Imports a program of the sources as JavaScript, translated into few files: a process starts in a third of the
 * time that translating and resolving hundreds of files one by one takes. What was translated is kept until a source is
 * another one.
 *
 *     node scripts/import-source.mjs FILE.ts [ARGUMENT...]
 */

import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const KEPT = fileURLToPath(new URL("../node_modules/.cache/calig-sources/", import.meta.url));
const NAMES = "names.json";
/** Milliseconds after which no process that runs has begun with an older translation. */
const OLD = 3_600_000;

/** @param {string} path - A TypeScript file that imports the packages by their names, or by paths. */
export async function importSource(path) {
  const file = resolve(path);
  const place = join(KEPT, hash([file]));
  const folder = keptFolder(place) ?? (await translate(file, place));
  return import(pathToFileURL(join(folder, "program.js")).href);
}

const hash = (parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

/** What a translation depends on: its sources, as they are now. */
const stateOf = (sources) =>
  hash(
    sources.map((source) => {
      const { mtimeMs, size } = statSync(source);
      return [source, mtimeMs, size];
    }),
  );

/** Where the translation of the sources as they are now lies, if there is one. */
function keptFolder(place) {
  try {
    const sources = JSON.parse(readFileSync(join(place, NAMES), "utf8"));
    const folder = join(place, stateOf(sources));
    statSync(join(folder, "program.js"));
    return folder;
  } catch {
    return undefined;
  }
}

/** Other processes may do the same at the same time: what they see is whole, or is not there. */
async function translate(path, place) {
  const { build, stop } = await import("esbuild");
  mkdirSync(place, { recursive: true });
  for (const name of readdirSync(place)) {
    const old = join(place, name);
    if (Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? 0) > OLD)
      rmSync(old, { recursive: true, force: true });
  }
  const fresh = mkdtempSync(join(place, "fresh-"));
  const { metafile } = await build({
    entryPoints: { program: path },
    outdir: fresh,
    bundle: true,
    splitting: true,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["calig-source"],
    logLevel: "warning",
    plugins: [ownPlaces],
  });
  await stop();
  const sources = Object.keys(metafile.inputs).map((input) => join(process.cwd(), input.replace(/^source:/, "")));
  const folder = join(place, stateOf(sources));
  try {
    renameSync(fresh, folder);
  } catch {
    // Another process was quicker.
    rmSync(fresh, { recursive: true, force: true });
  }
  const names = join(place, `${process.pid}.json`);
  writeFileSync(names, JSON.stringify(sources));
  renameSync(names, join(place, NAMES));
  return folder;
}

/** Sources know where they lie, and everything that is not a source is imported as it is. */
const ownPlaces = {
  name: "own places",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point" || /^(?:@calig\/|calig(?:\/|$))/.test(path)) return undefined;
      return { path, external: true };
    });
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
      loader: "ts",
      resolveDir: dirname(path),
    }));
  },
};

// Started as a program: the file is what it would be if Node could read it itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.argv.splice(1, 1);
  await importSource(process.argv[1]);
}
