/**
 * @file Projects of people who use the packages: a folder outside of the repository into which npm, with an empty
 * configuration and an empty HOME, installs the packed packages and what else the project asks the registry for.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import type { Manifest } from "./manifest.ts";
import type { Tarball } from "./pack-packages.ts";

/** What a project is made of. */
export interface ProjectOptions {
  /** A folder with a package.json that is copied, without what was installed or built in it. Default: an empty project. */
  readonly from?: string;
  /** Packages of ours that the project asks for besides those of its package.json; theirs come along. */
  readonly packages?: readonly string[];
  /** Of npm install. */
  readonly flags?: readonly string[];
}

/** A project with its dependencies. Disposing of it removes it. */
export interface ConsumerProject extends Disposable {
  readonly folder: string;
  /** For processes of the project: nothing that npm, or a test, has set for its own. */
  readonly env: NodeJS.ProcessEnv;
  /** What npm printed that is a warning. */
  readonly warnings: readonly string[];
}

const NOT_COPIED = new Set(["node_modules", "dist", ".next", "package-lock.json"]);

/**
 * Makes a project and installs its dependencies, those of ours from tarballs.
 *
 * @throws {Error} When npm cannot install them, or when one of ours is not among the tarballs (engines of other systems
 * may be missing).
 */
export function makeProject(
  tarballs: readonly Tarball[],
  { from, packages = [], flags = [] }: ProjectOptions,
): ConsumerProject {
  const top = mkdtempSync(join(tmpdir(), "calig-consumer-"));
  const folder = join(top, "project");
  const home = join(top, "home");
  mkdirSync(home);
  if (from === undefined) mkdirSync(folder);
  else cpSync(from, folder, { recursive: true, filter: (file) => !NOT_COPIED.has(basename(file)) });
  const manifest: Manifest =
    from === undefined
      ? { name: "consumer", version: "1.0.0", private: true }
      : (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest);
  const own = Object.keys(manifest.dependencies ?? {}).filter(isOurs);
  const files = withTheirs([...own, ...packages], tarballs).map(({ name, path }) => [name, `file:${path}`] as const);
  const dependencies = { ...manifest.dependencies, ...Object.fromEntries(files) };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...manifest, dependencies }, null, 2)}\n`);

  const env = { ...environment(), HOME: home, USERPROFILE: home };
  const argv = ["install", ...flags, "2>&1"];
  const output = execFileSync("npm", argv, { cwd: folder, env, encoding: "utf8", shell: true });
  return {
    folder,
    env,
    warnings: output.split("\n").filter((line) => /^npm warn/i.test(line)),
    [Symbol.dispose]: () => rmSync(top, { recursive: true, force: true }),
  };
}

const isOurs = (name: string): boolean => name === "calig" || name.startsWith("@calig/");

/** Engines are packed for the systems that were asked for alone. */
const mayBeMissing = (name: string): boolean => name.startsWith("@calig/engine-");

/** Tarballs of packages and, since the registry has none of them, of those that they ask for. */
function withTheirs(names: readonly string[], tarballs: readonly Tarball[]): Tarball[] {
  const found = new Map<string, Tarball>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const tarball = tarballs.find((each) => each.name === name);
    if (tarball === undefined) {
      if (mayBeMissing(name)) return;
      throw new Error(
        `Cannot make a project: there is no tarball of ${name}, only of ${tarballs.map((each) => each.name).join(", ")}`,
      );
    }
    found.set(name, tarball);
    for (const each of tarball.dependencies) if (isOurs(each)) add(each);
  };
  for (const name of names) add(name);
  return [...found.values()];
}

/** That of this process without what npm or a test runner set in it, and without commands of the repository. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_|^VITEST|^(NODE|NODE_OPTIONS|NODE_ENV|INIT_CWD|TEST|DEV|PROD|MODE|SSR|BASE_URL|PATH)$/i.test(name),
  );
  const places = (process.env.PATH ?? "").split(delimiter);
  const path = places.filter((place) => !/[\\/]node_modules[\\/]/.test(place)).join(delimiter);
  return { ...Object.fromEntries(own), PATH: path };
}
