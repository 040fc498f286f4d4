/** @file The script of the HTML page as text: bundled from TypeScript, small, without names of its own on the page. */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = fileURLToPath(new URL("../packages/core/src/render/html/page/page-script.ts", import.meta.url));

/** The module that holds it. */
export const SCRIPT_MODULE = fileURLToPath(new URL("../packages/core/src/render/html/script.ts", import.meta.url));

/** @throws {Error} On warnings, and where the bundle is more than one file. */
export async function bundlePageScript(): Promise<string> {
  const warnings: string[] = [];
  const result = await build({
    root: fileURLToPath(new URL("../", import.meta.url)),
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      minify: true,
      lib: { entry: ENTRY, formats: ["iife"], name: "page" },
      rollupOptions: { onwarn: ({ message }) => void warnings.push(message) },
    },
  });
  const chunks = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  const [chunk] = chunks;
  if (warnings.length > 0 || chunks.length !== 1 || chunk?.type !== "chunk") {
    throw new Error(`The script of the page is not one file: ${warnings.join("; ")}`);
  }
  return chunk.code.trim();
}

/** The source of that module. */
export function scriptModule(script: string): string {
  const hash = createHash("sha256").update(script).digest("base64");
  return `/** @file The script of the HTML page, bundled from \`page/\`. Made by \`npm run page-script\`: do not edit. */

export const SCRIPT = ${JSON.stringify(script)};

/** SHA-256 of \`SCRIPT\`, for the content security policy. */
export const SCRIPT_HASH = "sha256-${hash}";
`;
}
