/** @file Bundles for browsers, as an application would make them, into a folder. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, defaultClientConditions } from "vite";

/**
 * Bundles modules with vite as ES modules that share what they have in common. Returns the names of the files.
 *
 * @param expected - Warnings that are none of ours.
 * @throws {Error} On other warnings, too.
 */
export async function bundle(
  entry: string | readonly string[],
  outDir: string,
  expected?: RegExp,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const result = await build({
    root: fileURLToPath(new URL("../../", import.meta.url)),
    configFile: false,
    resolve: { conditions: ["calig-source", ...defaultClientConditions] },
    logLevel: "silent",
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      minify: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: typeof entry === "string" ? entry : [...entry],
        preserveEntrySignatures: "strict",
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "[name].js",
          assetFileNames: "[name][extname]",
        },
        onwarn: ({ code, message }) => {
          if (code !== "PLUGIN_TIMINGS" && expected?.test(message) !== true) warnings.push(message);
        },
      },
    },
  });
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  const outputs = Array.isArray(result) ? result : [result];
  return outputs.flatMap((each) => ("output" in each ? each.output.map(({ fileName }) => join(outDir, fileName)) : []));
}

/** The files of calig's packages that are in the bundle of a module, whenever they are loaded: "core/src/errors.ts". */
export async function modulesOf(entry: string): Promise<readonly string[]> {
  const result = await build({
    root: fileURLToPath(new URL("../../", import.meta.url)),
    configFile: false,
    resolve: { conditions: ["calig-source", ...defaultClientConditions] },
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      target: "es2022",
      rollupOptions: { input: entry, preserveEntrySignatures: "strict", external: /^onnxruntime-web/ },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) => ("output" in each ? each.output : []));
  const ids = outputs.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  return ids.flatMap((id) => /packages\/(\w+\/src\/.*\.ts)$/.exec(id)?.[1] ?? []);
}
