/**
 * @file Makes a version of the changesets: new numbers wherever the old one is written, and one section of CHANGELOG.md.
 * Nothing is committed or published. `npm run release:version`; with --dry-run it is printed, and nothing is written.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseChangeset, plannedVersion } from "./changelog.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (name: string): string => readFileSync(ROOT + name, "utf8");
const write = (name: string, text: string): void => writeFileSync(ROOT + name, text);
const foldersIn = (name: string): readonly string[] =>
  readdirSync(ROOT + name, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${name}/${entry.name}`);

const files = readdirSync(`${ROOT}.changeset`)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .sort();
const changes = files.map((file) => parseChangeset(read(`.changeset/${file}`), file));

// Not by `changeset version`: for it a new number of a peer of our own is a breaking change.
const { version: before } = JSON.parse(read("package.json")) as { readonly version: string };
const changelog = read("CHANGELOG.md");
const planned = plannedVersion(before, changelog, changes);
const { version } = planned;

/** Where the number is written: of a package, and of those beside it that it asks for; in code; for citations. */
const manifests = ["packages", "examples"].flatMap(foldersIn).map((folder) => `${folder}/package.json`);
const PLACES: readonly (readonly [file: string, pattern: string])[] = [
  ...["package.json", ...manifests.filter((file) => existsSync(ROOT + file))].map(
    (file) => [file, '^(\\s*"(?:version|calig|@calig/[\\w-]+)": ")OLD(?=")'] as const,
  ),
  ["packages/core/src/util/version.ts", '^(export const VERSION = ")OLD(?=")'],
  ["CITATION.cff", "^(version: )OLD$"],
];
const changed = PLACES.map(([file, pattern]) => {
  const own = new RegExp(
    pattern.replace("OLD", () => before.replaceAll(".", "\\.")),
    "gm",
  );
  const text = read(file);
  if (!own.test(text) && !file.startsWith("examples/")) throw new Error(`${file} does not have version ${before}`);
  return { file, text: text.replace(own, (_, start) => `${start}${version}`) };
});

if (process.argv.includes("--dry-run")) {
  console.log(planned.changelog.slice(0, planned.changelog.indexOf("\n## ", planned.changelog.indexOf("## ") + 1)));
  for (const { file } of changed) console.log(`${file}: ${version}`);
} else {
  for (const { file, text } of changed) write(file, text);
  write("CHANGELOG.md", planned.changelog);
  for (const file of files) rmSync(`${ROOT}.changeset/${file}`);
  const argv = ["install", "--package-lock-only", "--ignore-scripts"];
  execFileSync("npm", argv, { cwd: ROOT, stdio: "inherit", shell: process.platform === "win32" });
}
console.log(`${before} -> ${version}, from ${changes.length} changesets`);
