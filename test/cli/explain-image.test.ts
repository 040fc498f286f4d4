/** @file `calig explain --image` with a small image model: overlays, PNG, and files that are no pictures. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

describe("calig explain --image", () => {
  let model: string;
  let pictures: string;
  const explain = (argv: readonly string[], settings = {}) =>
    runCli(["explain", "--model", model, "--steps", "2", "--tolerance", "10", ...argv], settings);

  beforeAll(async () => {
    model = await tempFolder(tinyVitFiles());
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256);
    const picture = () => sharp(pixels, { raw: { width: 20, height: 16, channels: 3 } });
    const frames = await Promise.all([picture().png().toBuffer(), picture().negate().png().toBuffer()]);
    pictures = await tempFolder({
      "dots.png": await picture().png().toBuffer(),
      "pixel.png": await picture().extract({ left: 0, top: 0, width: 1, height: 1 }).png().toBuffer(),
      "ink.jpg": await picture().toColourspace("cmyk").jpeg().toBuffer(),
      "wave.gif": await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      "hidden.png": await picture().ensureAlpha(0).png().toBuffer(),
      "thin.png": await picture().resize(1, 900, { fit: "fill" }).png().toBuffer(),
      "flat.png": await picture().resize(900, 1, { fit: "fill" }).png().toBuffer(),
      "large.png": await picture().resize(400, 320).png().toBuffer(),
      "text.jpg": "This is a text.",
      "empty.png": "",
    });
  });

  test.each([
    ["smooth", [], /<image href="data:image\/png/],
    ["patches", ["--overlay", "patches"], /fill-opacity="0\.\d/],
    ["contours", ["--overlay", "contours"], /Lines at 25%, 50% and 75% of the ends of the scale/],
  ])("draws %s", async (_, argv, drawn) => {
    const { code, stdout } = await explain(["--image", join(pictures, "dots.png"), "--format", "svg", ...argv]);
    expect(code).toBe(0);
    expect(stdout).toMatch(drawn);
    expect(stdout).toContain("data:image/jpeg;base64,");
    expect(stdout).toContain("Evidence of each block");
  });

  test("leaves the maps of the blocks out when asked to", async () => {
    const argv = ["--image", join(pictures, "dots.png"), "--format", "svg", "--block-maps", "hide"];
    expect((await explain(argv)).stdout).not.toContain("Evidence of each block");
  });

  test("opens a page with the overlay that was asked for", async () => {
    const argv = ["--image", join(pictures, "dots.png"), "--format", "html", "--overlay", "contours"];
    const { stdout } = await explain(argv);
    expect(stdout).toMatch(/value="contours" autocomplete="off" checked/);
    expect(stdout.match(/ checked>/g)?.length).toBe(
      (await explain(argv.slice(0, 4))).stdout.match(/ checked>/g)?.length,
    );
  });

  test("writes PNG to a file, to a folder and to a pipe, the same bytes each time", async () => {
    const folder = await tempFolder();
    const picture = ["--image", join(pictures, "dots.png")];
    const out = join(folder, "why.png");
    expect((await explain([...picture, "--out", out])).code).toBe(0);
    const file = await readFile(out);
    expect([...file.subarray(0, 8)]).toEqual(SIGNATURE);
    expect(await sharp(file).metadata()).toMatchObject({ format: "png", width: 1440 });

    expect((await explain([...picture, "--out", `${folder}/all/`, "--format", "png,json"])).code).toBe(0);
    expect((await readdir(join(folder, "all"))).sort()).toEqual(["explanation.json", "explanation.png"]);

    const chunks: Buffer[] = [];
    const piped = await explain([...picture, "--format", "png"], { onBytes: (bytes: Buffer) => chunks.push(bytes) });
    expect(piped.code).toBe(0);
    expect(Buffer.concat(chunks).equals(file)).toBe(true);
  });

  test("refuses to show PNG in a terminal before anything is loaded", async () => {
    const run = await runCli(["explain", "--image", "none.png", "--model", "none", "--format", "png"], {
      isTTY: { stdout: true },
    });
    expect(run).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "Error: Cannot show png in a terminal: write it to a file with --out result.png, or to another program with |\n",
    });
  });

  test("uses the built-in model of pictures where none is named, and keeps completeness", async () => {
    const { code, stdout, stderr } = await runCli(["explain", "--image", join(pictures, "dots.png"), "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const { model, predictions, features, blocks, attribution, completeness } = JSON.parse(stdout) as Explanation;
    expect(model).toMatchObject({ id: "cifar10", blocks: 6 });
    expect(predictions).toHaveLength(10);
    expect(features).toHaveLength(65);
    for (const block of blocks) expect(block.completeness.converged).toBe(true);
    const { scoreAtInput = 0, scoreAtBaseline = 0 } = completeness ?? {};
    const sum = attribution.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - (scoreAtInput - scoreAtBaseline))).toBeLessThan(
      0.01 * Math.abs(scoreAtInput - scoreAtBaseline),
    );
  });

  test("draws texts as PNG too, one in each output", async () => {
    const out = join(await tempFolder(), "why.png");
    expect((await runCli(["explain", "A gripping film", "--layers", "5", "--steps", "2", "--out", out])).code).toBe(0);
    expect(await sharp(await readFile(out)).metadata()).toMatchObject({ format: "png", width: 1440 });
    const several = await explain(["--input", pictures, "--out", out]);
    expect(several.code).toBe(2);
    expect(several.stderr).toContain("Cannot put several results into one png output: give --out with a folder");
  });

  test.each([
    ["a picture of one pixel", "pixel.png", 0, /^$/],
    [
      "a CMYK JPEG",
      "ink.jpg",
      0,
      /^Warning: The colours of the picture ".*ink.jpg" are stored as printing inks \(CMYK\)/,
    ],
    ["an animation", "wave.gif", 0, /^Warning: The file ".*wave.gif" holds 2 pictures: only the first is used\n$/],
    ["a text file", "text.jpg", 1, /^Error: Cannot read the picture ".*text.jpg": it holds text; give an image file/],
    ["an empty file", "empty.png", 1, /^Error: Cannot read the picture ".*empty.png": it is empty; give an image file/],
  ])("reads or refuses %s", async (_, name, code, said) => {
    const run = await explain(["--image", join(pictures, name), "--json"]);
    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(said);
    if (code === 0) expect(JSON.parse(run.stdout)).toMatchObject({ input: { kind: "image" } });
  });

  test("sees what lies under transparent pixels, or the background that is given", async () => {
    const image = join(pictures, "hidden.png");
    const run = async (...argv: string[]) => {
      const { stdout } = await explain(["--image", image, "--json", ...argv]);
      const { input, predictions, warnings } = JSON.parse(stdout) as Explanation;
      return { input, logits: predictions.map(({ logit }) => logit), codes: warnings.map(({ code }) => code) };
    };
    const opaque = await explain(["--image", join(pictures, "dots.png"), "--json"]);
    const logits = (JSON.parse(opaque.stdout) as Explanation).predictions.map(({ logit }) => logit);
    const hidden = await run();
    expect(hidden.logits).toEqual(logits);
    expect(hidden.codes).toContain("transparency-ignored");
    expect(hidden.input).not.toHaveProperty("background");
    const onWhite = await run("--background", "white");
    expect(onWhite.logits).not.toEqual(logits);
    expect(onWhite.codes).not.toContain("transparency-ignored");
    expect(onWhite.input).toMatchObject({ background: "white" });
    expect(onWhite.input).not.toHaveProperty("deepGrey");
    for (const format of ["terminal", "markdown", "html"]) {
      const { stdout } = await explain(["--image", image, "--format", format, "--deep-grey", "scale", "--verbose"]);
      expect(stdout).toMatch(/deepGrey.{0,20}scale|deep grey.{0,20}scale/s);
    }
    expect(await explain(["--image", image, "--background", "plaid"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Cannot use --background "plaid": give "ignore", "white", "black", "#rrggbb"'),
    });
  });

  test.each(["png", "html", "svg"])("draws pictures of one pixel in width as %s", async (format) => {
    for (const name of ["thin.png", "flat.png"]) {
      const out = join(await tempFolder(), `out.${format}`);
      expect((await explain(["--image", join(pictures, name), "--out", out])).code).toBe(0);
      const svg = await readFile(out, "utf8");
      if (format !== "svg") continue;
      const [, width = "", height = ""] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
      expect(Number(height) / Number(width)).toBeLessThan(9);
    }
  });

  test("says how little a model for small pictures sees of a large one, and what it knows", async () => {
    const { stderr, stdout } = await explain(["--image", join(pictures, "large.png"), "--json"]);
    expect(stderr).toContain(
      "sees this picture of 400 x 320 pixels as 16 x 16, up to 25 times smaller along a side. It knows 3 kinds of things only",
    );
    const codes = (JSON.parse(stdout) as Explanation).warnings.map(({ code }) => code);
    expect(codes).toContain("coarse-view");
  });

  test("explains the pictures of a folder and names the files that are none", async () => {
    const run = await explain(["--input", pictures, "--out", `${await tempFolder()}/`, "--format", "json"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("text.jpg: Cannot read the picture");
    expect(run.stderr).toContain("2 of 10 pictures could not be explained");
  });
});
