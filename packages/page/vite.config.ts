import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { bundledLicences } from "../../scripts/bundled-licences.ts";

const licences = bundledLicences();

/** The page: static files for any folder of a web server. The engine's own files are not among them: scripts/static-page.ts adds them. */
export default defineConfig({
  root: fileURLToPath(new URL("src/", import.meta.url)),
  base: "./",
  logLevel: "warn",
  publicDir: false,
  // The engine's variant that takes its WebAssembly from the address it is given.
  resolve: {
    conditions: ["calig-source", "onnxruntime-web-use-extern-wasm", "module", "browser", "production", "default"],
  },
  plugins: [licences.collect(), licences.write()],
  worker: { format: "es", plugins: () => [licences.collect()] },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
