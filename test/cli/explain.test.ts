/** @file `calig explain` with the built-in model, from arguments to output. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import { describe, expect, test, vi } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

vi.mock(import("@calig/node/internal/node/load-model"), async (original) =>
  (await import("../support/shared-models.ts")).shareModels(await original()),
);

const tempFolder = useTempFolders();

const TEXT = "A gripping and beautifully acted film";
/** Fast settings without warnings, for tests that are not about the numbers. */
const FAST = ["--layers", "5", "--steps", "2", "--tolerance", "1"];
const ESCAPE = "\u001b[";

describe("text to the terminal", () => {
  test("says what was predicted and which words support it, without colours when piped", async () => {
    const { code, stdout, stderr } = await runCli(["explain", TEXT]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("positive");
    for (const word of TEXT.split(" ")) expect(stdout).toContain(word);
    expect(stdout).not.toContain(ESCAPE);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each([
    ["a terminal with colours", { TERM: "xterm-256color" }, true, [], true],
    ["NO_COLOR", { TERM: "xterm-256color", NO_COLOR: "1" }, true, [], false],
    ["--color never", { TERM: "xterm-256color" }, true, ["--color", "never"], false],
    ["--color always in a pipe", {}, false, ["--color", "always"], true],
  ] as const)("%s", async (_name, env, stdout, argv, colored) => {
    const run = await runCli(["explain", TEXT, ...FAST, ...argv], { env, isTTY: { stdout } });
    expect(run.code).toBe(0);
    expect(run.stdout.includes(ESCAPE)).toBe(colored);
  });

  test("uses the width of the terminal, or the one asked for", async () => {
    const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
    const wide = await runCli(["explain", TEXT, ...FAST], { columns: 120 });
    const narrow = await runCli(["explain", TEXT, ...FAST, "--columns", "50"], { columns: 120 });
    expect(widest(wide.stdout)).toBeGreaterThan(80);
    expect(widest(wide.stdout)).toBeLessThanOrEqual(120);
    expect(widest(narrow.stdout)).toBeLessThanOrEqual(50);
  });

  test("reads the text from standard input for -", async () => {
    const piped = await runCli(["explain", "-", "--json", ...FAST], { stdin: `${TEXT}\n` });
    expect(piped.code).toBe(0);
    expect((JSON.parse(piped.stdout) as TextExplanation).input.text).toBe(TEXT);
  });
});

describe("progress", () => {
  test("is shown on a terminal and taken off again", async () => {
    const { code, stderr } = await runCli(["explain", TEXT, ...FAST], {
      isTTY: { stderr: true },
      env: { TERM: "xterm" },
    });
    expect(code).toBe(0);
    expect(stderr).toContain("loading sst2");
    expect(stderr).toContain("100%");
    // Ends by erasing its line.
    expect(stderr.endsWith(`${ESCAPE}1G${ESCAPE}2K`)).toBe(true);
  });

  test.each([
    ["with --quiet", ["--quiet"], "xterm"],
    ["on a dumb terminal", [], "dumb"],
  ])("is not shown %s", async (_name, argv, TERM) => {
    const run = await runCli(["explain", TEXT, ...FAST, ...argv], { isTTY: { stderr: true }, env: { TERM } });
    expect(run).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("JSON", () => {
  const json = async (...argv: string[]): Promise<TextExplanation> => {
    const { code, stdout, stderr } = await runCli(["explain", TEXT, "--format", "json", ...argv]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as TextExplanation;
  };

  test("has the fields of the contract, version 3", async () => {
    const explanation = await json();
    const keys = (value: unknown) => Object.keys(value as object);
    expect(keys(explanation)).toEqual([
      "version",
      "layout",
      "model",
      "input",
      "target",
      "predictions",
      "features",
      "attribution",
      "words",
      "supporting",
      "opposing",
      "blocks",
      "method",
      "completeness",
      "cost",
      "warnings",
    ]);
    expect(keys(explanation.model)).toEqual([
      "id",
      "family",
      "task",
      "blocks",
      "heads",
      "width",
      "activation",
      "sha256",
      "card",
    ]);
    expect(explanation.input).toEqual({ kind: "text", text: TEXT });
    expect(keys(explanation.target)).toEqual(["index", "label", "score", "kind", "probability"]);
    expect(keys(explanation.predictions[0])).toEqual(["index", "label", "logit", "probability"]);
    expect(keys(explanation.features[1])).toEqual(["text", "start", "end", "special", "word"]);
    expect(keys(explanation.words[0])).toEqual(["text", "start", "end", "attribution"]);
    expect(keys(explanation.supporting[0])).toEqual(["text", "start", "end", "attribution"]);
    expect(keys(explanation.blocks[0])).toEqual([
      "index",
      "relevance",
      "attentionEvidence",
      "fused",
      "weight",
      "completeness",
    ]);
    expect(keys(explanation.blocks[0]?.completeness)).toEqual([
      "scoreAtInput",
      "scoreAtBaseline",
      "sum",
      "delta",
      "relativeError",
      "points",
      "converged",
    ]);
    expect(keys(explanation.method)).toEqual(["name", "options"]);
    expect(keys(explanation.completeness)).toEqual(["scoreAtInput", "scoreAtBaseline", "delta", "relativeError"]);
    expect(keys(explanation.cost)).toEqual(["milliseconds", "modelEvaluations", "peakBytes"]);
    expect(explanation.version).toBe(3);
    expect(explanation.attribution).toHaveLength(explanation.features.length);
    for (const { text, start, end } of explanation.words) expect(TEXT.slice(start, end)).toBe(text);
  });

  test("is the same for the same command", async () => {
    // By its folder, so that it is loaded each time.
    const command = ["--model", "packages/model-sst2", ...FAST];
    const [{ cost: _first, ...first }, { cost: _second, ...second }] = [await json(...command), await json(...command)];
    expect(first).toEqual(second);
  });

  test("passes every option on", async () => {
    const { target, blocks, method } = await json(
      ...["--target", "negative", "--score", "probability", "--baseline", "pad", "--steps", "3", "--tolerance", "0.5"],
      ...["--quadrature", "riemann-mid", "--fusion", "additive", "--lambda", "0.25", "--layers", "1,3-4"],
      ...["--layer-weights", "1,1,2", "--seed", "7", "--memory", "1GB", "--threads", "1", "--method", "ca-lig"],
    );
    expect(target).toMatchObject({ label: "negative", kind: "probability" });
    expect(blocks.map(({ index, weight }) => [index, weight])).toEqual([
      [1, 0.25],
      [3, 0.25],
      [4, 0.5],
    ]);
    expect(blocks.map(({ completeness }) => completeness.points)).toEqual([3, 3, 3]);
    expect(method.options).toMatchObject({
      baseline: "pad",
      steps: 3,
      tolerance: 0.5,
      quadrature: "riemann-mid",
      fusion: "additive",
      lambda: 0.25,
      seed: 7,
    });
    expect((await json("--against", "negative", ...FAST)).target.against?.label).toBe("negative");
  });
});

describe("what the model cannot do", () => {
  test.each([
    [
      ["--target", "neutral"],
      2,
      /^Error: Cannot find target "neutral": the model "sst2" has the classes "negative" \(#0\), "positive" \(#1\)/,
    ],
    [["--layers", "40"], 2, /^Error: Cannot explain block 40: the model has blocks 0 to 5\n$/],
    [
      ["--layer-weights", "1,2"],
      2,
      /^Error: Cannot use layer weights \[1, 2\]: 6 blocks are explained, give 6 weights\n$/,
    ],
    [
      ["--model", "no/such/folder"],
      1,
      /^Error: Cannot load model "no\/such\/folder": there is no such folder, .* built in: "sst2", "cifar10"\n$/,
    ],
    [
      ["--model", "package.json"],
      1,
      /^Error: Cannot load model "package.json": it is a file; give an .onnx or a .gguf file, or the folder/,
    ],
    [
      ["--model", "scripts"],
      1,
      /^Error: Cannot load model "scripts": there is no "config.json" and no .onnx file in it; give the folder/,
    ],
  ] as const)("%j: exit code %i", async (argv, code, message) => {
    const run = await runCli(["explain", TEXT, "--steps", "1", ...argv]);
    expect(run).toMatchObject({ code, stdout: "" });
    expect(run.stderr).toMatch(message);
  });

  test("an image with a model that reads texts", async () => {
    const run = await runCli(["explain", "--image", "cat.png", "--model", "sst2"]);
    expect(run).toEqual({
      code: 1,
      stdout: "",
      stderr:
        'Error: Cannot explain the picture "cat.png" with model "sst2": it reads texts; name a model that reads images with --model\n',
    });
  });

  test("--debug adds the stack and what caused the error", async () => {
    const folder = await tempFolder({ "config.json": "{" });
    const { stderr } = await runCli(["explain", TEXT, "--model", folder, "--debug"]);
    expect(stderr).toMatch(/\n {4}at .*loading\/contents\.ts/);
    expect(stderr).toContain("Caused by: SyntaxError");
  });
});

describe("a text longer than the model reads", () => {
  const cheap = ["--layers", "5", "--steps", "1", "--tolerance", "10", "--format", "json"];
  const codes = (json: string) => (JSON.parse(json) as TextExplanation).warnings.map((warning) => warning.code);

  test("is explained in windows, with a warning", async () => {
    const { code, stdout, stderr } = await runCli(["explain", "fine ".repeat(700), ...cheap]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Warning: The text has 702 tokens, the model reads 512: it was read in 2 [^\n]*\n$/);
    expect((JSON.parse(stdout) as TextExplanation).words).toHaveLength(700);
    expect(codes(stdout)).toEqual(["windows"]);
  });

  test("is truncated on demand, with a warning", async () => {
    const argv = ["explain", "fine ".repeat(10_000), ...cheap, "--long-text", "truncate"];
    const { code, stdout, stderr } = await runCli(argv);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Warning: The text has 10002 tokens, the model reads 512: only the first \d+ characters[^\n]*\n$/,
    );
    expect(codes(stdout)).toEqual(["truncated"]);
  });
});

describe("warnings", () => {
  // One point is too few for the default tolerance.
  const argv = ["explain", TEXT, "--layers", "0", "--steps", "1"];

  test("go to standard error when the result does not show them", async () => {
    expect((await runCli([...argv, "--format", "json"])).stderr).toMatch(
      /^Warning: The completeness error is above 1 %/,
    );
    expect((await runCli([...argv, "--format", "json", "--quiet"])).stderr).toBe("");
    expect((await runCli(argv)).stderr).toBe("");
  });

  test("are none where options have no effect: those are refused", async () => {
    const { code, stderr } = await runCli(["explain", TEXT, ...FAST, "--lambda", "0.3"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'Error: Cannot use --lambda 0.3 with --fusion "transport": it has no effect there; leave it out, or give --fusion "additive"\n',
    });
  });
});

describe("--out", () => {
  test.each([
    ["html", /^<!doctype html>/i],
    ["json", /^\{/],
    ["jsonl", /^\{[^\n]*\}\n$/],
    ["md", /^#+ /],
    ["svg", /^<svg /],
    ["txt", /positive/],
  ])("writes .%s and says so on standard error", async (extension, content) => {
    const folder = await tempFolder();
    const path = join(folder, `result.${extension}`);
    const run = await runCli(["explain", TEXT, ...FAST, "--out", path]);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain(`Wrote ${path}`);
    expect(await readFile(path, "utf8")).toMatch(content);
    expect(await readdir(folder)).toEqual([`result.${extension}`]);
  });

  test("--format wins over the ending", async () => {
    const path = join(await tempFolder(), "result.txt");
    await runCli(["explain", TEXT, ...FAST, "--out", path, "--format", "json"]);
    expect((JSON.parse(await readFile(path, "utf8")) as TextExplanation).version).toBe(3);
  });

  test("a folder gets a file per format", async () => {
    const folder = join(await tempFolder(), "new/");
    const { code, stderr } = await runCli(["explain", TEXT, ...FAST, "--out", folder, "--format", "json,svg"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Wrote 2 files to ${folder}\n` });
    expect((await readdir(folder)).sort()).toEqual(["explanation.json", "explanation.svg"]);
  });

  test("a failed command leaves an existing file as it was", async () => {
    const path = join(await tempFolder({ "result.json": "precious" }), "result.json");
    const run = await runCli(["explain", TEXT, "--target", "neutral", "--out", path]);
    expect(run.code).toBe(2);
    expect(await readFile(path, "utf8")).toBe("precious");
  });
});

describe("--input", () => {
  const LINES = ['{"text": "A fine film", "id": "good"}', "not JSON", '{"text": ""}', '{"text": "A dull film"}'].join(
    "\n",
  );

  test("explains what it can, reports the rest by line, and fails at the end", async () => {
    const file = join(await tempFolder({ "texts.jsonl": LINES }), "texts.jsonl");
    const { code, stdout, stderr } = await runCli(["explain", "--input", file, "--format", "json", ...FAST]);
    expect(code).toBe(1);
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as TextExplanation & { source: unknown });
    expect(
      results.map(({ input, target, source }) => [input.kind === "text" && input.text, target.label, source]),
    ).toEqual([
      ["A fine film", "positive", { file, line: 1, id: "good" }],
      ["A dull film", "negative", { file, line: 4 }],
    ]);
    expect(stderr).toBe(
      [
        `Error: ${file}, line 2: the line is not valid JSON`,
        `Error: ${file}, line 3: field "text" is empty`,
        "Error: 2 of 4 texts could not be explained\n",
      ].join("\n"),
    );
  });

  test("prints one result after the other to a terminal", async () => {
    const file = join(await tempFolder({ "texts.txt": "A fine film\nA dull film\n" }), "texts.txt");
    const { code, stdout } = await runCli(["explain", "--input", file, ...FAST]);
    expect(code).toBe(0);
    expect(stdout.indexOf(`${file}, line 1`)).toBe(0);
    expect(stdout.indexOf(`${file}, line 2`)).toBeGreaterThan(stdout.indexOf("positive"));
  });

  test.each([
    ["results.jsonl", /^\{[^\n]+\}\n\{[^\n]+\}\n$/],
    ["results.json", /^\[\n/],
    ["results.html", /A fine film.*A dull film/s],
    ["results.md", /\n---\n/],
  ])("puts all results into %s", async (name, content) => {
    const folder = await tempFolder({ "texts.csv": "text\nA fine film\nA dull film\n" });
    const { code } = await runCli([
      "explain",
      "--input",
      join(folder, "texts.csv"),
      "--out",
      join(folder, name),
      ...FAST,
    ]);
    expect(code).toBe(0);
    expect(await readFile(join(folder, name), "utf8")).toMatch(content);
    expect((await readdir(folder)).sort()).toEqual([name, "texts.csv"]);
  });

  test("gives every result a file of its own in a folder, named after id or line", async () => {
    const folder = await tempFolder({
      "texts.csv": "id,text\n../a,A fine film\n,A dull film\nB/1,A film\nb/1,The film\n",
    });
    const { code } = await runCli([
      "explain",
      "--input",
      join(folder, "texts.csv"),
      "--out",
      join(folder, "out/"),
      ...FAST,
    ]);
    expect(code).toBe(0);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([
      "B_1.html",
      "a.html",
      "b_1-line-0005.html",
      "line-0003.html",
    ]);
    expect((await readdir(folder)).sort()).toEqual(["out", "texts.csv"]);
  });
});

describe("interruption", () => {
  test("ends with 130 and leaves no half file", async () => {
    const folder = await tempFolder({ "texts.txt": "A fine film\nA dull film\nA film\n", "results.jsonl": "precious" });
    const interrupted = new AbortController();
    // The file system is the only witness of progress here: abort when the first line is in the temporary file.
    const poll = setInterval(async () => {
      for (const name of await readdir(folder)) {
        if (name.endsWith(".tmp") && (await readFile(join(folder, name), "utf8").catch(() => "")) !== "")
          interrupted.abort();
      }
    }, 5);
    const run = await runCli(
      ["explain", "--input", join(folder, "texts.txt"), "--out", join(folder, "results.jsonl")],
      { signal: interrupted.signal },
    );
    clearInterval(poll);
    expect(run).toMatchObject({ code: 130, stdout: "", stderr: expect.stringMatching(/Interrupted\n$/) as string });
    expect((await readdir(folder)).sort()).toEqual(["results.jsonl", "results.jsonl.partial.jsonl", "texts.txt"]);
    expect(await readFile(join(folder, "results.jsonl"), "utf8")).toBe("precious");
  });

  test("stops between two runs of the engine", async () => {
    const interrupted = new AbortController();
    const { code, stdout, stderr } = await runCli(
      ["explain", "--input", await threeTexts(), "--format", "json", ...FAST],
      {
        signal: interrupted.signal,
        onStdout: () => interrupted.abort(),
      },
    );
    expect({ code, stderr }).toEqual({ code: 130, stderr: "Interrupted\n" });
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  async function threeTexts(): Promise<string> {
    const file = join(await tempFolder(), "texts.txt");
    await writeFile(file, "A fine film\nA dull film\nA film\n");
    return file;
  }
});

describe("counterfactuals", () => {
  const FORGETS = "A gripping film that forgets to end";
  const run = (...argv: string[]) => runCli(["explain", FORGETS, "--effort", "fast", ...argv]);
  test("are tried for people, and not where they say no or want an instant", async () => {
    const [shown, off, instant] = [
      await run("--verbose"),
      await run("--no-counterfactuals"),
      await runCli(["explain", FORGETS, "--effort", "instant"]),
    ];
    expect(shown.stdout).toMatch(/without forgets +positive +\d/);
    expect(shown.stdout).toContain("The decision changes without forgets.");
    expect(shown.stdout).toContain("What would change it");
    for (const { stdout, code } of [off, instant]) {
      expect(code).toBe(0);
      expect(stdout).not.toContain("What would change it");
    }
  });

  test("are in JSON where they are asked for", async () => {
    const { counterfactuals } = JSON.parse((await run("--json")).stdout) as TextExplanation;
    expect(counterfactuals).toBeUndefined();
    const asked = JSON.parse((await run("--json", "--counterfactuals")).stdout) as TextExplanation;
    expect(asked.counterfactuals?.smallestFlip?.features.map(({ text }) => text)).toEqual(["forgets"]);
    expect(asked.counterfactuals?.searched.limit).toBe(256);
  });
});
