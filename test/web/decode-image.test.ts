/**
 * @file Picture files of every kind in Chromium: the pixels of Pillow, or refused.
 *
 * The reference is test/golden/picture-files.json, made by tools/make_picture_files.py.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBrowser } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import type { DecodedPicture, Harness } from "./harness.ts";

interface PictureFile {
  readonly name: string;
  readonly size: readonly [width: number, height: number];
  readonly file: string;
  readonly pixels: string;
  readonly onWhite?: string;
}

const { files } = JSON.parse(readFileSync(new URL("../golden/picture-files.json", import.meta.url), "utf8")) as {
  readonly files: readonly PictureFile[];
};

const PAGE = `<!doctype html><title>harness</title><link rel=icon href=data:,><script type=module src=harness.js></script>`;
const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let page: Page;

beforeAll(async () => {
  const folder = await tempFolder({ "index.html": PAGE });
  await bundle(fileURLToPath(new URL("harness.ts", import.meta.url)), folder);
  server = await serveFolders({ "": folder });
  page = await browser().newPage();
  await page.goto(server.url);
});
afterAll(() => server?.close());

const decode = (file: string, background?: string): Promise<DecodedPicture> =>
  page.evaluate(
    ([file, background]) =>
      (globalThis as unknown as { harness: Harness }).harness.decodePicture(
        file as string,
        background === undefined ? {} : { background },
      ),
    [file, background] as const,
  );

const bytes = (base64: string) => Array.from(Buffer.from(base64, "base64"));
const REFUSED = /^TIFF|^PNG.*16 bits|CMYK|YCCK|^WEBP, orientation/;
const isRefused = ({ name }: PictureFile) => REFUSED.test(name);
/** Decoders differ; measured: JPEG 0, AVIF 63 levels of 255, where colours have half the resolution. */
const tolerance = ({ name }: PictureFile) => (name.startsWith("AVIF") ? 64 : name.startsWith("JPEG") ? 3 : 0);

const worst = (found: readonly number[], wanted: readonly number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN))));

describe("decodeImage() in Chromium", () => {
  it.each(files.filter((file) => !isRefused(file)))("gives the pixels of Pillow: $name", async (reference) => {
    const found = await decode(reference.file);
    expect(found.refused).toBeUndefined();
    expect(found.size).toEqual(reference.size);
    expect(worst(found.pixels, bytes(reference.pixels))).toBeLessThanOrEqual(tolerance(reference));
    if (reference.onWhite === undefined) return;
    const onWhite = await decode(reference.file, "white");
    expect(worst(onWhite.pixels, bytes(reference.onWhite))).toBeLessThanOrEqual(tolerance(reference));
  });

  it.each(files.filter(isRefused))("refuses what it would read otherwise: $name", async ({ file }) => {
    expect((await decode(file)).refused).toMatch(
      /^InputError: Cannot read the picture: (browsers do not read TIFF|it is a PNG of 16 bits|it is a WebP that must be turned|it is stored in printing inks)/,
    );
  });

  it("warns where Python's pipeline shows another picture than people expect", async () => {
    const warningsOf = async (name: string) => {
      const { file } = files.find((one) => one.name === name) as PictureFile;
      return (await decode(file)).warnings;
    };
    expect(await warningsOf("PNG, transparent")).toEqual(["transparency-ignored"]);
    expect(await warningsOf("PNG, animated")).toEqual(["first-picture-only"]);
    expect(await warningsOf("PGM, 16 bits")).toEqual(["grey-levels-clipped"]);
    expect(await warningsOf("PPM")).toEqual([]);
  });

  it.each(["JPEG, 4:2:2", "PNG, transparent", "WebP, transparent", "GIF, interlaced", "BMP, 24 bits", "PPM"])(
    "refuses half a file: %s",
    async (name) => {
      const { file } = files.find((one) => one.name === name) as PictureFile;
      const whole = Buffer.from(file, "base64");
      const { refused } = await decode(whole.subarray(0, Math.floor(whole.length * 0.7)).toString("base64"));
      expect(refused).toMatch(/^InputError: Cannot read the picture: .*(cut off|cannot decode)/);
    },
  );
});
