/** @file Changesets become a section of the changelog, and those that wait can be read. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import {
  type Change,
  changelogSection,
  nextVersion,
  parseChangeset,
  plannedVersion,
  withSection,
} from "../scripts/changelog.ts";

const FOLDER = fileURLToPath(new URL("../.changeset/", import.meta.url));

it("a version has what is breaking, new and mended, in this order", () => {
  const changes = [
    parseChangeset('---\n"@calig/core": patch\n---\n\nMaps of one token are drawn.\n', "a.md"),
    parseChangeset('---\n"calig": minor\n"@calig/web": patch\n---\n\n`explain`\ntakes audio.\n', "b.md"),
    parseChangeset("---\n'@calig/node': 'major'\n---\n\nNode 20 is no longer enough.", "c.md"),
  ];
  expect(changelogSection("2.0.0", changes)).toBe(
    "## 2.0.0\n\n### Breaking\n\n- Node 20 is no longer enough.\n\n### New\n\n- `explain` takes audio.\n\n### Mended\n\n- Maps of one token are drawn.\n",
  );
});

it.each([
  ["0.1.0", ["patch"], "0.1.1"],
  ["0.1.3", ["patch", "minor"], "0.2.0"],
  ["0.1.0", ["major"], "0.2.0"],
  ["1.4.2", ["patch", "patch"], "1.4.3"],
  ["1.4.2", ["minor"], "1.5.0"],
  ["1.4.2", ["patch", "major", "minor"], "2.0.0"],
] as const)("after %s with %j comes %s", (before, kinds, after) => {
  const changes = kinds.map((kind): Change => ({ kind, text: "x" }));
  expect(nextVersion(before, changes)).toBe(after);
});

it("a section goes above the others", () => {
  expect(withSection("# Changelog\n\n## 1.0.0\n\n- a\n", "## 1.1.0\n\n- b\n")).toBe(
    "# Changelog\n\n## 1.1.0\n\n- b\n\n## 1.0.0\n\n- a\n",
  );
  expect(withSection("# Changelog\n", "## 1.1.0\n\n- b\n")).toBe("# Changelog\n\n## 1.1.0\n\n- b\n");
});

it("what waits is added to a version that is not released yet, and raises no number", () => {
  const changes = [{ kind: "minor", text: "New." }] as const;
  const before = "# Changelog\n\n## 0.1.0 (unreleased)\n\n- First.\n";
  expect(plannedVersion("0.1.0", before, changes)).toEqual({
    version: "0.1.0",
    changelog: "# Changelog\n\n## 0.1.0\n\n- First.\n- New.\n",
  });
  expect(plannedVersion("0.1.0", `${before}\n## 0.0.9\n\n- Old.\n`, []).changelog).toBe(
    "# Changelog\n\n## 0.1.0\n\n- First.\n\n## 0.0.9\n\n- Old.\n",
  );
  expect(plannedVersion("0.1.0", "# Changelog\n\n## 0.1.0\n\n- First.\n", changes)).toEqual({
    version: "0.2.0",
    changelog: "# Changelog\n\n## 0.2.0\n\n### New\n\n- New.\n\n## 0.1.0\n\n- First.\n",
  });
  expect(() => plannedVersion("0.1.0", "# Changelog\n\n## 0.1.0\n", [])).toThrow("There are no changesets");
});

it.each(["no head", "---\n---\n\nNothing is named.", '---\n"calig": minor\n---\n\n', '---\n"calig": huge\n---\n\nx'])(
  "%j is no changeset",
  (source) => {
    expect(() => parseChangeset(source, "x.md")).toThrow('Cannot read the changeset "x.md"');
  },
);

it("the changesets that wait can be read, and name packages that exist", () => {
  const names = readdirSync(new URL("../packages/", import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const manifest = new URL(`../packages/${name}/package.json`, import.meta.url);
      return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly name: string }).name;
    });
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".md") && file !== "README.md");
  for (const file of files) {
    const source = readFileSync(FOLDER + file, "utf8");
    parseChangeset(source, file);
    const named = [...source.matchAll(/^["']?([@\w/-]+)["']?\s*:\s*["']?(?:major|minor|patch)/gm)].map(
      ([, name]) => name,
    );
    expect([file, named.filter((name = "") => !names.includes(name))]).toEqual([file, []]);
  }
  const { fixed } = JSON.parse(readFileSync(`${FOLDER}config.json`, "utf8")) as { readonly fixed: string[][] };
  expect(fixed).toEqual([["calig", "@calig/*"]]);
});
