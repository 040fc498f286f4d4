/**
 * @file The newcomer's ten minutes: types what docs/tutorial.md says, with the built command, and says how long the machine
 * took; reading is not in it. After `npm run build`: npx tsx bench/newcomer.ts
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const page = readFileSync(new URL("../docs/tutorial.md", import.meta.url), "utf8");
const root = fileURLToPath(new URL("../", import.meta.url));
const lines = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.trim().split("\n"));
const [, program = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];

const folder = mkdtempSync(join(tmpdir(), "calig-newcomer-"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
writeFileSync(join(folder, "program.js"), program);
// What `npm install calig` brings.
spawnSync("ln", ["-s", join(root, "node_modules"), join(folder, "node_modules")]);

let total = 0;
for (const line of [...lines, "node program.js"]) {
  const start = performance.now();
  const { status, stderr } = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8" });
  const seconds = (performance.now() - start) / 1000;
  total += seconds;
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${line}`);
  if (status !== 0) throw new Error(`${line}: exit code ${status}\n${stderr}`);
}
rmSync(folder, { recursive: true });
console.log(`${total.toFixed(1).padStart(6)} s  in all, ${lines.length} commands and a program`);
