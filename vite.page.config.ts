import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { bundledLicences } from "./scripts/bundled-licences.ts";

/** The engine's own files, which the page's worker loads from beside the page and from nowhere else. */
const ENGINE = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);

function copyEngine(): Plugin {
  let folder = "";
  return {
    name: "calig-copy-engine",
    apply: "build",
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir, "ort");
    },
    closeBundle: () => {
      const installed = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
      mkdirSync(folder, { recursive: true });
      for (const file of ENGINE) copyFileSync(join(installed, file), join(folder, file));
    },
  };
}

const licences = bundledLicences();

/** The page: dist/page, for any folder of a web server. */
export default defineConfig({
  root: fileURLToPath(new URL("src/page/", import.meta.url)),
  base: "./",
  logLevel: "warn",
  publicDir: false,
  // The engine's variant that takes its WebAssembly from the address it is given.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", "module", "browser", "production", "default"] },
  plugins: [copyEngine(), licences.collect(), licences.write()],
  worker: { format: "es", plugins: () => [licences.collect()] },
  build: {
    outDir: "../../dist/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
