/** @file Packs the packages once for all tests of projects that install them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ENGINES } from "../../scripts/pack/engine-package.ts";
import { packPackages, type Tarball } from "../../scripts/pack/pack-packages.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly tarballs: readonly Tarball[];
  }
}

/** Gives the tests the tarballs, with the engine of this system; removes them in the end. */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "calig-tarballs-"));
  const own = ENGINES.filter(({ os, cpu }) => os === process.platform && cpu === process.arch);
  provide("tarballs", packPackages(folder, own));
  return () => rmSync(folder, { recursive: true });
}
