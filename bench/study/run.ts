/**
 * @file The study: every setting of settings.ts, measured by `calig evaluate` and kept as results/NAME.json.
 *
 * Run: npm run bench:study -- --data DIR --models DIR [--only NAME,..] [--limit 100] [--threads N] [--ground both|home|nobody]
 * Needs the data sets and the models that README.md in this folder lists. A setting that was interrupted goes on where it
 * stopped; one that has its result is measured again only when it is named. Then: npm run bench:study-table.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { builtinFolder } from "@calig/node/internal/node/builtin-models";
import { type Ground, STUDY, type StudySetting } from "./settings.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    models: { type: "string" },
    only: { type: "string" },
    limit: { type: "string", default: "100" },
    threads: { type: "string" },
    ground: { type: "string", default: "both" },
  },
});
const { data, models } = options;
const grounds: Readonly<Record<string, (ground: Ground) => readonly string[]>> = {
  both: ({ home, nobody }) => [home, nobody],
  home: ({ home }) => [home],
  nobody: ({ nobody }) => [nobody],
};
const groundOf = grounds[options.ground];
if (groundOf === undefined) throw new Error("Give --ground both, home or nobody");
/** Draws of replacements that draw. */
const DRAWS = "4";
if (data === undefined || models === undefined) throw new Error("Give --data DIR and --models DIR");
const results = join(import.meta.dirname, "results");
mkdirSync(results, { recursive: true });
const only = options.only?.split(",");
const settings = STUDY.filter(({ name }) => only?.includes(name) ?? !existsSync(join(results, `${name}.json`)));
for (const setting of settings) {
  process.stderr.write(`${setting.title}\n`);
  measure(setting, data, models);
}

function measure(setting: StudySetting, data: string, models: string): void {
  const out = join(results, `${setting.name}.full.json`);
  const model = builtinFolder(setting.model) === undefined ? join(models, setting.model) : setting.model;
  const given = {
    "--model": model,
    "--dataset": join(data, setting.dataset),
    "--metrics": setting.metrics.join(","),
    ...(setting.methods === undefined ? {} : { "--methods": setting.methods.join(",") }),
    "--limit": options.limit,
    ...(options.threads === undefined ? {} : { "--threads": options.threads }),
    "--out": out,
  };
  const replacements = setting.ground === undefined ? [] : (groundOf?.(setting.ground) ?? []);
  const ground = replacements.length === 0 ? [] : ["--replacement", replacements.join(","), "--draws", DRAWS];
  const command = [...Object.entries(given).flat(), ...ground, ...(setting.more ?? [])];
  const bin = join(import.meta.dirname, "../../packages/node/src/cli/bin.ts");
  execFileSync(process.execPath, ["--conditions=calig-source", "--import", "tsx", bin, "evaluate", ...command], {
    stdio: "inherit",
  });
  const full = JSON.parse(readFileSync(out, "utf8")) as Evaluation;
  // The numbers of single inputs stay out of what is kept: files of data sets are named by what they are, not where.
  const { inputs, comparisons, failures, dataset, ...kept } = full;
  const brief = {
    ...kept,
    command: { model: setting.model, dataset: setting.dataset, more: setting.more ?? [] },
    dataset: { ...dataset, name: setting.dataset },
    failures: failures.length,
    features: inputs.reduce((sum, { features }) => sum + features, 0) / inputs.length,
    comparisons: comparisons.filter(({ method, other }) => method === "ca-lig" || other === "ca-lig"),
  };
  writeFileSync(join(results, `${setting.name}.json`), `${JSON.stringify(brief, null, 1)}\n`);
  rmSync(out);
}
