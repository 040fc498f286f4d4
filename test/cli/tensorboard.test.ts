/** @file `--format tensorboard`: event files of explanations and evaluations, read back. */

import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { type ReadValue, readRun } from "../support/tensorboard.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();

const FAST = ["--steps", "2", "--tolerance", "100"];
const TEXTS = ["a fine film", "dull, dull and long", "<script>alert(1)</script>"];

let text: string;
beforeAll(async () => {
  text = await tempFolder(tinyBertFiles());
});

const tagsOf = (values: readonly ReadValue[]) => [...new Set(values.map(({ tag }) => tag))];
const stepsOf = (values: readonly ReadValue[], tag: string) =>
  values.filter((value) => value.tag === tag).map(({ step }) => step);

/** Every picture is a PNG of the size that its event says. */
async function checkPictures(values: readonly ReadValue[]) {
  const pictures = values.filter(({ png }) => png !== undefined);
  for (const { png, size } of pictures) {
    const { width, height, format } = await sharp(png).metadata();
    expect([format, width, height]).toEqual(["png", ...(size ?? [])]);
  }
  return pictures.length;
}

describe("calig explain --format tensorboard", () => {
  it("writes report, pictures and numbers, and for one input the curves over the blocks", async () => {
    const out = join(await tempFolder(), "runs", "one");
    const { code, stdout, stderr } = await runCli([
      ...["explain", TEXTS[0] as string, "--model", text, ...FAST, "--format", "tensorboard,json", "--out", out],
    ]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(`tensorboard --logdir ${out}`);
    expect(await readdir(out)).toContain("explanation.json");
    const values = await readRun(out);
    expect(tagsOf(values)).toEqual([
      "explanation",
      "evidence/attribution",
      "evidence/block 00",
      "evidence/block 01",
      "completeness error/block 00",
      "completeness error/block 01",
      "completeness error/attribution",
      "target/probability",
      "target/score",
      "cost/seconds",
      "cost/model evaluations",
      "by block/completeness error",
      "by block/weight",
      "by block/points",
    ]);
    expect(await checkPictures(values)).toBe(3);
    expect(stepsOf(values, "by block/weight")).toEqual([0, 1]);
    const weights = values.filter(({ tag }) => tag === "by block/weight").map(({ scalar }) => scalar as number);
    expect(weights[0]! + weights[1]!).toBeCloseTo(1, 5);
    expect(values[0]?.text).toContain("fine");
  });

  it("has a step for every input of a file", async () => {
    const folder = await tempFolder({ "in.txt": TEXTS.join("\n") });
    const out = join(folder, "run");
    const argv = ["explain", "--input", join(folder, "in.txt"), "--model", text, ...FAST, "--format", "tensorboard"];
    expect((await runCli([...argv, "--out", out])).code).toBe(0);
    const values = await readRun(out);
    for (const tag of ["explanation", "evidence/block 01", "completeness error/block 01", "target/score"]) {
      expect(stepsOf(values, tag)).toEqual([0, 1, 2]);
    }
    expect(tagsOf(values).some((tag) => tag.startsWith("by block"))).toBe(false);
    for (const { text: report } of values) expect(report ?? "").not.toContain("<script>alert");
    const again = await runCli([...argv, "--out", out]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("there is one already")]);
  });

  it("shows patches over the picture", async () => {
    const folder = await tempFolder(tinyVitFiles());
    const { data, width, height } = syntheticPicture(24, 20);
    const file = join(folder, "picture.png");
    await writeFile(
      file,
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const out = join(folder, "run");
    const argv = ["explain", "--image", file, "--model", folder, ...FAST, "--format", "tensorboard", "--out", out];
    expect((await runCli(argv)).code).toBe(0);
    const values = await readRun(out);
    expect(await checkPictures(values)).toBe(3);
    // Blocks differ, and so do their pictures.
    const pictures = values.flatMap(({ png }) => (png === undefined ? [] : [Buffer.from(png).toString("base64")]));
    expect(new Set(pictures).size).toBe(3);
  });

  it("needs a folder", async () => {
    const { code, stderr } = await runCli(["explain", "a", "--model", text, "--format", "tensorboard"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("give a folder, as in --out runs/first")]);
  });
});

describe("calig evaluate --format tensorboard", () => {
  it("writes the report, and a run per method with every figure of every input", async () => {
    const folder = await tempFolder({ "in.txt": "" });
    const dataset = join(folder, "set.jsonl");
    await writeFile(dataset, TEXTS.map((one) => `${JSON.stringify({ text: one })}\n`).join(""));
    const out = join(folder, "run");
    const argv = ["evaluate", "--dataset", dataset, "--model", text, ...FAST, "--methods", "ca-lig"];
    const { code, stdout } = await runCli([
      ...[...argv, "--metrics", "deletion,completeness-error", "--format", "tensorboard", "--out", out, "--json"],
    ]);
    expect(code).toBe(0);
    const evaluation = JSON.parse(stdout) as Evaluation;
    expect((await readRun(out)).map(({ tag }) => tag)).toEqual(["evaluation"]);
    const values = await readRun(join(out, "ca-lig"));
    const deletion = values.filter(({ tag }) => tag === "inputs/deletion");
    expect(deletion.map(({ step }) => step)).toEqual([0, 1, 2]);
    const mean = deletion.reduce((sum, { scalar }) => sum + (scalar as number), 0) / 3;
    const stated = evaluation.results.find((one) => one.method === "ca-lig" && one.figure === "deletion");
    expect(mean).toBeCloseTo(stated?.value as number, 5);
    expect(stepsOf(values, "inputs/completeness-error")).toEqual([0, 1, 2]);
    // The random control has no baseline, and so no completeness.
    const randomControl = tagsOf(await readRun(join(out, "random")));
    expect(randomControl).toEqual(["mean/deletion", "inputs/deletion"]);
  });

  it("prints a report in the format asked for", async () => {
    const folder = await tempFolder({ "set.jsonl": `${JSON.stringify({ text: TEXTS[0] })}\n` });
    const argv = ["evaluate", "--dataset", join(folder, "set.jsonl"), "--model", text, ...FAST];
    const { code, stdout } = await runCli([
      ...[...argv, "--methods", "ca-lig", "--metrics", "deletion", "--format", "markdown"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# /);
  });
});
