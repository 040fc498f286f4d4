/** @file What is published says whose it is, under which licence and where it comes from; nothing is published that does not. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ENGINES, engineName, writeEngine } from "../scripts/pack/engine-package.ts";
import { packageFolders } from "../scripts/pack/pack-packages.ts";
import { identity, projectFacts } from "../scripts/pack/project-facts.ts";
import { publishOrder, type ReleaseState, releaseProblems } from "../scripts/release-plan.ts";
import { useTempFolders } from "./support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const tempFolder = useTempFolders();

describe("projectFacts()", () => {
  it.each([
    "https://host.example/owner/name",
    "https://host.example/owner/name.git",
    "git+https://host.example/owner/name.git",
    "https://host.example/owner/name/",
  ])("takes the repository %s from the environment", (given) => {
    expect(projectFacts({ CALIG_REPOSITORY: given }).repository).toBe("https://host.example/owner/name");
  });

  it.each(["owner/name", "git@host.example:owner/name.git", "https://host.example", "http://host.example/a/b"])(
    "refuses %s",
    (given) => {
      expect(() => projectFacts({ CALIG_REPOSITORY: given })).toThrow("Cannot tell the repository");
    },
  );

  it("names a repository only where package.json or the environment does", () => {
    const { repository } = JSON.parse(read("package.json")) as { readonly repository?: unknown };
    expect(projectFacts({}).repository === undefined).toBe(repository === undefined);
    expect(identity({ ...projectFacts({}), repository: undefined })).toEqual({
      author: "the calig authors",
      keywords: expect.arrayContaining(["explainability"]),
    });
  });

  it("becomes the fields that npm shows, and that provenance is held to", () => {
    const facts = projectFacts({ CALIG_REPOSITORY: "https://host.example/owner/name" });
    expect(identity(facts, "packages/core")).toMatchObject({
      homepage: "https://host.example/owner/name#readme",
      repository: { type: "git", url: "git+https://host.example/owner/name.git", directory: "packages/core" },
      bugs: { url: "https://host.example/owner/name/issues" },
    });
  });
});

describe("a release", () => {
  const READY: ReleaseState = {
    version: "1.2.0",
    repository: "https://host.example/owner/name",
    changelog: "# Changelog\n\n## 1.2.0\n\n- a\n",
    changesets: [],
    changed: [],
  };

  it("has no problems where all is said and done", () => {
    expect(releaseProblems(READY)).toEqual([]);
  });

  it.each([
    [{ repository: undefined }, "the repository is not known"],
    [{ changelog: "# Changelog\n\n## 1.2.0 (unreleased)\n\n- a\n" }, 'CHANGELOG.md begins with "1.2.0 (unreleased)"'],
    [{ changesets: ["a.md"] }, "1 changesets wait (a.md)"],
    [{ changed: ["package.json"] }, "there are changes that are not committed: package.json"],
  ] as const)("is refused with %j", (state, problem) => {
    expect(releaseProblems({ ...READY, ...state })).toEqual([expect.stringContaining(problem)]);
  });

  it("publishes what others ask for first", () => {
    const packages = [
      { name: "calig", dependencies: ["@calig/node", "@calig/core"] },
      { name: "@calig/node", dependencies: ["@calig/core", "@calig/engine-a", "hono"] },
      { name: "@calig/core", dependencies: ["leven"] },
      { name: "@calig/engine-a", dependencies: [] },
    ];
    const order = publishOrder(packages).map(({ name }) => name);
    expect(order).toEqual(["@calig/core", "@calig/engine-a", "@calig/node", "calig"]);
    expect(() => publishOrder(packages.slice(0, 3))).toThrow("@calig/node (@calig/core, @calig/engine-a)");
  });
});

describe("licences", () => {
  it.each(packageFolders())("packages/%s has one in its package.json", (name) => {
    expect(JSON.parse(read(`packages/${name}/package.json`))).toMatchObject({ license: "Apache-2.0" });
  });

  it.each([
    ["sst2", ["all-MiniLM-L6-v2", "Changed:", "Stanford Sentiment Treebank", "not part of this package"]],
    ["cifar10", ["CIFAR-10", "no pretrained weights", "not part of this package"]],
  ] as const)("the model %s says what it was made of, and that in its package", (id, words) => {
    const notice = read(`packages/model-${id}/NOTICE`);
    expect(words.filter((word) => !notice.includes(word))).toEqual([]);
    const { files } = JSON.parse(read(`packages/model-${id}/package.json`)) as { readonly files: readonly string[] };
    expect(files).toContain("NOTICE");
  });

  it("the engine has that of Microsoft, the notices of its parts, and sums of the files that were installed here", async () => {
    const system = ENGINES.find(({ os, cpu }) => os === "linux" && cpu === "arm64");
    if (system === undefined) throw new Error("no such engine");
    const folder = await tempFolder();
    writeEngine(system, "1.0.0", folder, { author: "somebody" });
    const own = (file: string): string => readFileSync(join(folder, file), "utf8");
    expect(JSON.parse(own("package.json"))).toMatchObject({
      name: engineName(system),
      author: "somebody",
      license: "MIT",
      files: expect.arrayContaining(["ThirdPartyNotices.txt", "SHA256SUMS"]),
    });
    expect(own("LICENSE")).toContain("Copyright (c) Microsoft Corporation");
    expect(own("ThirdPartyNotices.txt")).toContain("THIRD PARTY SOFTWARE NOTICES");
    const installed = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
    const sums = own("SHA256SUMS")
      .trimEnd()
      .split("\n")
      .map((line) => line.split("  ") as [string, string]);
    expect(sums.map(([, file]) => file).sort()).toEqual(
      readdirSync(join(folder, "bin/napi-v6/linux/arm64")).map((file) => `bin/napi-v6/linux/arm64/${file}`),
    );
    for (const [sum, file] of sums) {
      expect(
        createHash("sha256")
          .update(readFileSync(join(installed, file)))
          .digest("hex"),
        file,
      ).toBe(sum);
    }
  });
});

it("CITATION.cff has the name, version, licence and author of the package", () => {
  const fields = Object.fromEntries(
    [...read("CITATION.cff").matchAll(/^(?:authors:\n {2}- )?(\w+): (.+)$/gm)].map(([, key, value]) => [key, value]),
  );
  const { version, license, author } = JSON.parse(read("package.json")) as Record<string, string>;
  expect(fields).toMatchObject({ title: "calig", version, license, name: author, type: "software" });
});
