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
import type { Finding, FuzzResults, KindResults } from "./results.ts";
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

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const runs: KindResults[] = [];

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

async function runKind(kind: string): Promise<KindResults> {
  const from = Number(values.case ?? values.from);
  const count = values.case === undefined ? Number(values.count) : 1;
  const cases = Array.from({ length: count }, (_, i) => from + i);
  const started = performance.now();
  const found: Result[] = [];
  const results = {
    kind,
    from,
    cases: 0,
    counts: {} as Record<string, number>,
    findings: [] as Finding[],
    milliseconds: 0,
    slowest: 0,
  };
  await runCases(kind, seed, cases, {
    onResult(result) {
      const { verdict, milliseconds } = result;
      const key = verdict.kind === "refused" ? `refused: ${verdict.detail}` : verdict.kind;
      results.cases++;
      results.counts[key] = (results.counts[key] ?? 0) + 1;
      results.slowest = Math.max(results.slowest, Math.round(milliseconds));
      results.milliseconds = Math.round(performance.now() - started);
      if (isFinding(result)) {
        found.push(result);
        results.findings.push({ case: result.index, ...verdict });
        console.log(`${kind} ${result.index}: ${verdict.kind}: ${verdict.detail}`);
      }
      if (results.cases % 1000 === 0) {
        console.log(
          `${kind}: ${results.cases} of ${count}, ${Math.round(results.milliseconds / results.cases)} ms a case`,
        );
        save([...runs, results]);
      }
    },
  });
  if (values.minimise) {
    for (const finding of found) {
      const faults = await minimise(kind, finding);
      console.log(`${kind} ${finding.index}: faults ${faults.join()} are enough`);
    }
  }
  const { counts, milliseconds, slowest } = results;
  console.log(
    `${kind}: ${JSON.stringify(counts)}, ${Math.round(milliseconds / count)} ms a case, slowest ${slowest} ms`,
  );
  return results;
}

/** What is done so far. */
function save(done: readonly KindResults[]): void {
  if (values.out === undefined) return;
  const results: FuzzResults = { commit, seed, node: process.version, runs: done };
  writeFileSync(values.out, `${JSON.stringify(results, undefined, 2)}\n`);
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

for (const kind of kinds) {
  runs.push(await runKind(kind));
  save(runs);
}
process.exitCode = runs.some(({ findings }) => findings.length > 0) ? 1 : 0;
