/** @file How the server is bundled: nothing has to be named external, for calig asks for native code when it runs. */

import { fileURLToPath } from "node:url";

/** The thread of the engine is a program of its own, beside the server and called engine-thread. */
const entry = { server: "./server.js", "engine-thread": "@calig/node/engine-thread" };
const context = fileURLToPath(new URL(".", import.meta.url));
const path = `${context}dist`;

/** Options of webpack: a bundle of modules, and one of CommonJS. */
export const options = [
  {
    mode: "production",
    context,
    entry,
    target: ["node20", "es2022"],
    // Otherwise the bundle asks where calig was on the machine that bundled, and not where it is itself.
    module: { parser: { javascript: { importMeta: false } } },
    experiments: { outputModule: true },
    output: { path, filename: "[name].mjs", module: true, chunkFormat: "module", library: { type: "module" } },
  },
  { mode: "production", context, entry, target: "node20", output: { path, filename: "[name].cjs" } },
];
