/**
 * @file Bundles the server as modules and as CommonJS, into dist/. Nothing is external in esbuild.json: calig asks for native
 * code and models when it runs. The thread of the engine is a program of its own, beside the server and called engine-thread.
 */

import { readFileSync } from "node:fs";
import { build } from "esbuild";

const options = JSON.parse(readFileSync(new URL("esbuild.json", import.meta.url), "utf8"));
await build({ ...options, outdir: "dist", format: "esm", outExtension: { ".js": ".mjs" }, logLevel: "warning" });
await build({ ...options, outdir: "dist", format: "cjs", outExtension: { ".js": ".cjs" }, logLevel: "warning" });
