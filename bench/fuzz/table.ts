/**
 * @file The table of docs/robustness.md, made of files that run.ts wrote: `npm run docs:fuzz -- results.json ...`. Runs of
 * the same kind from the same commit and seed are added up.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KINDS } from "./kinds.ts";
import type { FuzzResults, KindResults } from "./results.ts";

const PAGE = fileURLToPath(new URL("../../docs/robustness.md", import.meta.url));
const [BEGIN, END] = ["<!-- counts -->", "<!-- /counts -->"];
const REFUSED = "refused: ";

const files = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")) as FuzzResults);

interface Row {
  readonly kind: string;
  readonly commit: string;
  readonly seed: number;
  readonly runs: readonly KindResults[];
}

function rowsOf(): Row[] {
  const rows = new Map<string, Row>();
  for (const { commit, seed, runs } of files) {
    for (const run of runs) {
      const key = [run.kind, commit, seed].join(" ");
      const { runs: before = [] } = rows.get(key) ?? {};
      rows.set(key, { kind: run.kind, commit, seed, runs: [...before, run] });
    }
  }
  const order = Object.keys(KINDS);
  return [...rows.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const number = (value: number): string => value.toLocaleString("en-US");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function row({ kind, commit, seed, runs }: Row): string {
  const counts: Record<string, number> = {};
  for (const run of runs)
    for (const [key, value] of Object.entries(run.counts)) counts[key] = (counts[key] ?? 0) + value;
  const refused = Object.entries(counts)
    .filter(([key]) => key.startsWith(REFUSED))
    .sort(([, a], [, b]) => b - a)
    .map(([key, value]) => `${key.slice(REFUSED.length)} ${number(value)}`);
  const cells = [
    kind,
    number(sum(runs.map(({ cases }) => cases))),
    refused.join(", "),
    ...["accepted", "crash", "hang", "memory", "non-finite", "foreign"].map((key) => number(counts[key] ?? 0)),
    String(Math.max(...runs.map(({ slowest }) => slowest))),
    `\`${commit}\`, ${seed}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

const table = [
  "| files | damaged | refused, by class of the error | accepted, all numbers finite | process ended | longer than 20 s | more than 2 GB | not finite, accepted | other errors | slowest, ms | commit, seed |",
  "|---|---|---|---|---|---|---|---|---|---|---|",
  ...rowsOf().map(row),
].join("\n");

const page = readFileSync(PAGE, "utf8");
const [before, rest = ""] = page.split(BEGIN);
const after = rest.split(END)[1];
if (after === undefined) throw new Error(`docs/robustness.md has no place for the table between ${BEGIN} and ${END}`);
writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
