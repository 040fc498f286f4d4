/** @file What the command line says about arguments it cannot use. Nothing here gets as far as loading a model. */

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { COMMANDS } from "@calig/node/internal/cli/commands";
import { main } from "@calig/node/internal/cli/main";
import { parseArguments } from "@calig/node/internal/cli/parser";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

/** Runs a command line that must be refused as misuse, and gives the message. */
async function refused(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^Error: [^\n]+[^.\n]\n$/);
  return stderr.slice("Error: ".length, -1);
}

describe("options", () => {
  test.each([
    [["--stpes", "4"], 'Unknown option "--stpes": did you mean "--steps"? Run "calig explain --help" for all options'],
    [["--zzzzzz"], 'Unknown option "--zzzzzz": Run "calig explain --help" for all options'],
    [
      ["-5 degrees and falling"],
      'Unknown option "-5 degrees and falling": for a text that starts with a dash, write -- before it',
    ],
    [["x", "--steps"], 'Option "--steps N|auto" needs a value: Run "calig explain --help" for all options'],
    [["x", "--steps", "0"], 'Cannot use --steps "0": give a whole number from 1 to 10000, or "auto"'],
    [["x", "--steps", "2.5"], 'Cannot use --steps "2.5": give a whole number from 1 to 10000, or "auto"'],
    [["x", "--lambda", "2"], 'Cannot use --lambda "2": give a number from 0 to 1'],
    [["x", "--tolerance", "0"], 'Cannot use --tolerance "0": give a number greater than 0'],
    [["x", "--fusion", "sum"], 'Cannot use --fusion "sum": use one of "transport", "additive", "gate"'],
    [
      ["x", "--layers", "3-1"],
      'Cannot use --layers "3-1": give block numbers from 0 and ranges of them, smaller block first, separated by commas, as in "0,2-4"',
    ],
    [["x", "--memory", "lots"], 'Cannot use --memory "lots": give a size such as "512MB" or "2GB", at least 1MB'],
    [["x", "--threads", "0"], 'Cannot use --threads "0": give a whole number from 1 to 1024'],
    [["x", "--seed", "-1"], 'Cannot use --seed "-1": give a whole number of at least 0'],
    [["x", "--color", "yes"], 'Cannot use --color "yes": use one of "auto", "always", "never"'],
  ])("explain %j", async (argv, message) => {
    expect(await refused("explain", ...argv)).toBe(message);
  });

  test("are still taken by their former names, which help does not show", async () => {
    const place = ["--dataset", "reviews.csv"];
    expect(await refused("evaluate", ...place, "--substrate", "x")).toMatch(
      /^Cannot use --substrate "x": use one of "mask"/,
    );
    expect(await refused("evaluate", ...place, "--units", "x")).toBe(
      'Cannot use --units "x": use one of "word", "token", "part"',
    );
    const parsed = parseArguments(["evaluate", ...place, "--substrate", "pad", "--units", "token"], {
      commands: COMMANDS,
      extensions: NO_EXTENSIONS,
      columns: 80,
      colors: false,
    });
    expect(parsed).toMatchObject({ kind: "run", options: { replacement: "pad", features: "token" } });
    const { stdout } = await runCli(["evaluate", "--help"]);
    expect(stdout).toContain("--replacement");
    expect(stdout).not.toMatch(/--substrate|--units/);
  });

  test("names every method when one is unknown", async () => {
    expect(await refused("explain", "x", "--method", "magic")).toMatch(
      /^Cannot use --method "magic": use one of "ca-lig", "integrated-gradients"/,
    );
  });
});

describe("commands", () => {
  test("an unknown command gets the nearest known one", async () => {
    expect(await refused("explian", "x")).toBe(
      'Unknown command "explian": did you mean "explain"? Run "calig --help" for all commands',
    );
  });

  test("a text in the place of a command gets the command that explains it", async () => {
    expect(await refused("A fine film")).toBe(
      'Unknown command "A fine film": to explain this text, run calig explain "A fine film"',
    );
  });

  test("without a command the help goes to standard error", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: calig COMMAND [options]");
  });

  test("arguments that a command does not take are refused", async () => {
    expect(await refused("models", "sst2")).toMatch(/^Too many arguments/);
  });
});

describe("what to explain", () => {
  test("nothing, on a terminal", async () => {
    const { code, stderr } = await runCli(["explain"], { isTTY: { stdin: true } });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'Error: Nothing to explain: give a text, as in calig explain "A moving film", or a file of texts with --input\n',
    );
  });

  test("nothing, with a pipe", async () => {
    expect(await refused("explain")).toContain("or - to read it from standard input");
  });

  test.each([
    ["explain", ""],
    ["explain", " \n\t "],
    ["explain", "--text", ""],
    ["explain", "-"],
  ])("an empty text: %j %j %j", async (...argv) => {
    expect(await refused(...argv)).toBe("Cannot explain an empty text: give at least one word");
  });

  test("words without quotes", async () => {
    expect(await refused("explain", "a", "fine", "film")).toBe(
      'Cannot explain 3 separate arguments: put the text in quotes, as in calig explain "a fine film"',
    );
  });

  test("two things at once", async () => {
    expect(await refused("explain", "a film", "--text", "b", "--input", "c.csv")).toBe(
      "Cannot explain TEXT and --text and --input at once: give one of them",
    );
    expect(await refused("explain", "--input", "c.csv", "--pair", "b")).toMatch(/^Cannot use --pair with --input/);
  });

  test("the name of a file", async () => {
    const folder = await tempFolder({ "reviews.csv": "text\nx\n", "a cat.png": "", "notes.md": "" });
    const of = (name: string) => join(folder, name);
    expect(await refused("explain", of("reviews.csv"))).toBe(
      `Cannot explain "${of("reviews.csv")}": it is a file; to explain the texts in it run calig explain --input ${of("reviews.csv")}, to explain the name itself give it with --text`,
    );
    expect(await refused("explain", of("a cat.png"))).toContain(`run calig explain --image "${of("a cat.png")}"`);
    expect(await refused("explain", of("notes.md"))).toContain(`run calig explain - < ${of("notes.md")}`);
    expect(await refused("explain", folder)).toContain("it is a folder; to use it as the model give --model");
  });

  test("an input file that is not there", async () => {
    expect(await refused("explain", "--input", "none.jsonl")).toBe(
      'Cannot read inputs from "none.jsonl": there is no such file',
    );
  });

  test("an image that is not there", async () => {
    const { code, stderr } = await runCli(["explain", "--image", "cat.png"]);
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot read the picture "cat.png": there is no such file; give an image file');
  });
});

describe("where results go", () => {
  test("an ending that tells no format", async () => {
    expect(await refused("explain", "x", "--out", "result.docx")).toMatch(
      /^Cannot tell the format of "result.docx" from its ending: use one of ".txt", .*".html"/,
    );
  });

  test("a folder that is not there", async () => {
    const folder = await tempFolder();
    expect(await refused("explain", "x", "--out", join(folder, "none/result.json"))).toBe(
      `Cannot write "${join(folder, "none/result.json")}": there is no folder "${join(folder, "none")}"; make it first`,
    );
  });

  test("the file that the inputs are read from", async () => {
    const path = join(await tempFolder({ "a.jsonl": '{"text": "x"}' }), "a.jsonl");
    expect(await refused("explain", "--input", path, "--out", path)).toBe(
      `Cannot write "${path}": it is the file that the inputs are read from; name another file`,
    );
  });

  test("--json together with another format", async () => {
    expect(await refused("explain", "x", "--json", "--format", "svg")).toBe(
      "Cannot use --json together with --format svg: give one of them",
    );
  });

  test("several formats for one file", async () => {
    expect(await refused("explain", "x", "--format", "json,svg")).toBe(
      'Cannot write the formats "json", "svg" to standard output: give one format, or --out with a folder (a path that ends in /)',
    );
  });

  test("several results in a format for one", async () => {
    const folder = await tempFolder({ "a.txt": "one\ntwo\n" });
    await mkdir(join(folder, "out"));
    expect(await refused("explain", "--input", join(folder, "a.txt"), "--out", join(folder, "out/a.svg"))).toMatch(
      /^Cannot put several results into one svg output/,
    );
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });
});

describe("help and version", () => {
  test("--version prints the version of the package", async () => {
    const { code, stdout, stderr } = await runCli(["--version"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("--help lists every command", async () => {
    const { code, stdout } = await runCli(["--help"]);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(`\n  ${name} `);
      expect(stdout.replace(/\s+/g, " ")).toContain(summary);
    }
  });

  test.each(COMMANDS.map(({ name }) => name))("calig %s --help fits the width and shows its examples", async (name) => {
    const asked = await runCli([name, "--help"], { columns: 100 });
    const helped = await runCli(["help", name], { columns: 100 });
    expect(asked).toEqual({ code: 0, stdout: helped.stdout, stderr: "" });
    const { examples: shown } = COMMANDS.find((command) => command.name === name) as (typeof COMMANDS)[number];
    expect(shown.length).toBeGreaterThan(0);
    const [before, examples] = asked.stdout.split("Examples:");
    for (const example of shown) expect(examples).toContain(example.command);
    for (const line of (before as string).split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });
});

test("a closed pipe is not a failure", async () => {
  const closed = () =>
    new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      },
    });
  const code = await main(["--help"], {
    stdin: Readable.from([]),
    stdout: closed(),
    stderr: closed(),
    env: {},
    isTTY: { stdin: false, stdout: false, stderr: false },
    columns: undefined,
    signal: new AbortController().signal,
  });
  expect(code).toBe(0);
});
