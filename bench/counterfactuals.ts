/**
 * @file Counterfactuals asked again: whether everything that they state is true, whether their sets are minimal, and what
 * they cost beside the explanation. The figures of docs/counterfactuals.md.
 *
 *     npx tsx -C calig-source bench/counterfactuals.ts --texts FILE.tsv[,FILE.tsv] --pictures DIR --limit 1000
 *
 * Texts: label, tab, text. Every statement is asked of the model by itself, one row at a time, by code that shares nothing
 * with the search but the model.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ExplainableModel, type ExplainOptions, explain, loadModel, readImageFile } from "@calig/node";
import { recheck } from "../test/support/restate.ts";

const { values } = parseArgs({
  options: {
    texts: { type: "string" },
    pictures: { type: "string" },
    limit: { type: "string", default: "1000" },
    model: { type: "string" },
    effort: { type: "string", default: "standard" },
  },
});

const effort = values.effort as NonNullable<ExplainOptions["effort"]>;

interface Row {
  readonly statements: number;
  readonly flips: number;
  readonly wrong: readonly string[];
  readonly found: boolean;
  readonly size: number;
  readonly minimal: boolean;
  readonly variants: number;
  readonly explanationPasses: number;
  /** Milliseconds of the counterfactuals, and of the explanation alone. */
  readonly extra: number;
  readonly alone: number;
}

const quantile = (numbers: readonly number[], q: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(q * numbers.length))] ?? Number.NaN;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

async function measure(model: ExplainableModel, input: { text: string } | { image: never }): Promise<Row> {
  const before = performance.now();
  const plain = await explain<object>(model, input, { effort });
  const between = performance.now();
  const explanation = await explain<object>(model, input, { effort, counterfactuals: true });
  const after = performance.now();
  const checked = await recheck(model, input, explanation);
  const { smallestFlip = null, searched } = explanation.counterfactuals ?? {};
  return {
    ...checked,
    found: smallestFlip !== null,
    size: smallestFlip?.features.length ?? 0,
    minimal: checked.minimal === true,
    variants: searched?.variants ?? 0,
    explanationPasses: plain.cost.modelEvaluations,
    alone: between - before,
    extra: after - between - (between - before),
  };
}

function report(name: string, rows: readonly Row[]): void {
  const found = rows.filter((row) => row.found);
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const wrong = rows.flatMap((row) => row.wrong);
  console.log(
    `| ${name} | ${rows.length} | ${sum((row) => row.statements)} | ${sum((row) => row.flips)} | ${wrong.length} | ${found.length} | ${found.filter((row) => row.minimal).length} | ${quantile(
      found.map(({ size }) => size),
      0.5,
    )} (${quantile(
      found.map(({ size }) => size),
      0.9,
    )}) | ${quantile(
      rows.map(({ variants }) => variants),
      0.5,
    )} (${quantile(
      rows.map(({ variants }) => variants),
      0.9,
    )}, ${Math.max(...rows.map(({ variants }) => variants))}) | ${mean(rows.map((row) => row.explanationPasses)).toFixed(0)} | ${((100 * sum((row) => row.extra)) / sum((row) => row.alone)).toFixed(0)}% |`,
  );
  for (const one of wrong.slice(0, 10)) console.log(`  wrong: ${one}`);
}

console.log(
  "| inputs | number | statements | flips stated | wrong when asked again | with a smallest set | of these minimal | its size, median (90%) | changed inputs asked, median (90%, most) | passes of the explanation | time beside the explanation |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
const limit = Number(values.limit);
if (values.texts !== undefined) {
  const lines = (await Promise.all(values.texts.split(",").map((file) => readFile(file, "utf8"))))
    .join("\n")
    .split("\n");
  const texts = lines.flatMap((line) => line.split("\t")[1]?.trim() || []).slice(0, limit);
  await using model = await loadModel(values.model ?? "sst2");
  const rows: Row[] = [];
  for (const [i, text] of texts.entries()) {
    rows.push(await measure(model, { text }));
    if ((i + 1) % 100 === 0) console.error(`${i + 1} of ${texts.length}`);
  }
  report("sentences", rows);
}
if (values.pictures !== undefined) {
  await using model = await loadModel("cifar10");
  const files = (await readdir(values.pictures, { recursive: true }))
    .filter((file) => /\.(jpg|png)$/.test(file))
    .sort();
  const rows: Row[] = [];
  for (const file of files.slice(0, limit)) {
    const image = await readImageFile(join(values.pictures, file));
    rows.push(await measure(model, { image } as never));
  }
  report("pictures", rows);
}
