/** @file What readers see of heads that are no softmax: in every format, in evaluations, comparisons and reports. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { type Explanation, parseExplanation } from "@calig/node";
import { beforeAll, describe, expect, test } from "vitest";
import { HEADS, headFiles } from "../support/head-models.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const { text, pair } = HEADS;
const models: Record<string, string> = {};

beforeAll(async () => {
  for (const title of ["one, regression", "one, unstated", "three, multi-label", "three, regression", "names: equal"]) {
    const { weights, config } = HEADS.cases[title] as (typeof HEADS.cases)[string];
    models[title] = await tempFolder(headFiles(weights, config));
  }
});

const modelOf = (title: string) => ["--model", models[title] as string];
const explainText = async (title: string, ...more: string[]) => {
  const { code, stdout, stderr } = await runCli([
    "explain",
    text,
    "--pair",
    pair,
    "--verbose",
    ...modelOf(title),
    ...more,
  ]);
  expect(stderr.replace(/^Warning: .*\n/gm, "")).toBe("");
  expect(code).toBe(0);
  return stdout;
};

/** Everything before the first section that tells of completeness or shares of attributions. */
const headOf = (output: string): string =>
  output.split(/── Text|## Text|<section class="input|Strongest words/)[0] ?? "";

describe("a regression", () => {
  test.each(["terminal", "markdown", "svg", "html"])("is shown as a number in %s", async (format) => {
    const output = await explainText("one, regression", "--format", format);
    expect(output).toMatch(/LABEL\\?_0/);
    const pageHead = /<section class="head".*?<\/section>/s.exec(output)?.[0] ?? "";
    const head = { html: pageHead, terminal: output.split("Strongest words")[0] ?? "" }[format] ?? headOf(output);
    expect(head).toMatch(/[−-]0\.891/);
    expect(head.replace('width="100%" height="100%"', "")).not.toContain("%");
    expect(format === "html" ? output : head).toContain("score (regression)");
    expect(output).not.toMatch(/-?89\.1 ?%|100 ?% ?</);
  });

  test("has no probability in the data, and its files are read again; files of calig 0.1 too", async () => {
    const explanation = JSON.parse(await explainText("one, regression", "--format", "json")) as Explanation;
    expect(explanation.target.probability).toBeNull();
    expect(explanation.predictions).toMatchObject([{ probability: null }]);
    expect(explanation.model.activation).toBe("none");
    expect(parseExplanation(explanation)).toBe(explanation);
    const { activation: _, ...model } = explanation.model;
    const [prediction] = explanation.predictions;
    const old = {
      ...explanation,
      model,
      target: { ...explanation.target, probability: prediction?.logit },
      predictions: [{ ...prediction, probability: prediction?.logit }],
    };
    const folder = await tempFolder({ "old.json": JSON.stringify(old) });
    const report = await runCli(["report", join(folder, "old.json"), "--out", join(folder, "report.html")]);
    expect(report.code).toBe(0);
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page).toContain("mean score (regression): −0.891");
    expect(page).not.toContain("-89.1%");
  });

  test("of several outputs says which number is explained", async () => {
    expect(await explainText("three, regression")).toMatch(/The largest of the 3 numbers/);
    const threat = await explainText("three, regression", "--target", "threat");
    expect(threat).toMatch(/^threat {2}−2\.095\n/);
    expect(threat).toMatch(/One of the 3 numbers/);
  });

  test("has no score of probabilities", async () => {
    const { code, stderr } = await runCli(["explain", text, ...modelOf("one, regression"), "--score", "probability"]);
    expect(code).toBe(2);
    expect(stderr).toContain("the model is a regression without probabilities");
  });

  test("is evaluated by its errors, in units of its number", async () => {
    const rows = [
      { text, label: 0.5 },
      { text: pair, label: "-1.25" },
      { text: "a film is good", label: 2 },
    ];
    const folder = await tempFolder({ "set.jsonl": rows.map((row) => JSON.stringify(row)).join("\n") });
    const common = ["--dataset", join(folder, "set.jsonl"), ...modelOf("one, regression"), "--methods", "occlusion"];
    const { code, stdout } = await runCli(["evaluate", ...common, "--json"]);
    expect(code).toBe(0);
    const { dataset, inputs, results } = JSON.parse(stdout) as Evaluation;
    expect(dataset.accuracy).toBeNull();
    const differences = inputs.map(({ number }) => (number?.given ?? 0) - (number?.true ?? 0));
    const squared = differences.reduce((sum, each) => sum + each ** 2, 0) / 3;
    expect(dataset.errors?.meanSquaredError.value).toBeCloseTo(squared, 10);
    expect(dataset.errors?.inputs).toBe(3);
    expect(inputs.map(({ probability }) => probability)).toEqual([null, null, null]);
    // Numbers below 0: areas of what is no probability.
    expect(results.find(({ figure }) => figure === "deletion")?.value).toBeLessThan(0);
    expect(results.some(({ figure }) => figure === "log-odds" || figure.startsWith("perturbation"))).toBe(false);
    const shown = await runCli(["evaluate", ...common]);
    expect(shown.stdout).toMatch(/error of the model +mean squared/);
    expect(shown.stdout).not.toContain("accuracy");
    const logOdds = await runCli(["evaluate", ...common, "--metrics", "log-odds"]);
    expect(logOdds.code).toBe(2);
    expect(logOdds.stderr).toContain('Cannot measure "log-odds"');
    const words = await tempFolder({ "set.jsonl": JSON.stringify({ text, label: "good" }) });
    const refused = await runCli([
      "evaluate",
      ...["--dataset", join(words, "set.jsonl"), ...modelOf("one, regression"), "--methods", "occlusion"],
    ]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('label "good" is no number');
  });

  test("is compared in units of its number", async () => {
    const { stdout, code } = await runCli([
      ...["compare", text, ...modelOf("one, regression"), "--methods", "occlusion,saliency"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LABEL_0 \(-\d\.\d+, regression\)/);
    expect(stdout.replace(/\s+/g, " ")).toContain("deletion and insertion are in units of the score");
  });
});

describe("one output that is a probability", () => {
  test("is its sigmoid, and says yes or no", async () => {
    const output = (await explainText("one, unstated")).replace(/\s+/g, " ");
    expect(output).toContain("LABEL_0 29.1%");
    expect(output).toContain("says no: its sigmoid is not above 50%");
    expect(output).toContain("the sigmoid of the one output");
  });

  test("is evaluated on answers", async () => {
    const folder = await tempFolder({ "set.csv": `text,label\n${text},1\n${pair},0\na film is good,no\n` });
    const { code, stdout } = await runCli([
      ...["evaluate", "--dataset", join(folder, "set.csv"), ...modelOf("one, unstated")],
      ...["--methods", "occlusion", "--metrics", "deletion", "--json"],
    ]);
    expect(code).toBe(0);
    const { inputs, dataset } = JSON.parse(stdout) as Evaluation;
    for (const { probability, predicted, correct, line } of inputs) {
      const says = (probability ?? 0) > 0.5;
      expect(predicted).toBe(says ? "LABEL_0" : "not LABEL_0");
      expect(correct).toBe(says === (line === 2));
    }
    expect(dataset.accuracy?.inputs).toBe(3);
  });
});

describe("classes that are judged by themselves", () => {
  test.each(["terminal", "markdown", "html"])("need not add up, and are marked above 50 %% in %s", async (format) => {
    const output = await explainText("three, multi-label", "--format", format);
    expect(output.replace(/\s+/g, " ")).toMatch(/by itself \(they need not add up to 100%\)/);
    expect(output).not.toContain("Probability of each class<");
    expect(output.replace(/\s+/g, " ")).toMatch(/none is above 50%|classes? that the model predicts: each is judged/);
  });
});

describe("classes of one name", () => {
  test("show their index in what calig inspect lists", async () => {
    const { stdout } = await runCli(["inspect", ...modelOf("names: equal")]);
    expect(stdout).toMatch(/labels +other \(#0\), news, other \(#2\)\n/);
    expect(stdout).toMatch(/outputs +one class of several/);
  });

  test.each(["terminal", "markdown", "html", "svg"])("show their index in %s", async (format) => {
    const output = await explainText("names: equal", "--format", format, "--target", "#2");
    expect(output).toMatch(/other \(\\?#2\)/);
    if (format !== "svg") expect(output).toMatch(/other \(\\?#0\)/);
    expect(output).not.toMatch(/supports? other[^ (]/i);
  });

  test("cannot be told apart by their name, but by their index", async () => {
    for (const option of ["--target", "--against"]) {
      const { code, stderr } = await runCli(["explain", text, ...modelOf("names: equal"), option, "other"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/has "other" \(#0\), "other" \(#2\); give the index: "#0" or "#2"/);
    }
    const { target } = JSON.parse(
      await explainText("names: equal", "--format", "json", "--target", "#2", "--against", "#0"),
    ) as Explanation;
    expect(target).toMatchObject({ index: 2, label: "other", against: { index: 0, label: "other" } });
  });
});
