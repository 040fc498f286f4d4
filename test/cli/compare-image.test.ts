/** @file `calig compare --image` on a small image model: what each format shows of the maps of several methods. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageExplanation } from "@calig/core/internal/attribution/explanation";
import type { ImageComparison } from "@calig/core/internal/evaluation/method-comparison";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();

const FAST = ["--steps", "2", "--tolerance", "100"];
const METHOD_NAMES = ["ca-lig", "grad-cam"];
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

let model: string;
let picture: string;
beforeAll(async () => {
  const files = tinyVitFiles();
  // A label is text of whoever made the model.
  const config = (files["config.json"] as string).replaceAll(/"(circle|square|star)"/g, '"$1 <script>"');
  model = await tempFolder({ ...files, "config.json": config });
  const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const png = await sharp(pixels, { raw: { width: 20, height: 16, channels: 3 } })
    .png()
    .toBuffer();
  picture = join(await tempFolder({ "dots.png": png }), "dots.png");
});

const compare = (argv: readonly string[], settings = {}) =>
  runCli(
    ["compare", "--image", picture, "--model", model, "--methods", METHOD_NAMES.join(), ...FAST, ...argv],
    settings,
  );

describe("calig compare --image", () => {
  test("shows what calig explain says, method by method", async () => {
    const { code, stdout } = await compare(["--json"]);
    expect(code).toBe(0);
    const comparison = JSON.parse(stdout) as ImageComparison;
    expect(comparison.methods.map(({ name, signed, randomControl }) => ({ name, signed, randomControl }))).toEqual([
      { name: "ca-lig", signed: undefined, randomControl: false },
      { name: "grad-cam", signed: false, randomControl: false },
      { name: "random", signed: undefined, randomControl: true },
    ]);
    expect(comparison.settings).toMatchObject({ features: "patch", replacement: { name: "blur", becomes: "blur" } });
    for (const [m, method] of METHOD_NAMES.entries()) {
      const run = await runCli([
        "explain",
        "--image",
        picture,
        "--model",
        model,
        "--method",
        method,
        ...(method === "ca-lig" ? FAST : []),
        "--json",
      ]);
      const explanation = JSON.parse(run.stdout) as ImageExplanation;
      const patches = explanation.features.flatMap(({ row, column, special }, feature) =>
        special ? [] : [{ row, column, attribution: explanation.attribution[feature] }],
      );
      expect(comparison.input).toEqual(explanation.input);
      expect(comparison.target.label).toBe(explanation.target.label);
      expect(comparison.features).toEqual(patches.map(({ row, column }) => ({ row, column })));
      expect(comparison.methods[m]?.attribution).toEqual(patches.map(({ attribution }) => attribution));
    }
  });

  test("draws curves from all patches to none, whose ends are the same for all methods", async () => {
    const { methods, target } = JSON.parse((await compare(["--json"])).stdout) as ImageComparison;
    for (const { curves } of methods) {
      expect(curves.removed).toHaveLength(21);
      expect(curves.removed[0]).toBeCloseTo(target.probability as number, 5);
      expect(curves.restored.at(-1)).toBeCloseTo(target.probability as number, 5);
      expect(curves.removed.at(-1)).toBeCloseTo(curves.restored[0] as number, 5);
      expect(curves.restored[0]).toBeCloseTo(methods[0]?.curves.restored[0] as number, 12);
    }
  });

  test("compares one method of each school without --methods, beside random controls", async () => {
    const run = await runCli(["compare", "--image", picture, "--model", model, ...FAST, "--json"]);
    const { methods } = JSON.parse(run.stdout) as ImageComparison;
    expect(methods.filter(({ randomControl }) => !randomControl).map(({ name }) => name)).toEqual([
      "ca-lig",
      "integrated-gradients",
      "gradient-rollout",
      "occlusion",
    ]);
    expect(methods.filter(({ randomControl }) => randomControl)).toHaveLength(2);
  });

  test("fits the width of the terminal: maps beside each other where they fit", async () => {
    const [wide, narrow] = [await compare([], { columns: 100 }), await compare([], { columns: 30 })];
    expect(wide.stdout).toMatch(/^ {2}ca-lig +grad-cam/m);
    expect(narrow.stdout).not.toMatch(/^ {2}ca-lig +grad-cam/m);
    for (const line of narrow.stdout.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(48);
    expect(wide.stdout).toMatch(/ca-lig +(Supports|Opposes|No patch)/);
    expect(wide.stdout).toMatch(/grad-cam +Matters for/);
    expect(wide.stdout).toContain("No sign: grad-cam");
  });

  test("writes a page with a map for every method, and nothing of a label as markup", async () => {
    const out = join(await tempFolder(), "compared.html");
    expect((await compare(["--out", out])).code).toBe(0);
    const page = await readFile(out, "utf8");
    // The picture, and a map for each of three methods, each with its words.
    expect(page.match(/<figure>/g)).toHaveLength(4);
    expect(page.match(/aria-label="Map of [a-z-]+\. [^"]+"/g)).toHaveLength(3);
    expect(page).toContain("Every map has a scale of its own");
    expect(page).toContain("Removed features, probability by method");
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toMatch(/<script|https?:/);
    // The picture is in the page once.
    expect(page.match(/data:image\/jpeg/g)).toHaveLength(1);
  });

  test("writes Markdown, SVG and PNG", async () => {
    const folder = await tempFolder();
    await compare(["--out", join(folder, "compared.md")]);
    const markdown = await readFile(join(folder, "compared.md"), "utf8");
    expect(markdown).toMatch(/## `grad-cam`\n\n```text\n([-+. ]+\n)+```\n\nMatters for/);
    await compare(["--out", join(folder, "compared.svg"), "--overlay", "contours"]);
    const svg = await readFile(join(folder, "compared.svg"), "utf8");
    expect(svg).toMatch(/<text[^>]*>grad-cam<\/text>/);
    expect(svg).toContain("lines are drawn at 25%, 50%, 75% of it");
    await compare(["--out", join(folder, "compared.png")]);
    const png = await readFile(join(folder, "compared.png"));
    expect([...png.subarray(0, 8)]).toEqual(SIGNATURE);
  });

  test("refuses a picture without a model that reads pictures, and drawings of texts", async () => {
    expect((await runCli(["compare", "--image", picture, "--model", "sst2"])).stderr).toContain(
      "name a model that reads images with --model",
    );
    expect((await runCli(["compare", "A film", "--out", "x.svg"])).stderr).toContain('one of ".json", ".md"');
    expect((await runCli(["compare", "A film", "--image", picture])).stderr).toContain("give one of them");
  });
});
