/** @file Cases in processes of their own, watched: what takes 20 s or 2 GB is ended, and what ends a process is known. */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LogLine } from "./log.ts";
import type { Verdict } from "./verdict.ts";

export interface Limits {
  /** Of a processor, so that a busy machine makes no findings; of the clock, five times as many. */
  readonly seconds: number;
  readonly bytes: number;
}

export const LIMITS: Limits = { seconds: 20, bytes: 2 * 2 ** 30 };

export interface Result {
  readonly index: number;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const IMPORT_SOURCE = fileURLToPath(new URL("../../scripts/import-source.mjs", import.meta.url));
/** Cases of one process. */
const BATCH = 2000;
const LOOK_MS = 100;
/** Of the system's clock in /proc, a second. */
const TICKS = 100;
/** Seconds of the clock for each of a processor. */
const PATIENCE = 5;
/** Seconds of the clock until the first case begins. */
const START_SECONDS = 300;

/**
 * Runs cases one after the other. A case that ends, hangs or fills its process is run again alone, and judged by that.
 *
 * @param faults - See `makeCase`.
 * @param onResult - Called for each, in order.
 */
export async function runCases(
  kind: string,
  seed: number,
  cases: readonly number[],
  {
    faults,
    limits = LIMITS,
    onResult,
  }: {
    readonly faults?: readonly number[];
    readonly limits?: Limits;
    readonly onResult?: (result: Result) => void;
  } = {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    onResult?.(result);
  };
  let left = cases;
  while (left.length > 0) {
    const { ended, fatal } = await runProcess({ kind, seed, cases: left.slice(0, BATCH), faults, limits });
    for (const result of ended) add(result);
    left = left.slice(ended.length);
    if (fatal === undefined) {
      if (ended.length === 0) throw new Error(`the process of kind "${kind}" ended before its first case`);
      continue;
    }
    const [index] = left;
    left = left.slice(1);
    if (index === undefined) break;
    const alone = cases.length === 1 ? undefined : await runProcess({ kind, seed, cases: [index], faults, limits });
    const again = alone?.ended[0] ?? { index, milliseconds: 0, verdict: alone?.fatal ?? fatal };
    // What only happens behind other cases is a finding as well.
    add(
      again.verdict.kind === "accepted" || again.verdict.kind === "refused"
        ? { ...again, verdict: { ...fatal, detail: `${fatal.detail}; not when run alone` } }
        : again,
    );
  }
  return results;
}

interface Job {
  readonly kind: string;
  readonly seed: number;
  readonly cases: readonly number[];
  readonly faults: readonly number[] | undefined;
  readonly limits: Limits;
}

/** @returns The cases that ended, and what the one behind them ended the process with, if one did. */
async function runProcess({
  kind,
  seed,
  cases,
  faults,
  limits,
}: Job): Promise<{ ended: readonly Result[]; fatal?: Verdict }> {
  const folder = mkdtempSync(join(tmpdir(), "calig-fuzz-log-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  const memory = Math.round(limits.bytes / 2 ** 20);
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${memory}`,
      IMPORT_SOURCE,
      WORKER,
      log,
      kind,
      String(seed),
      cases.join(","),
      faults?.join(",") ?? "",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-4000);
  });
  let exit: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.on("exit", (code, signal) => {
      exit = signal ?? `code ${code}`;
      resolve();
    });
  });
  let killed: Verdict | undefined;
  let seen = { lines: 0, since: performance.now(), used: 0 };
  while (exit === undefined) {
    await Promise.race([sleep(LOOK_MS), exited]);
    const lines = linesOf(log);
    const used = processorSeconds(child.pid);
    if (lines.length !== seen.lines) seen = { lines: lines.length, since: performance.now(), used };
    const waited = (performance.now() - seen.since) / 1000;
    const isLong = used - seen.used > limits.seconds || waited > PATIENCE * limits.seconds;
    if (seen.lines === 0 ? waited > START_SECONDS : isLong)
      killed = { kind: "hang", detail: `more than ${limits.seconds} s` };
    else if (residentBytes(child.pid) > limits.bytes) killed = { kind: "memory", detail: `more than ${memory} MB` };
    if (killed !== undefined && exit === undefined) {
      child.kill("SIGKILL");
      await exited;
    }
  }
  if (exit === "code 99") throw new Error(`The fuzzer is broken: ${said}`);
  const lines = linesOf(log);
  rmSync(folder, { recursive: true, force: true });
  const ended: Result[] = [];
  for (const line of lines) {
    if (!("verdict" in line)) continue;
    const { index, verdict, milliseconds, peak } = line;
    const before = ended.length > 0;
    ended.push({
      index,
      milliseconds,
      verdict:
        peak > limits.bytes && !before ? { kind: "memory", detail: `${Math.round(peak / 2 ** 20)} MB` } : verdict,
    });
    // The peak is the process's: the case that reached it is run again alone.
    if (peak > limits.bytes && before) {
      ended.pop();
      return { ended, fatal: { kind: "memory", detail: `${Math.round(peak / 2 ** 20)} MB` } };
    }
  }
  if (lines.some((line) => "done" in line)) return { ended };
  return { ended, fatal: killed ?? { kind: "crash", detail: `${exit}: ${lastWords(said)}` } };
}

function linesOf(log: string): readonly LogLine[] {
  const lines = readFileSync(log, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LogLine);
}

/** Resident memory of a process, where the system tells it. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}

/** What a process has used of processors, where the system tells it. */
function processorSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/, "").split(" ");
    return (Number(fields[12]) + Number(fields[13])) / TICKS;
  } catch {
    return 0;
  }
}

const lastWords = (said: string): string =>
  said
    .split("\n")
    .filter((line) => /panicked|called `|FATAL|error|Error|terminate|assert/i.test(line))
    .slice(0, 3)
    .join(" | ")
    .slice(0, 400);
