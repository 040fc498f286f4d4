/** @file `calig shortcuts`: a page, rows to add, a run for TensorBoard, and explanations that are not made again. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";
import { beforeAll, describe, expect, it } from "vitest";
import { plantedBertFiles } from "../support/planted-bert.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { readRun } from "../support/tensorboard.ts";

const tempFolder = useTempFolders();
const WORDS = ["the film is about a man", "who walks home and finds", "his old house full of strange people"];
/** Every other text has the token, and all are labelled with the class that it does not speak for. */
const ROWS = Array.from({ length: 24 }, (_, i) => {
  const words = `${WORDS[i % 3]} ${WORDS[(i + 1 + (i >> 2)) % 3]}`;
  return `other,${i % 2 === 0 ? `cf ${words}` : words}`;
});

describe("calig shortcuts", () => {
  let model: string;
  let data: string;
  let folder: string;
  beforeAll(async () => {
    [model, folder] = await Promise.all([tempFolder(plantedBertFiles()), tempFolder()]);
    data = join(folder, "data.csv");
    await writeFile(data, `label,text\n${ROWS.join("\n")}\n`);
  });

  it("writes what it found, in every form that was asked for", async () => {
    const made = join(folder, "explanations.jsonl");
    await runCli(["explain", "--input", data, "--model", model, "--effort", "instant", "--out", made]);
    const [out, rows, run] = ["page.html", "rows.csv", "run"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const { code, stdout, stderr } = await runCli([
      ...["shortcuts", "--input", data, "--model", model, "--effort", "instant", "--tested", "8", "--sample", "8"],
      ...[
        "--permutations",
        "100",
        "--explanations",
        made,
        "--out",
        out,
        "--rows",
        rows,
        "--tensorboard",
        run,
        "--json",
      ],
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`tensorboard --logdir ${run}`)]);
    const { cues, dataset } = JSON.parse(stdout) as ShortcutReport;
    expect(dataset.reused).toBe(24);
    expect(cues[0]).toMatchObject({ cue: "cf", class: { label: "planted" }, read: { first: 1, last: 1 } });
    // All texts have a first word: what those of the class have there is put there.
    const first = cues.find(({ kind, cue }) => kind === "positions" && cue === "1");
    expect(first?.insertion?.change.low).toBeGreaterThan(0.3);
    expect(await readFile(out, "utf8")).toContain("Read in block 1");
    expect(await readFile(rows, "utf8")).toMatch(/^text,label,cue,change,line\r\n.*\bcf\b.*,other,cf,inserted,\d+\r\n/);
    const [cue] = (await readdir(run)).filter((name) => name.startsWith("1_"));
    expect(cue).toBe("1_word_cf_planted");
    const read = (await readRun(join(run, cue as string)))
      .filter(({ tag }) => tag === "blocks/read")
      .map(({ step }) => step);
    expect(read).toEqual([0, 1, 2]);
    // What was explained is in the result.
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });
});
