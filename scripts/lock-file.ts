/** @file What package-lock.json says of the packages that an installation of calig brings along. */

/** A package that is needed at run time, on some platform at least. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Its SPDX expression, as the registry had it when the lock file was written. */
  readonly licence: string | undefined;
  /** Where npm puts it, relative to the root. */
  readonly path: string;
  readonly hasInstallScript: boolean;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const FOLDER = "node_modules/";

/** Packages of a lock file, but for those of development and our own. */
export function runtimePackages(lock: string): LockedPackage[] {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes(FOLDER) && dev !== true && link !== true)
    .map(([path, { version = "", license, hasInstallScript = false }]) => ({
      name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version,
      licence: license,
      path,
      hasInstallScript,
    }));
}
