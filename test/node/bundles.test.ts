/** @file calig in the bundle of a server: it finds its model, engine and thread, and says what it looked for where it does not. */

import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { askServer, type ServerRun } from "../../scripts/pack/ask-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/esbuild-server/", import.meta.url));
const FORMATS = [
  ["esm", ".mjs"],
  ["cjs", ".cjs"],
] as const;
/** All that has to lie above a bundle. */
const NEEDED = ["@calig/model-sst2", "onnxruntime-node", "tokenizers"];
const tempFolder = useTempFolders();
let built: string;

beforeAll(async () => {
  built = await tempFolder();
  const options = JSON.parse(readFileSync(join(EXAMPLE, "esbuild.json"), "utf8")) as BuildOptions;
  for (const [format, extension] of FORMATS) {
    await build({
      ...options,
      absWorkingDir: EXAMPLE,
      conditions: ["calig-source"],
      format,
      outdir: built,
      outExtension: { ".js": extension },
      logLevel: "error",
    });
  }
});

/** A folder with the bundles of the example below some packages. */
async function deployed(packages: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  const require = createRequire(import.meta.url);
  for (const name of packages) {
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), place);
  }
  cpSync(built, join(folder, "dist"), { recursive: true });
  return folder;
}

const serve = (folder: string, extension: string, ...argv: string[]): Promise<ServerRun> =>
  askServer([`dist/server${extension}`, ...argv], { cwd: folder });

const EXPLAINED = { answer: { label: "positive", supporting: [{ text: "gripping" }, {}, {}] }, errors: "", code: 0 };

it("a bundle explains as modules and as CommonJS, with the engine in a thread and without", async () => {
  const folder = await deployed(NEEDED);
  const found = await serve(folder, ".cjs");
  expect(found).toMatchObject(EXPLAINED);
  expect(await serve(folder, ".mjs", "--one-thread")).toEqual(found);
});

it.each(FORMATS)("a bundle of %s says which file of its own is missing, and what to do", async (_, extension) => {
  const folder = await deployed(NEEDED);
  for (const [, each] of FORMATS) rmSync(join(folder, `dist/engine-thread${each}`));
  const { answer, errors, code } = await serve(folder, extension);
  expect([answer, code]).toEqual([undefined, 1]);
  expect(errors).toContain("Cannot start the thread of the engine");
  expect(errors).toContain(JSON.stringify(join(folder, `dist/server${extension}`)));
  expect(errors).toContain('bundle "@calig/node/engine-thread" as an entry named "engine-thread"');
});

it.each([
  ["@calig/model-sst2", 'Cannot find the built-in model "sst2"', "npm install @calig/model-sst2"],
  ["onnxruntime-node", "Cannot run models", "install calig there"],
  ["tokenizers", "Cannot read texts", "install calig there"],
])("a bundle without %s says where it looked", async (missing, problem, remedy) => {
  const folder = await deployed(NEEDED.filter((name) => name !== missing));
  const { answer, errors, code } = await serve(folder, ".mjs");
  expect([answer, code]).toEqual([undefined, 1]);
  expect(errors).toContain(problem);
  expect(errors).toContain(`the folders "node_modules" above ${JSON.stringify(join(folder, "dist/server.mjs"))}`);
  expect(errors).toContain(remedy);
});
