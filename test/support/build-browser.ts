/** @file Builds for browsers with the configurations of the repository, as `npm run build` makes them. */

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Builds into a folder, in a process of its own: this one has the environment of tests. */
export async function buildBrowser(config: string, outDir: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  await run(process.execPath, [vite, "build", "--config", config, "--outDir", outDir], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { ...process.env, NODE_ENV: "production" },
  });
}
