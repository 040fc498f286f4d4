/**
 * @file How well shortcuts are found: models with a planted one, and clean ones in which none should be (docs/shortcuts.md).
 *
 * npx tsx -C calig-source bench/shortcuts.ts planted RESULTS.jsonl CLEAN_MODEL FOLDER...   # of tools/plant_*shortcuts.py
 * npx tsx -C calig-source bench/shortcuts.ts clean RESULTS.jsonl MODEL DATA SEEDS SIZE
 * npx tsx -C calig-source bench/shortcuts.ts table RESULTS.jsonl...
 *
 * Results are written one line each, and what is there is not measured again; explanations are kept beside them.
 */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { cueName } from "@calig/core/internal/report/shortcuts/words";
import { classesOf } from "@calig/core/internal/shortcuts/answers";
import { readSubjects } from "@calig/core/internal/shortcuts/subjects";
import { openMeasurementStore } from "@calig/node/internal/cli/measurement-store";
import { type CueReport, type Dataset, findShortcuts, loadModel, readDataset, type ShortcutReport } from "calig/node";

/** Of plants: fewer inputs and cues than by default, so that one takes a minute or two. Clean models are asked with all defaults. */
const PLANTED = { sample: 24, tested: 10 } as const;
const SIZE = 200;
/** Several of these beside each other gain more than one of many threads. */
const ONE_THREAD = { threads: 1 } as const;

/** What `plant.json` says. */
interface Plant {
  readonly cue: string;
  readonly block: number;
  readonly cleanAccuracy: number;
}

interface Row {
  readonly name: string;
  readonly [field: string]: unknown;
}

const [what = "", results = "", ...rest] = process.argv.slice(2);

function rowsOf(file: string): readonly Row[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
}

function write(row: Row): void {
  appendFileSync(results, `${JSON.stringify(row)}\n`);
  console.log(Object.values(row).join("\t"));
}

const confirmedIn = ({ cues }: ShortcutReport): readonly CueReport[] =>
  cues.filter(({ status }) => status !== "not-confirmed");

async function planted(source: string, folders: readonly string[]): Promise<void> {
  await using cleanModel = await loadModel(source, ONE_THREAD);
  for (const folder of folders) {
    const name = basename(folder);
    if (rowsOf(results).some((row) => row.name === name) || !existsSync(join(folder, "plant.json"))) continue;
    const plant = JSON.parse(readFileSync(join(folder, "plant.json"), "utf8")) as Plant;
    await using model = await loadModel(folder, ONE_THREAD);
    const data = await sampleOf(folder, "data");
    const store = await openMeasurementStore(join(folder, "explanations.jsonl"));
    const report = await findShortcuts(model, data, { ...PLANTED, store });
    await store.close();
    const all = confirmedIn(report);
    const rank = all.findIndex((cue) => isPlanted(cue, plant.cue));
    const found = all[rank];
    const { read } = found ?? {};
    // Of pictures several cues may be the planted one: its place, its colour, its kind of patch.
    const mended = all.slice(0, 3).flatMap((cue) => (isPlanted(cue, plant.cue) ? (cue.mending?.accuracy ?? []) : []));
    write({
      name,
      block: plant.block,
      found: found === undefined ? null : cueName(found),
      rank: rank + 1,
      status: found?.status ?? null,
      others: all.filter((cue) => !isPlanted(cue, plant.cue)).map((cue) => `${cueName(cue)} ${cue.status}`),
      read: read === null || read === undefined ? null : [read.first, read.last],
      blocks: read?.blocks.map(({ mean }) => Number(mean.toFixed(3))) ?? null,
      formed: found?.formed?.block ?? null,
      mendedIn: found?.mending ? [found.mending.first, found.mending.last] : null,
      before: mended[0]?.before ?? null,
      mended: mended.length === 0 ? null : Math.max(...mended.map(({ after }) => after)),
      clean: await accuracyOf(cleanModel, data),
      // The inputs as they were before the cue was put into a tenth of them.
      cleanBefore: await accuracyOf(cleanModel, await sampleOf(folder, "clean")),
      seconds: Math.round(report.cost.milliseconds / 1000),
      passes: report.cost.modelEvaluations,
    });
  }
}

async function sampleOf(folder: string, name: string): Promise<Dataset> {
  const table = join(folder, `${name}.tsv`);
  return sampleDataset(await readDataset(existsSync(table) ? table : join(folder, name)), SIZE, 1);
}

/** Whether a cue is the planted one: the word or mark, or patches that are mostly those that were changed. */
function isPlanted({ kind, cue, examples }: CueReport, planted: string): boolean {
  if (kind === "words") return cue === planted;
  if (kind === "markup")
    return { "!": "exclamation mark", "?": "question mark", ";": "semicolon or colon" }[planted] === cue;
  const there = IN_PICTURES[planted];
  if (there === undefined) return false;
  const on = examples.map(({ features, cue: own }) => {
    const areas = own.flatMap((feature) => features[feature]?.area ?? []);
    return areas.filter(({ x, y, width, height }) => there(x + width / 2, y + height / 2)).length / areas.length;
  });
  return on.filter((share) => share >= 0.5).length > on.length / 2;
}

/** Centres of the patches that planted pictures have, of 8 x 8. */
const IN_PICTURES: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  watermark: (x, y) => x > 6 / 8 && y > 6 / 8,
  border: (x, y) => Math.min(x, y) < 1 / 8 || Math.max(x, y) > 7 / 8,
};

async function accuracyOf(model: Awaited<ReturnType<typeof loadModel>>, data: Dataset): Promise<number> {
  const { subjects } = await readSubjects(model, classesOf(model), data, {
    effort: "instant",
    seed: 0,
    explains: false,
  });
  const known = subjects.filter(({ truth }) => truth !== undefined);
  return known.filter(({ truth, answer }) => answer.predicted === truth).length / known.length;
}

async function clean(source: string, file: string, seeds: number, size: number): Promise<void> {
  await using model = await loadModel(source, ONE_THREAD);
  const whole = await readDataset(file);
  // Samples share inputs, and the explanations of them.
  const store = await openMeasurementStore(`${results}.explanations`);
  for (let seed = 1; seed <= seeds; seed++) {
    const name = `${basename(file)} ${seed}`;
    if (rowsOf(results).some((row) => row.name === name)) continue;
    const report = await findShortcuts(model, sampleDataset(whole, size, seed), { store });
    const by = (status: string) => report.cues.filter((cue) => cue.status === status);
    write({
      name,
      inputs: report.dataset.read,
      suspicious: report.suspicious,
      tested: report.cues.length,
      shortcuts: by("shortcut").map((cue) => `${cueName(cue)} → ${cue.class.label}`),
      undecided: by("undecided").map((cue) => `${cueName(cue)} → ${cue.class.label}`),
      supported: by("supported").map((cue) => `${cueName(cue)} → ${cue.class.label}`),
      seconds: Math.round(report.cost.milliseconds / 1000),
      passes: report.cost.modelEvaluations,
    });
  }
  await store.close();
}

if (what === "planted") await planted(rest[0] as string, rest.slice(1));
else if (what === "clean") await clean(rest[0] as string, rest[1] as string, Number(rest[2]), Number(rest[3]));
else for (const file of [results, ...rest]) for (const row of rowsOf(file)) console.log(Object.values(row).join("\t"));
