/** @file All packages as tarballs, as they are published: built files, README and licence; no sources, maps or tests. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type System, writeEngine } from "./engine-package.ts";
import type { Manifest } from "./manifest.ts";
import { identity, type ProjectFacts, projectFacts } from "./project-facts.ts";
import { publishedManifest } from "./published-manifest.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A tarball that was written. */
export interface Tarball {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Of the files in it. */
  readonly unpackedBytes: number;
  readonly files: readonly string[];
  /** Names of what an install of it brings, those for other systems included. */
  readonly dependencies: readonly string[];
}

/** The folders of packages, in the order in which they depend on each other. */
export const packageFolders = (): string[] =>
  readdirSync(join(ROOT, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, "packages", entry.name, "package.json")))
    .map(({ name }) => name);

/**
 * Packs the built packages, and the engine for some systems, into a folder that is made where there is none.
 *
 * @throws {Error} When a package is not built.
 */
export function packPackages(folder: string, engines: readonly System[]): Tarball[] {
  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  const stage = mkdtempSync(join(tmpdir(), "calig-pack-"));
  try {
    const facts = projectFacts();
    const staged = packageFolders().map((name) => stagePackage(name, stage, facts));
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
    for (const system of engines) {
      const place = join(stage, `engine-${system.os}-${system.cpu}`);
      mkdirSync(place);
      writeEngine(system, version, place, identity(facts));
      staged.push(place);
    }
    return staged.map((place) => packFolder(place, target));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** What of a package is of development. npm keeps to the list of files in package.json besides. */
const OF_DEVELOPMENT = /[\\/](src|node_modules)$|[\\/](tsconfig\.build\.json|vite\.config\.ts)$/;

function stagePackage(name: string, stage: string, facts: ProjectFacts): string {
  const source = join(ROOT, "packages", name);
  const place = join(stage, name);
  cpSync(source, place, { recursive: true, filter: (file) => !OF_DEVELOPMENT.test(file) });
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  if ((manifest.files as readonly string[]).includes("dist") && !existsSync(join(place, "dist"))) {
    throw new Error(`${manifest.name} is not built: npm run build`);
  }
  const published = { ...publishedManifest(manifest), ...identity(facts, `packages/${name}`) };
  writeFileSync(join(place, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  cpSync(join(ROOT, "LICENSE"), join(place, "LICENSE"));
  return place;
}

interface PackAnswer {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

function packFolder(place: string, target: string): Tarball {
  const argv = ["pack", place, "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", target];
  const answer = execFileSync("npm", argv, { encoding: "utf8", shell: process.platform === "win32" });
  const [packed] = JSON.parse(answer) as readonly [PackAnswer];
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(place, "package.json"), "utf8"),
  ) as Manifest;
  return {
    name: packed.name,
    path: join(target, packed.filename.replace("@", "").replace("/", "-")),
    bytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map(({ path }) => path),
    dependencies: Object.keys({ ...dependencies, ...optionalDependencies }),
  };
}
