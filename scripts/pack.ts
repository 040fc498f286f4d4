/** @file Packs all packages as they are published. Run after a build: npm run pack -- FOLDER [all] (the engine of this system, or of all). */

import { ENGINES } from "./pack/engine-package.ts";
import { packPackages } from "./pack/pack-packages.ts";

const [folder, engines] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Give a folder for the tarballs: npm run pack -- FOLDER [all]");
  process.exitCode = 2;
} else {
  const own = ENGINES.filter(({ os, cpu }) => os === process.platform && cpu === process.arch);
  for (const { name, bytes, unpackedBytes } of packPackages(folder, engines === "all" ? ENGINES : own)) {
    console.log(`${name}: ${(bytes / 1e6).toFixed(2)} MB packed, ${(unpackedBytes / 1e6).toFixed(2)} MB unpacked`);
  }
}
