/** @file The package.json of a package as it is published: what only development needs is gone, and the engine is the small one. */

import { ENGINES, engineName } from "./engine-package.ts";
import type { Manifest } from "./manifest.ts";

/** The condition that names sources, which no package has in it. */
const SOURCES = "calig-source";

/** The engine with the files of all systems and an install script that asks another registry for CUDA. */
const LARGE_ENGINE = "onnxruntime-node";

export function publishedManifest(manifest: Manifest): Manifest {
  const { scripts: _, devDependencies: __, dependencies = {}, exports, sideEffects, ...kept } = manifest;
  const { [LARGE_ENGINE]: engine, ...others } = dependencies;
  return {
    ...kept,
    ...(sideEffects === undefined ? {} : { sideEffects: withoutSourceFiles(sideEffects) }),
    ...(exports === undefined ? {} : { exports: withoutSources(exports) }),
    ...(Object.keys(others).length === 0 ? {} : { dependencies: others }),
    ...(engine === undefined
      ? {}
      : {
          optionalDependencies: Object.fromEntries(ENGINES.map((system) => [engineName(system), manifest.version])),
        }),
  };
}

/** The page has none left: an empty list is "none". */
const withoutSourceFiles = (sideEffects: boolean | readonly string[]): boolean | readonly string[] =>
  typeof sideEffects === "boolean" ? sideEffects : sideEffects.filter((file) => !file.startsWith("./src/"));

/** Exports without the condition, and without entries that had nothing else. */
function withoutSources(exports: unknown): unknown {
  if (typeof exports !== "object" || exports === null) return exports;
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([name]) => name !== SOURCES)
      .map(([name, value]) => [name, withoutSources(value)] as const)
      .filter(([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0),
  );
}
