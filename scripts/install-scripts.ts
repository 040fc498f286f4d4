/** @file No package may need to run code when it is installed: those that would are listed, and refused, in package.json. */

import type { LockedPackage } from "./lock-file.ts";

/**
 * What is wrong with the list `allowScripts`, a sentence for each package.
 *
 * @param allowed - `allowScripts` of package.json: npm runs the scripts of packages with `true`.
 */
export function installScriptProblems(
  packages: readonly LockedPackage[],
  allowed: Readonly<Record<string, boolean>>,
): string[] {
  const scripted = packages.filter(({ hasInstallScript }) => hasInstallScript);
  const unlisted = scripted.filter(({ name }) => allowed[name] !== false);
  return unlisted.map(
    ({ name, version }) => `${name} ${version} has an install script, and "allowScripts" does not say false`,
  );
}
