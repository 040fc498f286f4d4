/**
 * @file Makes a version of the changesets: new numbers in all packages and in the lock file, and one section of CHANGELOG.md.
 * Nothing is committed or published. `npm run release:version`
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { changelogSection, nextVersion, parseChangeset, withSection } from "./changelog.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (name: string): string => readFileSync(ROOT + name, "utf8");
const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { cwd: ROOT, stdio: "inherit", shell: process.platform === "win32" });
};

const write = (name: string, text: string): void => writeFileSync(ROOT + name, text);

const files = readdirSync(`${ROOT}.changeset`)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .sort();
const changes = files.map((file) => parseChangeset(read(`.changeset/${file}`), file));
if (changes.length === 0) throw new Error("There are no changesets: nothing has changed that users notice");

// Not by `changeset version`: for it a new number of a peer of our own is a breaking change.
const { version: before } = JSON.parse(read("package.json")) as { readonly version: string };
const version = nextVersion(before, changes);
const packages = readdirSync(`${ROOT}packages`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const name of ["package.json", ...packages.map((entry) => `packages/${entry.name}/package.json`)]) {
  // Its own number, and those of the packages beside it.
  const own = new RegExp(`^(\\s*"(?:version|calig|@calig/[\\w-]+)": ")${before.replaceAll(".", "\\.")}"`, "gm");
  write(
    name,
    read(name).replace(own, (_, start) => `${start}${version}"`),
  );
}
write("CHANGELOG.md", withSection(read("CHANGELOG.md"), changelogSection(version, changes)));
for (const file of files) rmSync(`${ROOT}.changeset/${file}`);
run("npm", "install", "--package-lock-only", "--ignore-scripts");
console.log(`${before} -> ${version}, from ${changes.length} changesets`);
