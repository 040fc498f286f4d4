/** @file `calig compare` on a small model, from arguments to output. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { TextComparison } from "@calig/core/internal/evaluation/method-comparison";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

const TEXT = "a <b>fine</b> film, unforgettably so";
const FAST = ["--steps", "2", "--tolerance", "100"];

let model: string;
beforeAll(async () => {
  model = await tempFolder(tinyBertFiles());
});

const compare = (...argv: string[]) =>
  runCli(["compare", TEXT, "--model", model, "--methods", "ca-lig,integrated-gradients", ...FAST, ...argv]);

describe("calig compare", () => {
  test("shows what calig explain says, method by method", async () => {
    const { code, stdout } = await compare("--json");
    expect(code).toBe(0);
    const comparison = JSON.parse(stdout) as TextComparison;
    for (const [m, method] of ["ca-lig", "integrated-gradients"].entries()) {
      const run = await runCli(["explain", TEXT, "--model", model, "--method", method, ...FAST, "--json"]);
      const explanation = JSON.parse(run.stdout) as TextExplanation;
      expect(comparison.features.map(({ text }) => text)).toEqual(explanation.words.map(({ text }) => text));
      expect(comparison.methods[m]?.name).toBe(method);
      expect(comparison.methods[m]?.attribution).toEqual(explanation.words.map(({ attribution }) => attribution));
      expect(comparison.target.label).toBe(explanation.target.label);
    }
    const [row = []] = comparison.agreement;
    expect(row[0]).toBeCloseTo(1, 12);
    expect(comparison.agreement[1]?.[0]).toBe(row[1]);
  });

  test("says what a method warns of, by its name, and not what holds of the method whatever is explained", async () => {
    const folder = await tempFolder();
    const strict = (...argv: string[]) =>
      runCli([
        "compare",
        TEXT,
        "--model",
        model,
        "--methods",
        "ca-lig,saliency",
        "--steps",
        "1",
        "--tolerance",
        "1e-9",
        ...argv,
      ]);
    const { stdout, stderr } = await strict("--json");
    const [own, other] = (JSON.parse(stdout) as TextComparison).methods;
    expect(own?.warnings?.map(({ code }) => code)).toEqual(["not-converged"]);
    expect(other?.warnings).toBeUndefined();
    expect(stderr).toContain("ca-lig: The completeness error is above");
    expect(stderr).not.toContain("saliency:");
    for (const file of ["compared.md", "compared.html"]) {
      await strict("--out", join(folder, file));
      expect(await readFile(join(folder, file), "utf8")).toContain("ca-lig: The completeness error is above");
    }
  });

  test("sets methods beside their means over noisy copies and over several baselines", async () => {
    const noisy = ["--noise", "2"];
    const compared = async (...argv: string[]) => {
      const { code, stdout, stderr } = await runCli(["compare", TEXT, "--model", model, ...FAST, ...argv, "--json"]);
      expect(stderr, stderr).not.toContain("Cannot");
      expect(code).toBe(0);
      return (JSON.parse(stdout) as TextComparison).methods;
    };
    const explained = async (...argv: string[]) => {
      const { stdout } = await runCli(["explain", TEXT, "--model", model, ...FAST, ...argv, "--json"]);
      return (JSON.parse(stdout) as TextExplanation).words.map(({ attribution }) => attribution);
    };
    const both = await compared("--methods", "integrated-gradients,integrated-gradients-over-noise", ...noisy);
    expect(both.map(({ name }) => name)).toEqual(["integrated-gradients", "integrated-gradients-over-noise", "random"]);
    expect(both[0]?.attribution).toEqual(await explained("--method", "integrated-gradients"));
    expect(both[1]?.attribution).not.toEqual(both[0]?.attribution);
    const all = await compared("--methods", "saliency,integrated-gradients,shuffled", ...noisy);
    expect(all.map(({ name }) => name)).toEqual([
      "saliency-over-noise",
      "integrated-gradients-over-noise",
      "shuffled",
      "random",
    ]);
    expect(all[1]?.attribution).toEqual(both[1]?.attribution);
    const [overBaselines] = await compared("--methods", "integrated-gradients", "--baseline", "mask,zero");
    const own = ["--method", "integrated-gradients", "--baseline", "mask,zero"];
    expect(overBaselines?.attribution).toEqual(await explained(...own));
  });

  test("refuses noise under what reads nothing, and several baselines where there is none", async () => {
    const refused = async (...argv: string[]) => (await compare(...argv)).stderr;
    expect(await refused("--methods", "shuffled-over-noise")).toContain(
      "Cannot average shuffled over noise: it is a random control",
    );
    expect(await refused("--methods", "random", "--noise", "3")).toContain("leave --noise out");
    expect(await refused("--methods", "salience-over-noise")).toContain('"salience-over-noise"');
    expect(await refused("--noise", "0")).toContain("--noise");
    expect(
      (await runCli(["compare", TEXT, "--model", model, "--methods", "saliency", "--baseline", "mask,pad"])).stderr,
    ).toContain("Cannot use --baseline");
  });

  test("fits the width of the terminal: methods below each other where they do not fit beside each other", async () => {
    const run = (columns: number) =>
      runCli(["compare", TEXT, "--model", model, "--methods", "ca-lig,integrated-gradients", ...FAST], { columns });
    const [wide, narrow] = [await run(100), await run(40)];
    expect(wide.stdout).toMatch(/ca-lig +integrated-gradients/);
    expect(narrow.stdout).not.toMatch(/ca-lig +integrated-gradients/);
    // Lines of tables are indented; the first line names the model.
    const rows = (text: string) => text.split("\n").filter((line) => line.startsWith("  "));
    for (const line of rows(narrow.stdout)) expect(line.length).toBeLessThanOrEqual(40);
    for (const line of rows(wide.stdout)) expect(line.length).toBeLessThanOrEqual(100);
    expect(wide.stdout.match(/unforgettably/g)).toHaveLength(1);
    expect(narrow.stdout.match(/unforgettably/g)?.length).toBeGreaterThan(1);
  });

  test("writes Markdown and HTML with the text as it is, and nothing of it as markup", async () => {
    const folder = await tempFolder();
    await compare("--out", join(folder, "compared.md"));
    expect(await readFile(join(folder, "compared.md"), "utf8")).toContain("| deletion ↓ |");
    await compare("--out", join(folder, "compared.html"));
    const page = await readFile(join(folder, "compared.html"), "utf8");
    expect(page).toMatch(/&lt;[\s\S]*fine[\s\S]*unforgettably/);
    expect(page).not.toMatch(/<script|<b>fine|https?:/);
  });

  test("refuses a comparison of nothing, and a report of unknown kind", async () => {
    expect((await runCli(["compare"])).stderr).toContain("Nothing to explain");
    expect(await compare("--out", "x.pdf")).toMatchObject({ code: 2 });
  });
});
