/**
 * @file Damaged files, read and used: `npm run fuzz -- --kind onnx --count 20000 --seed 1`.
 *
 * - `--kind KIND` (several, or "all"), `--count N`, `--seed N`, `--from N`: which cases.
 * - `--case N`: one case, alone; with `--keep FOLDER` its damaged files are written there.
 * - `--minimise`: of every finding, the fewest faults that still show it.
 * - `--out FILE`: counts and findings as JSON, which table.ts makes the table of docs/robustness.md of.
 *
 * Exit code 1 where there are findings.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { faultCount, makeCase } from "./case.ts";
import { writeFiles } from "./folders.ts";
import { KINDS } from "./kinds.ts";
import { type Result, runCases } from "./run-cases.ts";
import { FINDINGS } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string", multiple: true, default: ["all"] },
    count: { type: "string", default: "500" },
    from: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    case: { type: "string" },
    keep: { type: "string" },
    minimise: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const seed = Number(values.seed);
const kinds = values.kind.includes("all") ? Object.keys(KINDS) : values.kind;

const isFinding = ({ verdict }: Result): boolean => FINDINGS.includes(verdict.kind);

/** The fewest faults with which the case still ends so. */
async function minimise(kind: string, { index, verdict }: Result): Promise<readonly number[]> {
  let kept = Array.from({ length: faultCount(kind, seed, index) }, (_, i) => i);
  for (const fault of [...kept]) {
    const fewer = kept.filter((each) => each !== fault);
    if (fewer.length === 0) break;
    const [result] = await runCases(kind, seed, [index], { faults: fewer });
    if (result?.verdict.kind === verdict.kind) kept = fewer;
  }
  return kept;
}

async function runKind(kind: string) {
  const from = Number(values.case ?? values.from);
  const count = values.case === undefined ? Number(values.count) : 1;
  const cases = Array.from({ length: count }, (_, i) => from + i);
  const started = performance.now();
  const findings: Result[] = [];
  let ended = 0;
  const results = await runCases(kind, seed, cases, {
    onResult(result) {
      ended++;
      if (isFinding(result)) {
        findings.push(result);
        console.log(`${kind} ${result.index}: ${result.verdict.kind}: ${result.verdict.detail}`);
      } else if (result.milliseconds > 5000)
        console.log(`${kind} ${result.index}: ${result.verdict.kind} after ${result.milliseconds} ms`);
      if (ended % 1000 === 0)
        console.log(`${kind}: ${ended} of ${count}, ${Math.round((performance.now() - started) / ended)} ms a case`);
    },
  });
  const counts: Record<string, number> = {};
  for (const { verdict } of results) {
    const key = verdict.kind === "refused" ? `refused: ${verdict.detail}` : verdict.kind;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  const told = [];
  for (const finding of findings) {
    const kept = values.minimise ? await minimise(kind, finding) : undefined;
    if (kept !== undefined) console.log(`${kind} ${finding.index}: faults ${kept.join()} are enough`);
    told.push({ case: finding.index, ...(kept === undefined ? {} : { faults: kept }), ...finding.verdict });
  }
  const slowest = results.reduce((most, { milliseconds }) => Math.max(most, milliseconds), 0);
  const milliseconds = Math.round(performance.now() - started);
  console.log(
    `${kind}: ${JSON.stringify(counts)}, ${Math.round(milliseconds / count)} ms a case, slowest ${Math.round(slowest)} ms`,
  );
  return { kind, cases: count, from, counts, findings: told, milliseconds, slowest };
}

if (values.keep !== undefined && values.case !== undefined) {
  for (const name of kinds) {
    const kind = await (KINDS[name] as (typeof KINDS)[string])();
    const file = makeCase(kind, seed, Number(values.case));
    const damaged = new Map([...(kind.bases.get(file.base) ?? [])]);
    for (const [path, bytes] of file.files) if (bytes !== undefined) damaged.set(path, bytes);
    await writeFiles(join(values.keep, name), damaged);
    console.log(
      `${name} ${values.case}: "${file.base}" with ${[...file.files.keys()].join(", ")} damaged, used by ${file.how ?? "loading"}, in ${join(values.keep, name)}`,
    );
  }
}

const runs = [];
for (const kind of kinds) runs.push(await runKind(kind));
if (values.out !== undefined) {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  writeFileSync(values.out, `${JSON.stringify({ commit, seed, node: process.version, runs }, undefined, 2)}\n`);
}
process.exitCode = runs.some(({ findings }) => findings.length > 0) ? 1 : 0;
