/** @file `calig tune` on a small model: chooses, confirms, stores, and `calig explain` uses what is stored. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { Tuning } from "@calig/core/internal/evaluation/tune";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

const TEXTS = [
  "a fine film about nothing at all",
  "dull, dull and long",
  "it begins well and ends badly",
  "nobody laughs here",
];
const FAST = ["--steps", "1", "--tolerance", "100"];
const SETTINGS = {
  version: 1,
  fusion: "additive",
  lambda: 0.25,
  layerWeights: "last",
  chosenBy: { metric: "faithfulness", dataset: "dev.jsonl", choosing: 20, confirming: 20 },
};

const explained = async (model: string, ...argv: string[]) => {
  const { stdout } = await runCli(["explain", TEXTS[0] as string, "--model", model, "--json", ...FAST, ...argv]);
  return JSON.parse(stdout) as Explanation;
};

describe("calig tune", () => {
  test("measures every combination and says whether the best one holds", async () => {
    const model = await tempFolder(tinyBertFiles());
    const folder = await tempFolder({ "dev.jsonl": TEXTS.map((text) => `${JSON.stringify({ text })}\n`).join("") });
    const out = join(folder, "tuning.html");
    const argv = ["tune", "--model", model, "--dataset", join(folder, "dev.jsonl"), ...FAST];
    const { code, stdout, stderr } = await runCli([...argv, "--json", "--out", out]);
    expect([code, stderr.includes("Wrote")]).toEqual([0, true]);
    const tuning = JSON.parse(stdout) as Tuning;
    expect(tuning.candidates).toHaveLength(70);
    expect(tuning.dataset).toMatchObject({ choosing: 2, confirming: 2 });
    // Two inputs cannot prove a gain: nothing is stored.
    expect(tuning.accepted).toBe(false);
    expect(await readdir(model)).not.toContain("calig.json");
    const page = await readFile(out, "utf8");
    for (const text of ["Sensitivity to lambda", "transport, uniform (default)", 'role="img"'])
      expect(page).toContain(text);
    expect((await readdir(folder)).sort()).toEqual(["dev.jsonl", "tuning.html"]);
    const table = await runCli([...argv, "--limit", "4"]);
    expect(table.stdout).toContain("transport, uniform (default)");
  });

  test("settings stored with a model hold for it, unless the caller asks for others", async () => {
    const model = await tempFolder({ ...tinyBertFiles(), "calig.json": JSON.stringify(SETTINGS) });
    const tuned = await explained(model);
    expect(tuned.method.options).toMatchObject({
      fusion: "additive",
      lambda: 0.25,
      layerWeights: "last",
      tuned: SETTINGS.chosenBy,
    });
    const same = await explained(model, "--fusion", "additive", "--lambda", "0.25", "--layer-weights", "last");
    expect(same.attribution).toEqual(tuned.attribution);
    expect(same.method.options).not.toHaveProperty("tuned");
    const { method } = await explained(model, "--fusion", "transport");
    expect(method.options).toMatchObject({ fusion: "transport", layerWeights: "uniform" });
  });

  test("a damaged file of settings is an error that says what is wrong with it", async () => {
    const model = await tempFolder({ ...tinyBertFiles(), "calig.json": "{" });
    const broken = await runCli(["explain", "fine", "--model", model]);
    expect([broken.code === 0, broken.stderr]).toEqual([false, expect.stringContaining("it is no JSON")]);
    await writeFile(join(model, "calig.json"), JSON.stringify({ ...SETTINGS, lambda: 2, layerWeights: [1] }));
    const { stderr } = await runCli(["explain", "fine", "--model", model]);
    expect(stderr).toContain('"lambda" is no number from 0 to 1');
    expect(stderr).toMatch(/"layerWeights" is none of .*, nor a list of \d+ numbers/);
  });
});
