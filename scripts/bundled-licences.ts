/** @file The texts that the licences of bundled libraries ask to be passed on, in a file beside the bundle. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

/** The folder of the package that a module is in. */
const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** Collects libraries, of workers too, and writes them when the build is done. */
export interface BundledLicences {
  /** For `plugins` and, if there are workers, for `worker.plugins`. */
  collect(): Plugin;
  /** For `plugins` only. */
  write(): Plugin;
}

/** For one build of Vite, whose workers are builds of their own with plugins of their own. */
export function bundledLicences(): BundledLicences {
  const folders = new Set<string>();
  let out = "";
  return {
    collect: () => ({
      name: "calig-collect-licences",
      apply: "build",
      generateBundle(_options, bundle) {
        for (const part of Object.values(bundle)) {
          if (part.type !== "chunk") continue;
          for (const [id, { renderedLength }] of Object.entries(part.modules)) {
            const folder = PACKAGE.exec(id)?.[1];
            if (folder !== undefined && renderedLength > 0) folders.add(folder);
          }
        }
      },
    }),
    write: () => ({
      name: "calig-write-licences",
      apply: "build",
      configResolved: ({ root, build }) => {
        out = resolve(root, build.outDir);
      },
      closeBundle: () => {
        mkdirSync(out, { recursive: true });
        const sections = [...folders].map(describe).sort();
        writeFileSync(join(out, "licences.md"), `# Libraries in these files\n\n${sections.join("\n")}`);
      },
    }),
  };
}

function describe(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text =
    file === undefined ? "(The package has no file with the text.)" : readFileSync(join(folder, file), "utf8");
  return `## ${name} ${version}: ${license}\n\n${text.trim()}\n`;
}
