/** @file Plugins on the command line: what they add to a run, where they are found, and what is said of those that are none. */

import { join } from "node:path";
import type { MethodComparison } from "@calig/core/internal/evaluation/method-comparison";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

/** Handed calig/extend, so that it need not be found from a temporary folder. */
const LENGTHS = `export default ({ defineMethod, defineMetric, defineRenderer, meanFigure }) => [
  defineMethod({
    name: "token-length", summary: "how long each token is", signed: false, classSpecific: false,
    run: async ({ input }) => ({
      attribution: input.features.map(({ text, special }) => (special ? 0 : text.length)),
      blocks: [], completeness: null, options: {}, modelEvaluations: 0, warnings: [],
    }),
  }),
  defineMetric({
    name: "largest", summary: "largest attribution", figures: [meanFigure("largest", "none")], revision: 1,
    measure: async ({ attribution }) => [Math.max(...attribution)],
  }),
  defineRenderer({
    name: "words", extension: "words", mediaType: "text/plain", binary: false,
    render: ({ words = [] }) => words.map(({ text, attribution }) => text + "=" + attribution).join(" ") + "\\n",
  }),
];
`;
const TEXT = "A gripping film";
const WORDS = "A=1 gripping=8 film=4\n";

describe("calig --plugin", () => {
  it("adds methods and formats to the options of the run, before or after the command", async () => {
    const folder = await tempFolder({ "lengths.mjs": LENGTHS });
    const plugin = join(folder, "lengths.mjs");
    const argv = ["explain", TEXT, "--method", "token-length", "--format", "words"];
    expect(await runCli([...argv, "--plugin", plugin])).toEqual({ code: 0, stdout: WORDS, stderr: expect.any(String) });
    expect((await runCli([`--plugin=${plugin}`, ...argv])).stdout).toBe(WORDS);
    const help = await runCli(["explain", "--help", "--plugin", plugin]);
    expect(help.stdout.replace(/\s+/g, " ")).toMatch(/one of ca-lig, .* token-length/);
    const without = await runCli(argv);
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(/Cannot use --method "token-length": use one of "ca-lig"/);
  });

  it("is told the format by the ending of a file, and takes its methods into comparisons and evaluations", async () => {
    const folder = await tempFolder({ "lengths.mjs": LENGTHS, "set.jsonl": `${JSON.stringify({ text: TEXT })}\n` });
    const plugin = ["--plugin", "./lengths.mjs"];
    const out = join(folder, "result.words");
    const written = await runCli(["explain", TEXT, "--method", "token-length", "--out", out, ...plugin], { folder });
    expect(written.stderr).toContain(`Wrote ${out}`);
    const compared = await runCli(["compare", TEXT, "--methods", "token-length", "--json", ...plugin], { folder });
    const { methods } = JSON.parse(compared.stdout) as MethodComparison;
    expect(methods.map(({ name, signed }) => [name, signed])).toEqual([
      ["token-length", false],
      ["random", undefined],
    ]);
    expect(methods[0]?.attribution).toEqual([1, 8, 4]);
    const evaluated = await runCli(
      [
        "evaluate",
        "--dataset",
        join(folder, "set.jsonl"),
        "--methods",
        "token-length",
        "--metrics",
        "largest",
        "--json",
        ...plugin,
      ],
      { folder },
    );
    const { results } = JSON.parse(evaluated.stdout) as { results: readonly { method: string; value: number }[] };
    expect(results.find(({ method }) => method === "token-length")?.value).toBe(8);
  });

  it("is found in package.json of the folder where the command runs, and in no other", async () => {
    const folder = await tempFolder({
      "lengths.mjs": LENGTHS,
      "package.json": JSON.stringify({ calig: { plugins: ["./lengths.mjs"] } }),
      "below/readme.txt": "",
    });
    const argv = ["explain", TEXT, "--method", "token-length", "--format", "words"];
    const { stdout, stderr } = await runCli(argv, { folder });
    expect(stdout).toBe(WORDS);
    // Nobody named it in the command: who runs calig in a folder of others should see what it brings.
    expect(stderr).toMatch(/^Plugins of ".*package\.json": "\.\/lengths\.mjs"\n/);
    expect((await runCli([...argv, "--quiet"], { folder })).stderr).toBe("");
    expect((await runCli(argv, { folder: join(folder, "below") })).code).toBe(2);
    expect((await runCli([...argv, "--plugin", "./lengths.mjs"], { folder })).stdout).toBe(WORDS);
  });

  it.each([
    ["is not there", { file: "./none.mjs" }, /Cannot load plugin ".*none\.mjs": .*check the path/],
    ["is no JavaScript", { text: "export const = 1" }, /Cannot load plugin ".*plugin\.mjs": \S/],
    ["fails", { text: 'throw new Error("no luck")' }, /Cannot load plugin ".*plugin\.mjs": no luck/],
    [
      "exports nothing known",
      { text: "export const method = { name: 'x' };" },
      /Cannot use plugin ".*plugin\.mjs": it exports nothing that calig knows; export what defineMethod/,
    ],
    [
      "gives what is no extension",
      { text: "export default () => [{ name: 'x' }];" },
      /Cannot use what plugin ".*" gives: it is no extension; make it with one of the functions of calig\/extend/,
    ],
    [
      "defines a name that exists",
      { text: LENGTHS.replace('"token-length"', '"saliency"') },
      /Cannot add the method "saliency" of plugin ".*": calig has one of this name; give it another one/,
    ],
    [
      "defines a format that exists",
      { text: LENGTHS.replace('"words", extension', '"png", extension') },
      /Cannot add the renderer "png" of plugin/,
    ],
    [
      "defines something wrongly",
      { text: LENGTHS.replace("signed: false", "signed: 1") },
      /Cannot define the method "token-length": its field "signed" must be true or false, not 1/,
    ],
  ])(
    "that %s is refused with one of calig's errors",
    async (_, plugin: { readonly file?: string; readonly text?: string }, message) => {
      const { file = "./plugin.mjs", text = "" } = plugin;
      const folder = await tempFolder({ "plugin.mjs": text });
      const { code, stderr } = await runCli(["models", "--plugin", file], { folder });
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    },
  );

  it("refuses the same name twice, and takes one file once", async () => {
    const folder = await tempFolder({ "a.mjs": LENGTHS, "b.mjs": LENGTHS });
    const once = await runCli(["models", "--plugin", "./a.mjs", "--plugin", "./a.mjs"], { folder });
    expect(once.code).toBe(0);
    const twice = await runCli(["models", "--plugin", "./a.mjs", "--plugin", "./b.mjs"], { folder });
    expect(twice.stderr).toMatch(/Cannot add the method "token-length" of plugin ".*b\.mjs": another extension has/);
  });

  it("is loaded to serve where it is named, in the process of the model, and never because package.json lists it", async () => {
    const folder = await tempFolder({
      "boom.mjs": 'throw new Error("loaded")',
      "package.json": JSON.stringify({ calig: { plugins: ["./boom.mjs"] } }),
    });
    const asked = await runCli(["serve", "--port", "0", "--plugin", "./boom.mjs"], { folder });
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/Cannot load plugin ".*boom\.mjs": loaded/);
    const listed = await runCli(["serve", "--host", "0.0.0.0"], { folder });
    expect(listed.stderr).toMatch(/token/);
    expect(listed.stderr).not.toContain("loaded");
  });

  it("says what is wrong with the list in package.json", async () => {
    const folder = await tempFolder({ "package.json": JSON.stringify({ calig: { plugins: "./a.mjs" } }) });
    const { code, stderr } = await runCli(["models"], { folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Cannot use "plugins" of "calig" in ".*package\.json": it must be a list of files/);
  });
});
