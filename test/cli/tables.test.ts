/** @file Tables on the command line: columns and separators that are named, refusals, and ids in results and file names. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { describe, expect, test, vi } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

vi.mock(import("@calig/node/internal/node/load-model"), async (original) =>
  (await import("../support/shared-models.ts")).shareModels(await original()),
);

const tempFolder = useTempFolders();

const FAST = ["--layers", "5", "--steps", "2", "--tolerance", "1"];

type Line = TextExplanation & { readonly source: Readonly<Record<string, unknown>> };

const linesOf = (stdout: string): Line[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

describe("explain --input", () => {
  test("reads the columns that are named; ids and labels go into the results", async () => {
    const folder = await tempFolder({ "a.csv": "nr;was;wie\nx/1;Good, really good;gut\nx/2;Dull;schlecht\n" });
    const file = join(folder, "a.csv");
    const named = ["--text-column", "was", "--id-column", "nr", "--label-column", "wie"];
    const { code, stdout, stderr } = await runCli(["explain", "--input", file, "--json", ...named, ...FAST]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(linesOf(stdout).map(({ input, source }) => [input.text, source])).toEqual([
      ["Good, really good", { file, line: 2, id: "x/1", label: "gut" }],
      ["Dull", { file, line: 3, id: "x/2", label: "schlecht" }],
    ]);
    await runCli(["explain", "--input", file, "--out", join(folder, "out/"), ...named, ...FAST]);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["x_1.html", "x_2.html"]);
  });

  test("says which columns it took, and leaves no pair out", async () => {
    const folder = await tempFolder({ "a.csv": "sentence1,sentence2\nA man eats,A man sleeps\n" });
    const file = join(folder, "a.csv");
    const { stdout, stderr } = await runCli(["explain", "--input", file, "--json", ...FAST]);
    expect(stderr).toBe(`Reading texts from column "sentence1", second texts from column "sentence2" of ${file}\n`);
    expect(linesOf(stdout)[0]?.input.text).toBe("A man eats\nA man sleeps");
  });

  test("items of a list in JSON have numbers, and files of their own", async () => {
    const folder = await tempFolder({ "a.json": '["Good", {"text": "Dull", "id": "item-0001"}, "Good"]' });
    const file = join(folder, "a.json");
    const { stdout } = await runCli(["explain", "--input", file, "--json", ...FAST]);
    expect(linesOf(stdout).map(({ source }) => source)).toEqual([
      { file, item: 1 },
      { file, item: 2, id: "item-0001" },
      { file, item: 3 },
    ]);
    await runCli(["explain", "--input", file, "--out", join(folder, "out/"), ...FAST]);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([
      "item-0001-item-0002.html",
      "item-0001.html",
      "item-0003.html",
    ]);
  });

  test("a table that cannot be read is one refusal, and nothing is written", async () => {
    const folder = await tempFolder({ "a.csv": "text\nGood\nWell, well, well\n", "out.jsonl": "as it was\n" });
    const { code, stdout, stderr } = await runCli([
      "explain",
      "--input",
      join(folder, "a.csv"),
      "--out",
      join(folder, "out.jsonl"),
      ...FAST,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("line 3: 3 cells for 1 column: quote the text");
    expect(await readFile(join(folder, "out.jsonl"), "utf8")).toBe("as it was\n");
    expect((await readdir(folder)).sort()).toEqual(["a.csv", "out.jsonl"]);
  });

  test.each([
    [
      ["--input", "FILE", "--text-column", "nope"],
      'Cannot use --text-column "nope" with "FILE": it has the columns "text"',
    ],
    [["--input", "FILE", "--separator", ""], 'Cannot use separator ""'],
    [["Good", "--text-column", "text"], "Cannot use --text-column without a file of texts: name one with --input"],
    [["--input", "FOLDER/empty", "--separator", ";"], "Cannot use --separator without a file of texts"],
  ])("%j is misuse", async (argv, message) => {
    const folder = await tempFolder({ "a.csv": "text\nGood\n", "empty/note.txt": "" });
    const named = (text: string) => text.replace("FILE", join(folder, "a.csv")).replace("FOLDER", folder);
    const { code, stdout, stderr } = await runCli(["explain", ...argv.map(named)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(named(message));
  });
});

describe("a text from standard input", () => {
  test.each([
    ["Latin-1", Uint8Array.of(0x63, 0x61, 0x66, 0xe9), "it is not UTF-8 text: byte 0xE9 in line 1"],
    ["gzip", gzipSync("Good"), "it is compressed (gzip)"],
  ])("in %s is refused", async (_, stdin, message) => {
    const { code, stdout, stderr } = await runCli(["explain", "-"], { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Cannot read standard input: ${message}`);
  });
});

test("the name of a file that calig does not read comes with the way out, not as a text", async () => {
  const file = join(await tempFolder({ "a.feather": "" }), "a.feather");
  const { code, stderr } = await runCli(["explain", file]);
  expect(code).toBe(2);
  expect(stderr).toContain("it is an Arrow or Feather file: write it as JSON lines");
});

describe("evaluate --dataset", () => {
  const run = async (name: string, content: string, ...argv: string[]) => {
    const file = join(await tempFolder({ [name]: content }), name);
    return runCli([
      "evaluate",
      "--dataset",
      file,
      "--methods",
      "saliency",
      "--metrics",
      "deletion",
      "--curve-steps",
      "2",
      "--json",
      ...argv,
    ]);
  };

  test("reads the columns that are named, and labels by common names", async () => {
    const named = await run(
      "a.csv",
      "what|how\nGood, good|positive\nDull|positive\n",
      "--text-column",
      "what",
      "--label-column",
      "how",
    );
    expect(named.code).toBe(0);
    expect((JSON.parse(named.stdout) as Evaluation).dataset.accuracy?.value).toBe(0.5);
    const common = await run("a.json", '{"data": [{"review": "Good, good", "sentiment": 1}]}');
    expect(common.stderr).toContain('Reading texts from field "review", labels from field "sentiment"');
    expect((JSON.parse(common.stdout) as Evaluation).dataset.accuracy?.value).toBe(1);
  });

  test("a label that the model does not have is told with its item and the labels of the model", async () => {
    const { code, stderr } = await run("a.json", '[{"text": "Good", "label": 1}, {"text": "Dull", "label": "boring"}]');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /a\.json, item 2: label "boring" is none of the model "sst2", which has .*negative.*positive/,
    );
  });

  test("a ragged table is refused, or its rows are left out when asked", async () => {
    const content = "text,label\nGood, good,1\nDull,0\n";
    const refused = await run("a.csv", content);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("line 2: 3 cells for 2 columns");
    const skipped = await run("a.csv", content, "--bad-rows", "skip");
    expect((JSON.parse(skipped.stdout) as Evaluation).dataset).toMatchObject({ size: 1, skipped: 1 });
  });
});
