/** @file `calig report --case`: reports on one decision, and the command in them gives the same numbers. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { CaseReport } from "@calig/core/internal/report/case/case-report";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { sentence } from "../render/fixtures.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
let folder: string;
let texts: string;
let pictures: string;

beforeAll(async () => {
  [folder, texts, pictures] = await Promise.all([
    tempFolder(),
    tempFolder(tinyBertFiles()),
    tempFolder(tinyVitFiles()),
  ]);
  await writeFile(
    join(folder, "two.jsonl"),
    ["a1", "a2"].map((id) => `${JSON.stringify({ ...sentence, source: { file: "r.csv", line: 2, id } })}\n`).join(""),
  );
});

/** The words of a command, as a shell makes them. */
function wordsOf(command: string): string[] {
  const printed = execFileSync("sh", ["-c", `calig() { printf '%s\\0' "$@"; }\n${command}`], { encoding: "utf8" });
  return printed.split("\0").slice(0, -1);
}

const explained = async (argv: readonly string[]): Promise<Explanation> => {
  const { code, stdout, stderr } = await runCli(["explain", ...argv]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as Explanation;
};

async function caseOf(explanation: Explanation, argv: readonly string[]): Promise<CaseReport> {
  const file = join(folder, "case.json");
  await writeFile(file, JSON.stringify(explanation));
  return JSON.parse((await runCli(["report", file, "--case", "1", "--json", ...argv])).stdout) as CaseReport;
}

describe("the command in a report", () => {
  const QUICK = ["--steps", "3", "--quadrature", "riemann-trapezoid", "--tolerance", "10", "--json"];

  test.each<[string, string[]]>([
    ["a text with quotes", ["--text", `It's a "fine" film, $5!`]],
    [
      "a pair, against another class",
      ["--text", "a fine film", "--pair", "a dull film", "--target", "yes", "--against", "no"],
    ],
    [
      "other blocks, fusion and baselines",
      [
        "--text",
        "a fine film",
        "--baseline",
        "pad,custom",
        "--baseline-text",
        "a dull one",
        "--layers",
        "1",
        "--fusion",
        "additive",
        "--lambda",
        "0.3",
      ],
    ],
  ])("gives the same numbers: %s", async (_, argv) => {
    const made = await explained(["--model", texts, ...argv, ...QUICK]);
    const { repeat, evidence } = await caseOf(made, ["--model", texts]);
    const [, ...words] = ["calig", ...wordsOf(repeat.command as string)];
    expect(words.shift()).toBe("explain");
    const again = await explained(words);
    expect(again.attribution).toEqual(made.attribution);
    expect(again.method).toEqual(made.method);
    const named = made.layout === "text" ? made.words : [];
    expect(evidence.supporting.map(({ attribution }) => attribution)).toEqual(
      named
        .map(({ attribution }) => attribution)
        .filter((value) => value > 0)
        .sort((a, b) => b - a),
    );
  });

  test("gives the same numbers of a picture, whose file is the one of the checksum", async () => {
    const file = join(folder, "dots.png");
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256);
    await sharp(pixels, { raw: { width: 20, height: 16, channels: 3 } })
      .png()
      .toFile(file);
    const made = await explained(["--image", file, "--model", pictures, ...QUICK]);
    const report = await caseOf(Object.assign({}, made, { source: { file } }), ["--model", pictures]);
    expect(report.input.sha256).toBe(
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    );
    const [, ...words] = wordsOf(report.repeat.command as string);
    expect((await explained(words)).attribution).toEqual(made.attribution);
    // Without the file neither a checksum nor a command is made up.
    const without = await caseOf(made, []);
    expect([without.input.sha256, without.repeat.command]).toEqual([null, null]);
  });
});

describe("calig report --case", () => {
  const report = (...argv: string[]) => runCli(["report", join(folder, "two.jsonl"), ...argv]);

  test("writes a page, Markdown and JSON on the one with an id or a number", async () => {
    for (const ending of ["html", "md", "json"]) {
      const out = join(folder, `case.${ending}`);
      expect(await report("--case", "a2", "--out", out)).toEqual({ code: 0, stdout: "", stderr: `Wrote ${out}\n` });
    }
    const made = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as CaseReport;
    expect(made.source).toEqual({ file: "r.csv", line: 2, id: "a2" });
    expect(made.input.sha256).toBe(createHash("sha256").update(sentence.input.text).digest("hex"));
    expect(await readFile(join(folder, "case.html"), "utf8")).toContain("What cannot be concluded");
    expect((await report("--case", "1")).stdout).toMatch(/^# Report on one decision: POSITIVE\n/);
  });

  test("puts what was measured of the method beside it", async () => {
    const file = join(folder, "evaluation.json");
    await writeFile(
      file,
      JSON.stringify({
        version: 3,
        model: sentence.model,
        dataset: { name: "reviews", measured: 50 },
        methods: [{ name: "ca-lig", options: sentence.method.options, randomControl: false }],
        figures: [{ name: "faithfulness", metric: "faithfulness", better: "higher" }],
        results: [{ method: "ca-lig", figure: "faithfulness", value: 0.5, low: 0.4, high: 0.6, inputs: 50 }],
      }),
    );
    const { stdout } = await report("--case", "1", "--evaluation", file);
    expect(stdout).toContain("**Measured on this model: reviews, 50 inputs**");
    expect(stdout).toContain("| faithfulness | 0.500 | 0.400 to 0.600 |");
  });

  test.each<[string[], string]>([
    [["--case", "7"], 'Cannot report on case "7": there are 2 explanations, and none has this id or number'],
    [["--evaluation", "e.json"], "Cannot use --evaluation without --case"],
    [["--case", "1", "--details", "3"], "Cannot use --details with --case"],
    [
      ["--case", "1", "--evaluation", "nowhere.json"],
      'Cannot read an evaluation from "nowhere.json": there is no such file',
    ],
  ])("refuses %j", async (argv, message) => {
    const run = await report(...argv);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });

  test("refuses a file that is no evaluation", async () => {
    const run = await report("--case", "1", "--evaluation", join(folder, "two.jsonl"));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/Cannot read an evaluation from .*two\.jsonl": it is not valid JSON/);
  });
});
