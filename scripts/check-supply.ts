/** @file `npm run check:supply`: the licences and install scripts of everything that calig brings along. */

import { readFileSync } from "node:fs";
import { installScriptProblems } from "./install-scripts.ts";
import { licenceProblems } from "./licences.ts";
import { runtimePackages } from "./lock-file.ts";

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const packages = runtimePackages(read("package-lock.json"));
const { allowScripts } = JSON.parse(read("package.json")) as { readonly allowScripts: Record<string, boolean> };

const counts = new Map<string, number>();
for (const { licence = "none" } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
for (const [licence, count] of [...counts].sort(([, a], [, b]) => b - a)) console.log(`${count} x ${licence}`);
const scripted = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
console.log(`${scripted.length} with install scripts, which are not run: ${scripted.join(", ")}`);

const problems = [...licenceProblems(packages), ...installScriptProblems(packages, allowScripts)];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
