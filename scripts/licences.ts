/** @file Which licences what calig installs may have. A package with another one is looked at by a person, and then listed here. */

import satisfies from "spdx-satisfies";
import type { LockedPackage } from "./lock-file.ts";

/** They ask for their text and the names of the authors to be kept, and for nothing else. */
const ACCEPTED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"];

/**
 * Accepted in these packages only: libvips and what it is made of, as shared libraries (or WebAssembly) of their own that
 * sharp loads at run time and that a user may replace, which is what the LGPL asks for.
 */
const LIBRARIES = { licence: "LGPL-3.0-or-later", packages: /^@img\/sharp-(libvips-|win32-|wasm32$)/ };

/** What is wrong with the licences, a sentence for each package. */
export function licenceProblems(packages: readonly LockedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence }) => {
    const accepted = LIBRARIES.packages.test(name) ? [...ACCEPTED, LIBRARIES.licence] : ACCEPTED;
    if (licence === undefined) return [`${name} ${version} states no licence`];
    return isAccepted(licence, accepted)
      ? []
      : [`${name} ${version} has the licence "${licence}", which is not listed`];
  });
}

function isAccepted(licence: string, accepted: readonly string[]): boolean {
  try {
    return satisfies(licence, [...accepted]);
  } catch {
    return false; // no SPDX expression: "SEE LICENSE IN ..."
  }
}
