/**
 * @file The tables of docs/study.md, from bench/study/results.
 *
 * Run: npm run --silent bench:study-table > tables.md
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Comparison, Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { STUDY } from "./settings.ts";

const OWN = "ca-lig";
/** Metrics by whose figures CA-LIG is compared with the others in words, one for each replacement. */
const HEADLINES = ["faithfulness", "comprehensiveness", "sign-accuracy", "auprc"];

/** What run.ts keeps of an evaluation. */
type Kept = Omit<Evaluation, "inputs" | "failures"> & {
  readonly command: { readonly model: string; readonly dataset: string; readonly more: readonly string[] };
  readonly failures: number;
  readonly features: number;
};

for (const setting of STUDY) {
  const file = join(import.meta.dirname, "results", `${setting.name}.json`);
  if (existsSync(file)) console.log(section(setting.title, JSON.parse(readFileSync(file, "utf8")) as Kept));
}

function section(title: string, kept: Kept): string {
  const figures = kept.figures.filter(({ name }) => kept.results.some(({ figure }) => figure === name));
  const head = figures.map(
    ({ name, better }) => `${name}${better === "higher" ? " ↑" : better === "lower" ? " ↓" : ""}`,
  );
  const rows = kept.methods.map(({ name, randomControl }) => {
    const cells = figures.map((figure) => cell(kept, figure.name, name));
    return `| \`${name}\`${randomControl ? " (random control)" : ""} | ${cells.join(" | ")} |`;
  });
  const { dataset, settings, command } = kept;
  const accuracy =
    dataset.accuracy === null ? "" : `; the model is right on ${(100 * dataset.accuracy.value).toFixed(0)} %`;
  return [
    `### ${title}`,
    "",
    `${dataset.measured} inputs of ${kept.features.toFixed(0)} ${settings.features === "patch" ? "patches" : `${settings.features}s`} on average${accuracy}; removed: ${removed(settings)}${command.more.length === 0 ? "" : `; \`${command.more.join(" ")}\``}.`,
    "",
    `| method | ${head.join(" | ")} |`,
    `|---|${figures.map(() => "---:").join("|")}|`,
    ...rows,
    "",
    ...figures.flatMap(({ name, metric }) => (HEADLINES.includes(metric) ? verdict(kept, name) : [])),
  ].join("\n");
}

function cell({ results, methods, figures }: Kept, figure: string, method: string): string {
  const own = results.find((result) => result.figure === figure && result.method === method);
  if (own === undefined) return "";
  const better = figures.find(({ name }) => name === figure)?.better;
  const rivals = results.filter(
    (result) =>
      result.figure === figure && methods.some(({ name, randomControl }) => name === result.method && !randomControl),
  );
  const values = rivals.map(({ value }) => value);
  const best = better === "lower" ? Math.min(...values) : Math.max(...values);
  const text = digits(own.value);
  return (better === "lower" || better === "higher") && own.value === best ? `**${text}**` : text;
}

function digits(value: number): string {
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(3);
}

/** CA-LIG's lead over each other method by one figure, with its 95 % interval. */
function verdict({ comparisons, figures, methods }: Kept, figure: string): string[] {
  const better = figures.find(({ name }) => name === figure)?.better;
  if (better !== "lower" && better !== "higher") return [];
  const control = methods.find((method) => method.randomControl)?.name;
  const leads = comparisons
    .filter(
      (comparison) => comparison.figure === figure && ![comparison.method, comparison.other].includes(control ?? ""),
    )
    .map((comparison) => lead(comparison, better === "lower"));
  if (leads.length === 0) return [];
  const told = leads
    .sort((a, b) => a.difference - b.difference)
    .map(({ other, difference, low, high, winner }) => {
      const mark = winner === OWN ? "" : winner === null ? " (within chance)" : " (behind)";
      return `\`${other}\` ${signed(difference)} [${signed(low)}, ${signed(high)}]${mark}`;
    });
  return [`Lead of CA-LIG in ${figure}, with 95 % intervals: ${told.join("; ")}.`, ""];
}

/** A comparison seen from CA-LIG; positive is better. */
function lead(comparison: Comparison, lowerIsBetter: boolean) {
  const own = comparison.method === OWN;
  const sign = own === lowerIsBetter ? -1 : 1;
  const ends = [sign * comparison.low, sign * comparison.high].sort((a, b) => a - b);
  return {
    other: own ? comparison.other : comparison.method,
    difference: sign * comparison.difference,
    low: ends[0] as number,
    high: ends[1] as number,
    winner: comparison.winner,
  };
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** What removed features became; results of older versions have its name alone. */
function removed(settings: Evaluation["settings"] | { readonly replacement: string }): string {
  return "replacement" in settings ? settings.replacement : settings.replacements.map(({ name }) => name).join(", ");
}
