/** @file What an install of packages takes on the disk: tarballs installed by npm into an empty folder. */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ConsumerProject, makeProject } from "./consumer-project.ts";
import type { Tarball } from "./pack-packages.ts";

/** A folder into which packages were installed. */
export interface Installed extends ConsumerProject {
  /** Of all files below node_modules. */
  readonly bytes: number;
  readonly packages: number;
}

/** Installs a package of ours into an empty project. */
export function installInto(name: string, tarballs: readonly Tarball[]): Installed {
  const project = makeProject(tarballs, { packages: [name] });
  const modules = join(project.folder, "node_modules");
  return { ...project, bytes: bytesBelow(modules), packages: packagesIn(modules) };
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
