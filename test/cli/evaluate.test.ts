/** @file `calig evaluate` on a small model, from arguments to output. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

const TEXTS = [
  "a fine film about nothing at all",
  "dull, dull and long",
  "it begins well and ends badly",
  "nobody laughs here",
  "warm and funny from the first minute",
];
const DATASET = TEXTS.map((text, i) => `${JSON.stringify({ text, label: i % 3 })}\n`).join("");
const FAST = ["--steps", "1", "--tolerance", "100", "--metrics", "deletion,comprehensiveness"];
const METHODS = ["--methods", "ca-lig,integrated-gradients"];

let model: string;
beforeAll(async () => {
  model = await tempFolder(tinyBertFiles());
});

const run = (folder: string, ...argv: string[]) =>
  runCli(["evaluate", "--dataset", join(folder, "set.jsonl"), "--model", model, ...FAST, ...METHODS, ...argv]);

const readEvaluation = async (path: string) => JSON.parse(await readFile(path, "utf8")) as Evaluation;

/** The evaluation without what differs from run to run: times. */
const lasting = ({ cost: _cost, ...rest }: Evaluation) => rest;

describe("calig evaluate", () => {
  test("prints a table per figure, and JSON with every input's numbers", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const table = await run(folder);
    expect(table.code).toBe(0);
    for (const text of ["deletion (lower is better), 5 inputs", "comprehensiveness (higher is better), 5 inputs"]) {
      expect(table.stdout).toContain(text);
    }
    expect(table.stdout).toMatch(/ca-lig +0\.\d+ +-?0\.\d+ to 0\.\d+/);
    const json = await run(folder, "--json");
    const evaluation = JSON.parse(json.stdout) as Evaluation;
    expect(evaluation.inputs.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
    expect(evaluation.dataset).toMatchObject({ name: "set.jsonl", size: 5, measured: 5, skipped: 0 });
    for (const { method, figure, value, low, high } of evaluation.results) {
      const own = evaluation.inputs.map(({ measurements }) => measurements[method]?.[figure]?.[0] as number);
      expect(value).toBeCloseTo(own.reduce((sum, one) => sum + one, 0) / 5, 10);
      expect([low <= value, value <= high]).toEqual([true, true]);
    }
  });

  test("draws the curves of all methods in the page", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const out = join(folder, "page.html");
    const { code } = await run(folder, "--metrics", "deletion,curves", "--curve-steps", "4", "--out", out);
    expect(code).toBe(0);
    const page = await readFile(out, "utf8");
    expect(page.match(/<path d="M/g)).toHaveLength(6);
    expect(page).toContain("Removed features, mean probability by method");
    expect(page).toContain("curves of at most 4 steps");
  });

  test("gives the same numbers for the same seed, and goes on where an interrupted run stopped", async () => {
    // Many inputs, so that the run is still going when it is interrupted.
    const folder = await tempFolder({ "set.jsonl": DATASET.repeat(5) });
    const out = join(folder, "whole.json");
    expect((await run(folder, "--out", out)).code).toBe(0);
    const whole = await readEvaluation(out);

    const resumed = join(folder, "resumed.json");
    const partial = `${resumed}.partial.jsonl`;
    const controller = new AbortController();
    const interrupted = runCli(
      ["evaluate", "--dataset", join(folder, "set.jsonl"), "--model", model, ...FAST, ...METHODS, "--out", resumed],
      { signal: controller.signal },
    );
    let ended = false;
    void interrupted.finally(() => {
      ended = true;
    });
    while (!ended && ((await readFile(partial, "utf8").catch(() => "")).match(/\n/g) ?? []).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    controller.abort();
    expect(await interrupted).toMatchObject({ code: 130 });
    expect(await readdir(folder)).not.toContain("resumed.json");
    const kept = (await readFile(partial, "utf8")).trimEnd().split("\n");
    expect(kept.length).toBeGreaterThanOrEqual(3);
    // What is kept is used and not measured again: a changed number stays changed.
    const changed = kept.map((line, i) => {
      if (i > 0) return line;
      const entry = JSON.parse(line) as { measurement: Record<string, number[]> };
      return JSON.stringify({ ...entry, measurement: { ...entry.measurement, "deletion@1": [0.987654321] } });
    });
    await writeFile(partial, `${changed.join("\n")}\n`);
    const again = await run(folder, "--out", resumed);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(`Going on with ${kept.length} measurements from`);
    const result = await readEvaluation(resumed);
    expect(result.inputs[0]?.measurements["ca-lig"]?.deletion).toEqual([0.987654321]);
    expect(result.inputs.slice(1)).toEqual(whole.inputs.slice(1));
    expect(await readdir(folder)).not.toContain("resumed.json.partial.jsonl");
  });

  test("measures the same in another run: nothing depends on time or order", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const [one, two] = [join(folder, "one.json"), join(folder, "two.json")];
    await run(folder, "--out", one, "--seed", "3");
    await run(folder, "--out", two, "--seed", "3");
    expect(lasting(await readEvaluation(one))).toEqual(lasting(await readEvaluation(two)));
  });

  test("measures the random control whatever is asked for, and knows which methods are random controls", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const { stdout } = await run(folder, "--methods", "shuffled,ca-lig", "--limit", "2", "--json");
    const { methods, warnings } = JSON.parse(stdout) as Evaluation;
    expect(methods.map(({ name, randomControl }) => [name, randomControl])).toEqual([
      ["shuffled", true],
      ["ca-lig", false],
      ["random", true],
    ]);
    expect(warnings).toEqual([]);
  });

  test("measures methods beside their means over noisy copies", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const out = join(folder, "noise.json");
    const argv = ["--dataset", join(folder, "set.jsonl"), "--model", model, "--metrics", "deletion", "--limit", "2"];
    const noisy = ["--methods", "saliency,saliency-over-noise", "--noise", "2", "--out", out];
    expect((await runCli(["evaluate", ...argv, ...noisy])).code).toBe(0);
    const { methods, inputs } = await readEvaluation(out);
    expect(methods.map(({ name }) => name)).toEqual(["saliency", "saliency-over-noise", "random"]);
    expect(
      inputs.some(({ measurements: m }) => m.saliency?.deletion?.[0] !== m["saliency-over-noise"]?.deletion?.[0]),
    ).toBe(true);
  });

  test("writes Markdown and HTML by the ending", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    await run(folder, "--out", join(folder, "report.md"), "--limit", "3");
    const markdown = await readFile(join(folder, "report.md"), "utf8");
    expect(markdown).toContain("| Method | deletion ↓ | comprehensiveness ↑ |");
    expect(markdown).toContain("3 of 3 inputs measured");
    await run(folder, "--out", join(folder, "report.html"), "--limit", "3");
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page).toContain("<h3>deletion</h3>");
    expect(page).not.toMatch(/<script|https?:/);
    expect(await readdir(folder)).toHaveLength(3);
  });

  test("an input that fails is reported with its line and counts for no method", async () => {
    const folder = await tempFolder({ "set.jsonl": `${DATASET}${JSON.stringify({ text: "fine", label: "maybe" })}\n` });
    const { code, stdout, stderr } = await run(folder, "--json");
    expect(code).toBe(1);
    expect(stderr).toContain(
      `set.jsonl, line 6: label "maybe" is none of the model "${model.split("/").at(-1)}", which has "no" (#0), "perhaps" (#1), "yes" (#2)`,
    );
    expect((JSON.parse(stdout) as Evaluation).dataset.measured).toBe(5);
  });

  test("bad rows are refused, or skipped when asked", async () => {
    const folder = await tempFolder({ "set.jsonl": `{"no": "text"}\n${DATASET}` });
    const refused = await run(folder);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain('line 1: field "text" is missing');
    const skipped = await run(folder, "--bad-rows", "skip", "--limit", "2");
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toContain("1 row of set.jsonl is no input and was left out");
  });

  test.each([
    [[], "Nothing to evaluate on: name a data set with --dataset FILE"],
    [["--dataset", "x.jsonl"], 'Cannot read a data set from "x.jsonl": there is no such file'],
    [
      ["--dataset", "x.jsonl", "--out", "x.pdf"],
      'Cannot write a report to "x.pdf": its ending must be one of ".json", ".md"',
    ],
    [
      ["--dataset", "x.jsonl", "--metrics", "sorcery"],
      'Cannot use --metrics "sorcery": use one of "deletion", "insertion"',
    ],
  ])("refuses %j as misuse", async (argv, message) => {
    const { code, stderr } = await runCli(["evaluate", ...argv]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("calig baselines", () => {
  test("measures one method with every baseline that the model has, beside the random control", async () => {
    const folder = await tempFolder({ "set.jsonl": DATASET });
    const dataset = ["--dataset", join(folder, "set.jsonl"), "--limit", "3", "--seed", "1"];
    const { code, stdout } = await runCli(["baselines", ...dataset, "--model", model, ...FAST, "--json"]);
    expect(code).toBe(0);
    const evaluation = JSON.parse(stdout) as Evaluation;
    expect(evaluation.methods.map(({ name, randomControl }) => [name, randomControl])).toEqual([
      ["mask", false],
      ["pad", false],
      ["unk", false],
      ["mean", false],
      ["zero-embedding", false],
      ["zero", false],
      ["random", true],
    ]);
    for (const { name, options, randomControl } of evaluation.methods) {
      expect(options.method).toBe(randomControl ? "random" : "ca-lig");
      expect(options.baseline).toBe(randomControl ? undefined : name);
    }
    // The method with its default baseline, which this model has: the mask token.
    const plain = await runCli(["evaluate", ...dataset, "--model", model, ...FAST, "--methods", "ca-lig", "--json"]);
    const measured = (of: Evaluation, name: string) => of.inputs.map(({ measurements }) => measurements[name]);
    expect(measured(evaluation, "mask")).toEqual(measured(JSON.parse(plain.stdout) as Evaluation, "ca-lig"));
    expect(measured(evaluation, "pad")).not.toEqual(measured(evaluation, "mask"));
  });
});
