/**
 * @file The process that runs cases, started by run.ts: one after the other, each announced before and judged after, in a
 * file that outlives it.
 *
 *     node scripts/import-source.mjs bench/fuzz/worker.ts LOG KIND SEED CASE,CASE,... [FAULT,FAULT,...]
 */

import { appendFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeCase } from "./case.ts";
import { withFolders } from "./folders.ts";
import type { FuzzCase, FuzzKind } from "./kind.ts";
import { KINDS } from "./kinds.ts";
import type { LogLine } from "./log.ts";
import { notFinite, type Verdict, verdictOf } from "./verdict.ts";

/** Exit code of a fuzzer that does not work. */
const BROKEN = 99;
/** Resident bytes beyond which a process gives way to a new one, so that cases are judged by what they take themselves. */
const MOST_RESIDENT = 900 * 2 ** 20;

const [, , log = "", name = "", seed = "1", cases = "", faults] = process.argv;
const tell = (line: LogLine) => appendFileSync(log, `${JSON.stringify(line)}\n`);
const kept = faults === undefined || faults === "" ? undefined : faults.split(",").map(Number);

/** What is thrown where nobody waits for it. */
let stray: unknown;
process.on("unhandledRejection", (error) => {
  stray ??= error;
});
process.on("uncaughtException", (error) => {
  stray ??= error;
});

async function judge(kind: FuzzKind, file: FuzzCase, folder: string): Promise<Verdict> {
  stray = undefined;
  let verdict: Verdict;
  try {
    const found = notFinite(await kind.use(folder, file));
    verdict = found === undefined ? { kind: "accepted", detail: "" } : { kind: "non-finite", detail: found };
  } catch (error) {
    verdict = verdictOf(error);
  }
  await new Promise(setImmediate);
  if (stray === undefined) return verdict;
  return { kind: "foreign", detail: `thrown with nobody waiting: ${verdictOf(stray).detail}` };
}

async function work(): Promise<void> {
  const make = KINDS[name];
  if (make === undefined) throw new Error(`there is no kind "${name}"`);
  const kind = await make();
  await withFolders(
    kind.bases,
    async (root) => {
      for (const index of cases.split(",").map(Number)) {
        const file = makeCase(kind, Number(seed), index, kept);
        const folder = join(root, file.base);
        const originals = kind.bases.get(file.base) ?? new Map<string, Uint8Array>();
        for (const [path, bytes] of file.files) {
          // Never into a file that is there: the engine may still have it mapped.
          await rm(join(folder, path), { force: true });
          if (bytes !== undefined) await writeFile(join(folder, path), bytes);
        }
        tell({ index });
        const started = performance.now();
        const verdict = await judge(kind, file, folder);
        const milliseconds = Math.round(10 * (performance.now() - started)) / 10;
        tell({ index, verdict, milliseconds, peak: process.resourceUsage().maxRSS * 1024 });
        for (const path of file.files.keys()) {
          await rm(join(folder, path), { force: true });
          const original = originals.get(path);
          if (original !== undefined) await writeFile(join(folder, path), original);
        }
        if (process.memoryUsage.rss() > MOST_RESIDENT) break;
      }
    },
    dirname(log),
  ); // which the driver removes, however this process ends
}

// A fault of the fuzzer itself is no finding.
const code = await work().then(
  () => 0,
  (error: unknown) => {
    console.error(error);
    return BROKEN;
  },
);
if (code === 0) tell({ done: true });
process.exit(code);
