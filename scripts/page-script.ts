/** @file The scripts of HTML pages as text: bundled from TypeScript, small, without names of their own on the page. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const CORE = fileURLToPath(new URL("../packages/core/src/", import.meta.url));

/** A script: where it begins, and the module that holds the bundle. */
export interface PageScript {
  readonly entry: string;
  readonly module: string;
}

const scriptIn = (folder: string, name: string): PageScript => ({
  entry: join(CORE, folder, "page", name),
  module: join(CORE, folder, "script.ts"),
});

export const PAGE_SCRIPTS: readonly PageScript[] = [
  scriptIn("render/html", "page-script.ts"),
  scriptIn("report/browse", "browse-script.ts"),
];

/** The folder of the library that a module is in. */
const LIBRARY = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/;

/** @throws {Error} On warnings, and where the bundle is more than one file. */
export async function bundlePageScript(entry: string): Promise<string> {
  const warnings: string[] = [];
  const result = await build({
    root: fileURLToPath(new URL("../", import.meta.url)),
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      lib: { entry, formats: ["iife"], name: "page" },
      rollupOptions: { onwarn: ({ message }) => void warnings.push(message) },
    },
  });
  const chunks = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  const [chunk] = chunks;
  if (warnings.length > 0 || chunks.length !== 1 || chunk?.type !== "chunk") {
    throw new Error(`The script of the page is not one file: ${warnings.join("; ")}`);
  }
  const used = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0);
  const libraries = new Set(used.flatMap(([id]) => LIBRARY.exec(id)?.[0] ?? []));
  return [...[...libraries].map(notice), chunk.code.trim()].join("\n");
}

/** What the licence of a library asks to be passed on. */
function notice(folder: string): string {
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly name: string };
  return `/*! With ${name}:\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n*/`;
}

/** The source of that module. */
export function scriptModule(script: string): string {
  const hash = createHash("sha256").update(script).digest("base64");
  return `/** @file A script of HTML pages, bundled from \`page/\`. Made by \`npm run page-script\`: do not edit. */

export const SCRIPT = ${JSON.stringify(script)};

/** SHA-256 of \`SCRIPT\`, for the content security policy. */
export const SCRIPT_HASH = "sha256-${hash}";
`;
}
