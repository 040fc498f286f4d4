/** @file `--baseline custom`: the caller's own text or picture on the command line. */

import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const TEXT = "a fine film";
const FAST = ["--steps", "2", "--tolerance", "10", "--json"];

let words: string;
let pictures: string;
let noise: string;
let black: string;
beforeAll(async () => {
  words = await tempFolder(tinyBertFiles());
  pictures = await tempFolder(tinyVitFiles());
  const png = (byte: (index: number) => number) =>
    sharp(
      Uint8Array.from({ length: 20 * 16 * 3 }, (_, index) => byte(index)),
      { raw: { width: 20, height: 16, channels: 3 } },
    )
      .png()
      .toBuffer();
  const folder = await tempFolder({
    "noise.png": await png((index) => (index * 37) % 256),
    "black.png": await png(() => 0),
  });
  [noise, black] = [join(folder, "noise.png"), join(folder, "black.png")];
});

async function explained(...argv: readonly string[]): Promise<Explanation> {
  const { code, stdout, stderr } = await runCli(["explain", ...argv, ...FAST]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Explanation;
}

describe("calig explain --baseline custom", () => {
  test("takes a text, alone or among others", async () => {
    const ofText = (...argv: readonly string[]) => explained(TEXT, "--model", words, ...argv);
    const own = await ofText("--baseline", "custom", "--baseline-text", "[MASK] [MASK] [MASK]");
    expect(own.attribution).toEqual((await ofText("--baseline", "mask")).attribution);
    expect(own.method.options.baseline).toEqual({ text: "[MASK] [MASK] [MASK]" });
    const several = await ofText("--baseline", "pad,custom", "--baseline-text", "the dull story");
    expect(several.method.options.baseline).toEqual(["pad", { text: "the dull story" }]);
    const pair = ["--baseline", "custom", "--baseline-text", "the dull story", "--baseline-pair", "of it"];
    expect((await ofText("--pair", "it is", ...pair)).method.options.baseline).toEqual({
      text: "the dull story",
      pair: "of it",
    });
  });

  test("takes a picture", async () => {
    const ofImage = (...argv: readonly string[]) => explained("--image", noise, "--model", pictures, ...argv);
    const own = await ofImage("--baseline", "custom", "--baseline-image", black);
    expect(own.attribution).toEqual((await ofImage("--baseline", "black")).attribution);
    expect(own.method.options.baseline).toMatchObject({ image: "20x16" });
  });

  test.each([
    [["--baseline", "custom"], "Cannot use --baseline custom alone: give the baseline with --baseline-text TEXT or"],
    [["--baseline-text", "a"], "Cannot use --baseline-text without --baseline custom: add it"],
    [["--baseline", "mask", "--baseline-image", "a.png"], "Cannot use --baseline-image without --baseline custom"],
    [
      ["--baseline", "custom", "--baseline-text", "a", "--baseline-image", "a.png"],
      "Cannot use --baseline-text and --baseline-image at once: give one of them",
    ],
    [
      ["--baseline", "custom", "--baseline-pair", "a"],
      "Cannot use --baseline-pair alone: give the first text with --baseline-text",
    ],
  ])("refuses %j before anything is loaded", async (argv, message) => {
    for (const command of [
      ["explain", TEXT],
      ["compare", TEXT],
      ["evaluate", "--dataset", "none.csv"],
      ["tune", "--dataset", "none.csv"],
    ]) {
      const { code, stderr } = await runCli([...command, "--model", "none", ...argv]);
      expect({ command, code, stderr }).toMatchObject({ command, code: 2, stderr: expect.stringContaining(message) });
    }
  });

  test("refuses what does not fit the input, or is no picture", async () => {
    const picture = ["--baseline", "custom", "--baseline-image", noise];
    const wrongKind = await runCli(["explain", TEXT, "--model", words, ...picture]);
    expect(wrongKind).toMatchObject({ code: 2, stdout: "" });
    expect(wrongKind.stderr).toContain("Cannot use an image as the baseline of a text: give a text, or one of");
    const missing = await runCli(["explain", "--image", noise, "--model", pictures, ...picture.slice(0, 3), "no.png"]);
    expect(missing).toMatchObject({ code: 1, stdout: "" });
    expect(missing.stderr).toContain('Cannot read the picture "no.png": there is no such file');
  });
});

describe("calig compare and calig evaluate", () => {
  const METHODS = ["--methods", "integrated-gradients", "--steps", "2", "--tolerance", "10", "--json"];
  const CUSTOM = ["--baseline", "custom", "--baseline-text", "the dull story"];

  test("measure with a baseline of the caller's own", async () => {
    const compared = await runCli(["compare", TEXT, "--model", words, ...METHODS, ...CUSTOM]);
    expect(compared).toMatchObject({ code: 0, stderr: "" });
    const folder = await tempFolder({ "rows.csv": "text,label\na fine film,yes\nthe dull story of it,no\n" });
    const evaluated = await runCli([
      ...["evaluate", "--dataset", join(folder, "rows.csv"), "--metrics", "comprehensiveness"],
      ...["--model", words, ...METHODS, ...CUSTOM],
    ]);
    expect(evaluated.code).toBe(0);
    const { methods } = JSON.parse(evaluated.stdout) as { methods: { options: { baseline?: unknown } }[] };
    expect(methods[0]?.options.baseline).toEqual({ text: "the dull story" });
  });
});
