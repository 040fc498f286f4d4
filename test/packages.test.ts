/** @file The packages as their users meet them: the first example of each README runs, and what is published is what it says. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ENGINES, engineName } from "../scripts/pack/engine-package.ts";
import type { Manifest } from "../scripts/pack/manifest.ts";
import { packageFolders } from "../scripts/pack/pack-packages.ts";
import { publishedManifest } from "../scripts/pack/published-manifest.ts";
import { sentence } from "./render/fixtures.ts";
import { useTempFolders } from "./support/temp-folder.ts";
import { tinyBertFiles } from "./support/tiny-bert.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const tempFolder = useTempFolders();
const run = promisify(execFile);
const readmeOf = (name: string): string => readFileSync(join(ROOT, "packages", name, "README.md"), "utf8");
const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as Manifest;
const CODE = ["calig", "core", "node", "page", "web"];

/** What the first program of a README prints, in a folder that has the packages and `files`. */
async function firstExample(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const [, program = ""] = /^```js\n([\s\S]*?)^```$/m.exec(readmeOf(name)) ?? [];
  expect(program).toContain("import");
  const folder = await tempFolder({ ...files, "example.mjs": program });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const options = ["--conditions=calig-source", "--import", "tsx"];
  const { stdout, stderr } = await run(process.execPath, [...options, "example.mjs"], { cwd: folder });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

describe("the first example of the README of", () => {
  it("@calig/core reads an explanation and shows it", async () => {
    const found = await firstExample("core", { "explanation.json": JSON.stringify(sentence) });
    expect(found).toEqual([`${sentence.target.label} ${sentence.target.probability}`, expect.stringMatching(/\S/)]);
  });

  it("@calig/node explains with a model of one's own", async () => {
    const files = Object.entries(tinyBertFiles()).map(([name, content]) => [`my-bert/${name}`, content] as const);
    const [label, ...words] = await firstExample("node", Object.fromEntries(files));
    expect(["no", "perhaps", "yes"]).toContain(label);
    expect(words.every((line) => /^\+ \S/.test(line))).toBe(true);
  });

  it("calig explains with the built-in model", async () => {
    const [label, ...words] = await firstExample("calig", {});
    expect(label).toBe("positive");
    expect(words).toHaveLength(3);
    expect(words.every((line) => /^\+ \S/.test(line))).toBe(true);
  });

  it("@calig/page serves the page where it is built, and says so where it is not", async () => {
    expect(await firstExample("page", {})).toEqual([expect.stringMatching(/^text\/(html|plain)/)]);
  });
});

describe.each(CODE)("packages/%s", (name) => {
  it("has every import in the table of its README", () => {
    const { name: full, exports } = manifestOf(name);
    const imports = Object.entries(exports as Record<string, unknown>)
      .filter(([path]) => path !== "./package.json" && !(name === "page" && path.startsWith("./internal")))
      .map(([path]) => `\`${full}${path.slice(1)}\``);
    const readme = readmeOf(name);
    expect(imports.filter((path) => !readme.includes(path))).toEqual([]);
  });
});

describe("publishedManifest()", () => {
  const published = packageFolders().map((name) => publishedManifest(manifestOf(name)));

  it("has nothing of development", () => {
    const text = JSON.stringify(published);
    for (const word of ["calig-source", "src/", "devDependencies", "scripts"]) expect(text).not.toContain(word);
  });

  it("asks for the engine of each system as an option, and runs no script", () => {
    const node = published.find((manifest) => manifest.name === "@calig/node");
    expect(node?.dependencies).not.toHaveProperty("onnxruntime-node");
    expect(Object.keys(node?.optionalDependencies ?? {})).toEqual(ENGINES.map(engineName));
  });

  it("knows every system that the engine has files for", () => {
    const folder = join(ROOT, "node_modules/onnxruntime-node/bin/napi-v6");
    const systems = readdirSync(folder).flatMap((os) => readdirSync(join(folder, os)).map((cpu) => `${os}-${cpu}`));
    expect(ENGINES.map(({ os, cpu }) => `${os}-${cpu}`).sort()).toEqual(systems.sort());
  });

  it("keeps what is not of development as it is", () => {
    const manifest = {
      name: "a",
      version: "1.0.0",
      exports: { ".": { "calig-source": "./src/a.ts", types: "./dist/a.d.ts", default: "./dist/a.js" }, "./b": "./b" },
      dependencies: { b: "1" },
    };
    expect(publishedManifest({ ...manifest, scripts: { build: "tsc" } })).toEqual({
      ...manifest,
      exports: { ".": { types: "./dist/a.d.ts", default: "./dist/a.js" }, "./b": "./b" },
    });
  });
});

describe("the repository", () => {
  it("has the weights of its models and no other file above 1 MB", async () => {
    const { stdout } = await run("git", ["ls-files", "-z"], { cwd: ROOT, maxBuffer: 2 ** 26 });
    const large = stdout
      .split("\0")
      .filter((file) => file !== "" && (statSync(join(ROOT, file), { throwIfNoEntry: false })?.size ?? 0) > 1e6);
    expect(large).toEqual(["packages/model-cifar10/model.safetensors", "packages/model-sst2/model.safetensors"]);
  });

  it.each([
    ["sst2", "0dbab07ff3e82e3968804ba32b5832e41eb4141ae2ecbeafbb881cd8f07f2c99"],
    ["cifar10", "d234c400c4002ab6bd36fd0e53d70e357a9f8d1ac9d4603a3e3d646573fe6a0a"],
  ])("has the weights of %s that it had", (id, hash) => {
    const bytes = readFileSync(join(ROOT, `packages/model-${id}/model.safetensors`));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
  });
});
