/**
 * @file Publishes the packages of this version, packed for all systems: `npm run release:publish`. With --dry-run nothing is
 * sent and nobody asked, and what would keep a release from being one is said. With --provenance, for a workflow that has
 * an id token, npm states where the packages were built. Run after a build.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ENGINES } from "./pack/engine-package.ts";
import { packPackages } from "./pack/pack-packages.ts";
import { projectFacts } from "./pack/project-facts.ts";
import { publishOrder, releaseProblems } from "./release-plan.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const shell = process.platform === "win32";
const read = (name: string): string => readFileSync(ROOT + name, "utf8");
const [dryRun, provenance] = ["--dry-run", "--provenance"].map((flag) => process.argv.includes(flag));

const { version } = JSON.parse(read("package.json")) as { readonly version: string };
const problems = releaseProblems({
  version,
  repository: projectFacts().repository,
  changelog: read("CHANGELOG.md"),
  changesets: readdirSync(`${ROOT}.changeset`).filter((file) => file.endsWith(".md") && file !== "README.md"),
  changed: execFileSync("git", ["status", "--porcelain"], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.slice(3)),
});
for (const problem of problems) console.error(`${dryRun ? "Not yet a release" : "Not published"}: ${problem}`);
if (problems.length > 0 && !dryRun) process.exit(1);

const folder = mkdtempSync(join(tmpdir(), "calig-release-"));
try {
  for (const { name, path } of publishOrder(packPackages(folder, ENGINES))) {
    // A release that broke off is gone on with: no version can be published twice.
    if (!dryRun && isPublished(name)) {
      console.log(`${name}@${version} is there already`);
      continue;
    }
    const argv = ["publish", path, "--access", "public", "--loglevel", dryRun ? "error" : "notice"];
    // Nobody is asked in a dry run, whatever the configuration says.
    if (dryRun) argv.push("--dry-run", "--registry", "http://localhost:9/", "--fetch-retries", "0");
    else if (provenance) argv.push("--provenance");
    execFileSync("npm", argv, { cwd: folder, stdio: "inherit", shell });
  }
} finally {
  rmSync(folder, { recursive: true });
}

function isPublished(name: string): boolean {
  try {
    execFileSync("npm", ["view", `${name}@${version}`, "version"], { stdio: ["ignore", "pipe", "ignore"], shell });
    return true;
  } catch {
    return false;
  }
}
