/**
 * @file Decision sheets asked again: whether every effect and every change that they state is true, whether their own
 * command gives the same checksum, what they say of reliability, and what they cost. The figures of docs/decisions.md.
 *
 *     npx tsx -C calig-source bench/decisions.ts --texts FILE.tsv --pictures DIR [--repeat 10]
 *
 * Texts: label, tab, text. Every statement is asked of the model by itself, one row at a time, by code that shares nothing
 * with the search but the model; of every n-th sheet the printed command is run in a process of its own.
 */

import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  checkSheet,
  type DecisionSheet,
  decisionHtml,
  decisionSheet,
  type ExplainableModel,
  loadModel,
  readImageFile,
} from "@calig/node";
import { recheckDecision } from "../test/support/restate-decision.ts";

const { values } = parseArgs({
  options: {
    texts: { type: "string" },
    pictures: { type: "string" },
    sentences: { type: "string", default: "150" },
    images: { type: "string", default: "50" },
    /** How many inputs are left out, as another run has done them. */
    from: { type: "string", default: "0" },
    repeat: { type: "string", default: "10" },
    /** After which no further input is begun. */
    seconds: { type: "string", default: "100000" },
  },
});

interface Row {
  readonly sheet: DecisionSheet;
  readonly effects: number;
  readonly wrong: readonly string[];
  /** Whether the command gives the same checksum; undefined where it was not run. */
  readonly repeated: boolean | undefined;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** A prime that divides no list's length that is measured here. */
const STRIDE = 7919;

const repository = fileURLToPath(new URL("..", import.meta.url));

/** The checksum of the numbers that the printed command gives. */
function again({ made }: DecisionSheet): string {
  const run = `calig() { node scripts/import-source.mjs packages/node/src/cli/bin.ts "$@"; }\n${made.command.command}`;
  const printed = execFileSync("bash", ["-c", run], { cwd: repository, encoding: "utf8", maxBuffer: 2 ** 26 });
  return (JSON.parse(printed) as DecisionSheet).checksums.numbers;
}

async function measure(
  model: ExplainableModel,
  input: object,
  file: string | undefined,
  repeat: boolean,
): Promise<Row> {
  const before = performance.now();
  const inputFile = file === undefined ? undefined : { name: file, sha256: await sha256Of(file) };
  const sheet = await decisionSheet(model, input, {
    circumstances: inputFile === undefined ? {} : { inputFile },
  });
  const milliseconds = performance.now() - before;
  const { effects, wrong } = await recheckDecision(model, input, sheet);
  const page = decisionHtml(sheet);
  const { whole } = await checkSheet(page);
  return {
    sheet,
    effects,
    wrong: [...wrong, ...(whole ? [] : ["the page is not as it was written"])],
    repeated: repeat ? again(sheet) === sheet.checksums.numbers : undefined,
    milliseconds,
    bytes: page.length,
  };
}

async function sha256Of(file: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

function report(name: string, rows: readonly Row[]): void {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const tests = rows.map(({ sheet }) => sheet.tests);
  const changes = tests.flatMap(({ change }) => (change === null ? [] : [change.features.length]));
  const sizes = [1, 2, 3, 4, 5].map((size) => changes.filter((each) => each === size).length);
  const repeated = rows.flatMap((row) => row.repeated ?? []);
  const wrong = rows.flatMap((row) => row.wrong);
  const order = tests.map(({ reliability }) => reliability.order.percentile);
  const elements = tests.reduce((total, { reliability }) => total + reliability.asMapped.of, 0);
  const mapped = tests.reduce((total, { reliability }) => total + reliability.asMapped.elements, 0);
  const line = (what: string, value: string | number) => console.log(`| ${name} | ${what} | ${value} |`);
  line("sheets", rows.length);
  line(
    "effects stated",
    sum((row) => row.effects),
  );
  line("changes stated", changes.length);
  line("of 1, 2, 3, 4, 5 elements", sizes.join(", "));
  line("wrong when asked again", wrong.length);
  line("commands run again, same checksum", `${repeated.filter(Boolean).length} of ${repeated.length}`);
  line("elements that act as the map says", `${mapped} of ${elements}`);
  line("ahead of random orders, median", `${(100 * median(order)).toFixed(0)} %`);
  line("sheets below 95 %", order.filter((share) => share < 0.95).length);
  line(
    "three baselines, Spearman, median",
    median(tests.map(({ reliability: r }) => r.baselines?.mean ?? 0)).toFixed(2),
  );
  line("forward passes besides explanations, median", median(tests.map(({ evaluations }) => evaluations)));
  line("milliseconds, median", median(rows.map((row) => row.milliseconds)).toFixed(0));
  line("size of the page, kB, median", (median(rows.map((row) => row.bytes)) / 1000).toFixed(0));
  for (const one of wrong.slice(0, 10)) console.log(`  wrong: ${one}`);
}

const every = Number(values.repeat);
const isOver = () => performance.now() > 1000 * Number(values.seconds);

/** So many items from all over a list, however early one stops. */
const spread = <T>(all: readonly T[], wanted: number): T[] =>
  Array.from({ length: Math.min(wanted, all.length) }, (_, i) => all[(i * STRIDE) % all.length] as T).slice(
    Number(values.from),
  );
if (values.texts !== undefined) {
  const lines = (await readFile(values.texts, "utf8")).split("\n");
  const all = lines.flatMap((line) => line.split("\t")[1]?.trim() || []);
  const wanted = Number(values.sentences);
  const texts = spread(all, wanted);
  await using model = await loadModel("sst2");
  const rows: Row[] = [];
  for (const [i, text] of texts.entries()) {
    if (isOver()) break;
    rows.push(await measure(model, { text }, undefined, i % every === 0));
    if ((i + 1) % 10 === 0) console.error(`${i + 1} of ${texts.length}`);
  }
  report("sentences", rows);
}
if (values.pictures !== undefined) {
  await using model = await loadModel("cifar10");
  const files = (await readdir(values.pictures, { recursive: true }))
    .filter((file) => /\.(jpg|png)$/.test(file))
    .sort();
  const wanted = Number(values.images);
  const rows: Row[] = [];
  for (const [i, name] of spread(files, wanted).entries()) {
    if (isOver()) break;
    const file = join(values.pictures, name);
    rows.push(await measure(model, { image: await readImageFile(file) }, file, i % every === 0));
    if ((i + 1) % 10 === 0) console.error(`${i + 1} of ${wanted}`);
  }
  report("pictures", rows);
}
