/**
 * @file `npm run check:typings`: the packed packages as publint and "Are the types wrong?" see them, the profile of packages
 * of ES modules alone: what a require finds is of no concern. Run after a build.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ENGINES } from "./pack/engine-package.ts";
import { packPackages } from "./pack/pack-packages.ts";

/** How calig is not imported: by releases of Node before "exports", and by require. */
const IGNORED = new Set(["node10", "node16-cjs"]);

const folder = mkdtempSync(join(tmpdir(), "calig-typings-"));
const problems: string[] = [];
try {
  for (const { name, path } of packPackages(folder, ENGINES)) {
    const bytes = new Uint8Array(readFileSync(path));
    const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    const lint = messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
    const types = await checkPackage(createPackageFromTarballData(bytes));
    const wrong = types.types === false ? [] : types.problems;
    const kept = wrong.filter((problem) => !("resolutionKind" in problem) || !IGNORED.has(problem.resolutionKind));
    const found = [...lint, ...kept.map((problem) => `types: ${describe(problem)}`)];
    problems.push(...found.map((line) => `${name}: ${line}`));
    console.log(`${name}: ${types.types === false ? "no types" : "types"}, ${found.length} problems`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function describe({ kind, ...where }: Problem): string {
  return `${problemKindInfo[kind].title} (${JSON.stringify(where)})`;
}
