/**
 * @file How well shortcuts are found: models with a planted one, and clean ones in which none should be (docs/shortcuts.md).
 *
 * npx tsx -C calig-source bench/shortcuts.ts planted FOLDER   # of tools/plant_shortcuts.py
 * npx tsx -C calig-source bench/shortcuts.ts clean MODEL DATA SEEDS SIZE
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { cueName } from "@calig/core/internal/report/shortcuts/words";
import { openMeasurementStore } from "@calig/node/internal/cli/measurement-store";
import { type CueReport, findShortcuts, loadModel, readDataset, type ShortcutReport } from "calig/node";

const OPTIONS = { effort: "instant", sample: 24, tested: 8 } as const;
const SIZE = 250;

/** What `plant.json` says. */
interface Plant {
  readonly cue: string;
  readonly block: number;
  readonly cleanAccuracy: number;
}

const [what = "", place = "", ...rest] = process.argv.slice(2);
if (what === "planted") await planted(place);
else await clean(place, rest[0] as string, Number(rest[1] ?? 5), Number(rest[2] ?? 200));

const confirmed = ({ cues }: ShortcutReport): readonly CueReport[] =>
  cues.filter(({ status }) => status !== "not-confirmed");

async function planted(folder: string): Promise<void> {
  for (const name of readdirSync(folder).sort()) {
    const plant = readPlant(join(folder, name));
    if (plant === undefined) continue;
    await using model = await loadModel(join(folder, name));
    const data = sampleDataset(await readDataset(join(folder, name, "data.tsv")), SIZE, 1);
    const report = await findShortcuts(model, data, OPTIONS);
    writeFileSync(join(folder, name, "shortcuts.json"), `${JSON.stringify(report)}\n`);
    const rank = confirmed(report).findIndex(({ kind, cue }) => kind === "words" && cue === plant.cue);
    const found = confirmed(report)[rank];
    const read = found?.read;
    console.log(
      [
        name,
        `rank ${rank + 1}`,
        found?.status,
        `block ${plant.block}, read ${read?.first}${read?.first === read?.last ? "" : `-${read?.last}`}`,
        `formed ${found?.formed?.block}`,
        `accuracy ${found?.mending?.accuracy?.before.toFixed(3)} -> ${found?.mending?.accuracy?.after.toFixed(3)}, clean ${plant.cleanAccuracy.toFixed(3)}`,
        `${Math.round(report.cost.milliseconds / 1000)} s`,
      ].join("\t"),
    );
  }
}

function readPlant(folder: string): Plant | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "plant.json"), "utf8")) as Plant;
  } catch {
    return undefined; // not finished, or no model
  }
}

async function clean(source: string, file: string, seeds: number, size: number): Promise<void> {
  await using model = await loadModel(source);
  const whole = await readDataset(file);
  // Samples share inputs, and the explanations of them.
  const store = await openMeasurementStore(join(tmpdir(), `${basename(file)}.explanations.jsonl`));
  for (let seed = 1; seed <= seeds; seed++) {
    const report = await findShortcuts(model, sampleDataset(whole, size, seed), { ...OPTIONS, store });
    const told = confirmed(report).map((cue) => `${cueName(cue)} ${cue.class.label} ${cue.status}`);
    const false_ = confirmed(report).filter(({ status }) => status === "shortcut").length;
    console.log(`seed ${seed}\t${report.suspicious} suspicious\t${false_} shortcuts\t${told.join("; ")}`);
  }
  await store.close();
}
