/**
 * @file Packs and installs the packages and measures them: writes the table of docs/packages.md, or (--check) holds it and
 * the limits. Run after a build: npm run docs:packages, npm run check:packages
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { ENGINES, engineName } from "./pack/engine-package.ts";
import { type Installed, installInto } from "./pack/install-size.ts";
import { packPackages } from "./pack/pack-packages.ts";
import { readSection, replaceSection } from "./replace-section.ts";

const PAGE = new URL("../docs/packages.md", import.meta.url);
const SECTION = "sizes";
/** A figure of the table may be off by such a part of it, and so many MB, before it has to be measured again. */
const TOLERANCE = 0.15;
const ROUNDING = 0.02;

const engine = ENGINES.filter(({ os, cpu }) => os === process.platform && cpu === process.arch).map(engineName);

/**
 * What is installed, and the most that it may take, MB. `asks`: packages with install scripts that npm warns of; none of
 * them is needed.
 */
const INSTALLS = [
  { name: "@calig/core", limit: 13, asks: [] },
  { name: "@calig/web", limit: 170, asks: ["protobufjs"] },
  { name: "@calig/node", limit: 200, asks: [] },
  { name: "calig", limit: 400, asks: [] },
] as const;

/** Modules that are loaded later, where a text is explained with a checkpoint of BERT. */
const FOR_BERT = ["families/bert.js", "modality/modalities.js", "portable-tokenizer.js"];

/**
 * Programs of browsers, bundled without onnxruntime-web, and the most that a reader may download of them, kB gzipped.
 * `later`: modules that are imported when they are needed, and are needed for what the name says.
 */
const BUNDLES = [
  {
    name: "`explain` and `loadModel` of `@calig/web/minimal`, BERT alone",
    program: `import { explain, loadModel, text } from "@calig/web/minimal";
      import { bert } from "@calig/core/families/bert";
      export const why = async (address, input) =>
        explain(await loadModel(address, { families: [bert], modalities: [text] }), input);`,
    later: FOR_BERT,
    limit: 185,
  },
  {
    name: "`explain` and `loadModel` of `@calig/web`, for a text and BERT",
    program: `export { explain, loadModel } from "@calig/web";`,
    later: FOR_BERT,
    limit: 210,
  },
  {
    name: "`renderHtml` and `parseExplanation` of `@calig/core`",
    program: `export { parseExplanation, renderHtml } from "@calig/core";`,
    later: [],
    limit: 52,
  },
  { name: "`@calig/web/components`", program: `import "@calig/web/components";`, later: [], limit: 40 },
] as const;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0);
const problems: string[] = [];
const hold = (what: string, found: number, limit: number, unit: string): void => {
  if (found > limit) problems.push(`${what} takes ${found.toFixed(1)} ${unit}, more than ${limit}`);
};

/** Bytes of a program, gzipped: of what a reader downloads, and of all its files. */
async function bundleBytes({ folder }: Installed, program: string, later: readonly string[]) {
  const entry = join(folder, "entry.js");
  writeFileSync(entry, program);
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      rollupOptions: {
        input: entry,
        external: /^onnxruntime-web/,
        preserveEntrySignatures: "strict",
        output: { format: "es" },
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const chunks = outputs
    .flatMap((each) => ("output" in each ? each.output : []))
    .flatMap((part) => (part.type === "chunk" ? [part] : []));
  const downloaded = new Set<(typeof chunks)[number]>();
  const download = (chunk: (typeof chunks)[number] | undefined): void => {
    if (chunk === undefined || downloaded.has(chunk)) return;
    downloaded.add(chunk);
    for (const name of chunk.imports) download(chunks.find(({ fileName }) => fileName === name));
  };
  const isNeeded = (module: string) => later.some((name) => module.endsWith(`/${name}`));
  for (const chunk of chunks) if (chunk.isEntry || chunk.moduleIds.some(isNeeded)) download(chunk);
  const bytes = (some: Iterable<(typeof chunks)[number]>) =>
    [...some].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
  return { downloaded: bytes(downloaded), all: bytes(chunks) };
}

const target = mkdtempSync(join(tmpdir(), "calig-tarballs-"));
const rows: (readonly [name: string, figures: readonly string[]])[] = [];
const bundles: (readonly [name: string, figures: readonly string[]])[] = [];
try {
  const tarballs = packPackages(
    target,
    ENGINES.filter((system) => engine.includes(engineName(system))),
  );
  for (const { name, files } of tarballs) {
    const stray = files.filter((file) => /(^|\/)src\/|\.map$|\.test\.|(?<!\.d)\.ts$|\.wasm$/.test(file));
    if (stray.length > 0) problems.push(`${name} has ${stray.join(", ")} in it`);
  }
  for (const { name, bytes, unpackedBytes } of tarballs) {
    const install = INSTALLS.find((each) => each.name === name);
    if (install === undefined) {
      rows.push([name, [megabytes(bytes), megabytes(unpackedBytes), "", ""]]);
      continue;
    }
    using installed = installInto(name, tarballs);
    const { warnings } = installed;
    const isKnown = (line: string): boolean => install.asks.length > 0 && line.startsWith("npm warn install-scripts");
    const asking = warnings.flatMap((line) => /install-scripts {3}([\w@/-]+?)@\d/.exec(line)?.[1] ?? []);
    const unknown = asking.filter((each) => !(install.asks as readonly string[]).includes(each));
    problems.push(...unknown.map((each) => `installing ${name}: ${each} has an install script`));
    problems.push(...warnings.filter((line) => !isKnown(line)).map((line) => `installing ${name}: ${line}`));
    hold(`${name}, installed`, installed.bytes / 1e6, install.limit, "MB");
    const figures = [
      megabytes(bytes),
      megabytes(unpackedBytes),
      megabytes(installed.bytes),
      String(installed.packages),
    ];
    rows.push([name, figures]);
    if (name !== "@calig/web") continue;
    for (const { name: bundle, program, later, limit } of BUNDLES) {
      const { downloaded, all } = await bundleBytes(installed, program, later);
      hold(bundle, downloaded / 1e3, limit, "kB gzipped");
      bundles.push([bundle, [(downloaded / 1e3).toFixed(0), (all / 1e3).toFixed(0)]]);
    }
  }
} finally {
  rmSync(target, { recursive: true });
}

const table = (titles: readonly string[], lines: typeof rows): string =>
  [
    `| ${titles.join(" | ")} |`,
    `|${"---|".repeat(titles.length)}`,
    ...lines.map(([name, figures]) => `| ${[name.startsWith("`") ? name : `\`${name}\``, ...figures].join(" | ")} |`),
  ].join("\n");
const section = [
  table(
    ["package", "tarball, MB", "its files, MB", "installed with all it needs, MB", "packages installed"],
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
  table(["bundle for browsers, without onnxruntime-web", "downloaded, kB gzipped", "all its files"], bundles),
].join("\n\n");

if (process.argv.includes("--check")) {
  const written = readSection(readFileSync(PAGE, "utf8"), SECTION) ?? "";
  for (const [name, figures] of [...rows, ...bundles]) {
    const line = written
      .split("\n")
      .find((each) => each.startsWith(`| ${name.startsWith("`") ? name : `\`${name}\``} |`));
    const before = line?.split("|").slice(2, -1).map(Number) ?? [];
    const same = figures.every(
      (figure, i) => Math.abs(Number(figure) - (before[i] ?? 0)) <= TOLERANCE * Number(figure) + ROUNDING,
    );
    if (!same) problems.push(`${name} is now ${figures.join(", ")}; docs/packages.md says ${before.join(", ")}`);
  }
} else {
  replaceSection(PAGE, SECTION, section);
}
console.log(section);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
