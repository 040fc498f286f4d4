/**
 * @file The packed packages as a new user meets them: installed into an empty project with an empty HOME and no configuration
 * of npm, without a warning; then the first examples of README.md (in Node and for TypeScript) and of @calig/web's (in a
 * browser). Run after a build: npm run check:install
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startChromium } from "../test/support/chromium.ts";
import { serveFolders } from "../test/support/static-server.ts";
import { type ConsumerProject, makeProject } from "./pack/consumer-project.ts";
import { ENGINES } from "./pack/engine-package.ts";
import { bytesBelow } from "./pack/install-size.ts";
import { packPackages, type Tarball } from "./pack/pack-packages.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TSC = [
  join(ROOT, "node_modules/typescript/bin/tsc"),
  "--noEmit",
  "--strict",
  "--target",
  "es2022",
  "--types",
  "",
];
const RESOLUTIONS = [
  ["--module", "nodenext"],
  ["--module", "esnext", "--moduleResolution", "bundler"],
];

const problems: string[] = [];
const hold = (what: string, found: unknown, wanted: unknown): void => {
  const right = JSON.stringify(found) === JSON.stringify(wanted);
  console.log(`${right ? "ok" : "FAILED"}: ${what}`);
  if (!right) problems.push(`${what}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
};

/** The first program of a page in a language. */
function firstProgram(page: string, language: string): string {
  const [, program] =
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(readFileSync(ROOT + page, "utf8")) ?? [];
  if (program === undefined) throw new Error(`${page} has no program in ${language}`);
  return program;
}

/** Installs a package into an empty project; says how long it took and how much there is now. */
function installed(tarballs: readonly Tarball[], packages: readonly string[]): ConsumerProject {
  const started = performance.now();
  const project = makeProject(tarballs, { packages });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const megabytes = (bytesBelow(join(project.folder, "node_modules")) / 1e6).toFixed(0);
  console.log(`npm install ${packages.join(" ")}: ${seconds} s, ${megabytes} MB`);
  return project;
}

function run({ folder, env }: ConsumerProject, argv: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, env, encoding: "utf8" });
  return stdout + stderr;
}

function inNode(tarballs: readonly Tarball[]): void {
  using project = installed(tarballs, ["calig"]);
  hold("npm install calig warns of nothing", project.warnings, []);
  const program = `${firstProgram("README.md", "ts")}console.log(explanation.target.label);\nawait model.dispose();\n`;
  writeFileSync(join(project.folder, "readme.mjs"), program);
  const printed = run(project, ["readme.mjs"]).trim().split("\n");
  hold("README's program in Node", printed.at(-1), "positive");
  // Further entries, so that all typings are read, those of libraries too.
  const typed = [
    `import type * as extend from "calig/extend";\nexport type { extend };\n`,
    'import type { Explanation } from "calig";\n',
    program.replace("const explanation =", "const explanation: Explanation ="),
  ];
  writeFileSync(join(project.folder, "readme.mts"), typed.join(""));
  for (const resolution of RESOLUTIONS) {
    const argv = [...TSC, "--skipLibCheck", "false", ...resolution, "readme.mts"];
    hold(`README's program for TypeScript, ${resolution.join(" ")}`, run(project, argv), "");
  }
  // The server's typings name those of Node.
  writeFileSync(join(project.folder, "server.mts"), `export type { ServerApp } from "calig/server";\n`);
  const withNode = [...TSC.slice(0, -1), "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  const argv = [...withNode, "--skipLibCheck", "false", "--module", "nodenext", "server.mts"];
  hold("calig/server for TypeScript, with @types/node", run(project, argv), "");
}

async function inBrowser(tarballs: readonly Tarball[]): Promise<void> {
  using project = installed(tarballs, ["@calig/web", "@calig/model-sst2"]);
  // Of onnxruntime-web, which npm 11 says may have a script that it has not run; nothing else.
  const others = project.warnings.filter((line) => !line.startsWith("npm warn install-scripts"));
  hold("npm install @calig/web warns of nothing else", others, []);
  const { folder } = project;
  writeFileSync(join(folder, "page.js"), firstProgram("packages/web/README.md", "js"));
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><title>calig</title><link rel="icon" href="data:,"><script type="module" src="page.bundle.js"></script>',
  );
  await build({
    absWorkingDir: folder,
    entryPoints: ["page.js"],
    outfile: "page.bundle.js",
    bundle: true,
    format: "esm",
    logLevel: "error",
  });
  const modules = join(folder, "node_modules");
  mkdirSync(join(folder, "models"));
  symlinkSync(join(modules, "@calig/model-sst2"), join(folder, "models/sst2"));
  const folders = { "": folder, ort: join(modules, "onnxruntime-web/dist") };
  await using server = await serveFolders(folders);
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(server.url);
    const features = page.locator("calig-text [role=option]");
    await features.first().waitFor();
    const words = (await features.allInnerTexts()).map((word) => word.trim());
    // Files that a model may have are asked for, and the browser notes what is not there.
    const other = said.filter((line) => !/^Failed to load resource: .* 404/.test(line));
    const found = [words.includes("gripping"), other];
    hold("the program of @calig/web in a browser", found, [true, []]);
  } finally {
    await browser.close();
  }
}

const top = mkdtempSync(join(tmpdir(), "calig-install-"));
try {
  const tarballs = packPackages(
    top,
    ENGINES.filter(({ os, cpu }) => os === process.platform && cpu === process.arch),
  );
  console.log(`npm ${execFileSync("npm", ["--version"], { encoding: "utf8" }).trim()}, Node ${process.versions.node}`);
  inNode(tarballs);
  await inBrowser(tarballs);
} finally {
  rmSync(top, { recursive: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
