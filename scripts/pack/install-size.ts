/** @file What an install of packages takes on the disk: tarballs installed by npm into an empty folder. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder into which packages were installed. */
export interface Installed extends Disposable {
  readonly folder: string;
  /** Of all files below node_modules. */
  readonly bytes: number;
  readonly packages: number;
  /** What npm printed that is a warning. */
  readonly warnings: readonly string[];
}

/** Installs tarballs with an empty configuration of npm, from the registry that this machine has. */
export function installInto(tarballs: readonly string[]): Installed {
  const top = mkdtempSync(join(tmpdir(), "calig-install-"));
  const folder = join(top, "project");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "version": "1.0.0", "private": true }\n');
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^(NODE_OPTIONS|INIT_CWD)$/i.test(name));
  const env = { ...Object.fromEntries(own), HOME: top, USERPROFILE: top };
  const argv = ["install", ...tarballs];
  const output = execFileSync("npm", [...argv, "2>&1"], { cwd: folder, env, encoding: "utf8", shell: true });
  const modules = join(folder, "node_modules");
  return {
    folder,
    bytes: bytesBelow(modules),
    packages: packagesIn(modules),
    warnings: output.split("\n").filter((line) => /^npm warn/i.test(line)),
    [Symbol.dispose]: () => rmSync(top, { recursive: true }),
  };
}

/** Of all files of a folder. */
export const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const packagesIn = (modules: string): number =>
  readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .reduce((sum, name) => sum + (name.startsWith("@") ? readdirSync(join(modules, name)).length : 1), 0);
