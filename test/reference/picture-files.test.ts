/**
 * @file Picture files of every kind against Pillow, on the way that transformers' pipelines take: every pixel equal,
 * but for AVIF, whose decoders differ.
 *
 * The reference is test/golden/picture-files.json, made by tools/make_picture_files.py.
 */

import { readFileSync } from "node:fs";
import { decodeImage } from "@calig/node/internal/node/image-file";
import { describe, expect, it } from "vitest";

interface PictureFile {
  readonly name: string;
  readonly size: readonly [width: number, height: number];
  /** Base64 of the file, of its pixels, and of its pixels on white where it is transparent. */
  readonly file: string;
  readonly pixels: string;
  readonly onWhite?: string;
}

const { files } = JSON.parse(readFileSync(new URL("../golden/picture-files.json", import.meta.url), "utf8")) as {
  readonly files: readonly PictureFile[];
};

const bytes = (base64: string) => Array.from(Buffer.from(base64, "base64"));
const isAvif = ({ name }: PictureFile) => name.startsWith("AVIF");

/** Largest and mean difference, levels of 255. Where colours have half the resolution, the decoders spread them differently. */
const AVIF_TOLERANCES: Readonly<Record<string, readonly [largest: number, mean: number]>> = {
  "AVIF, 4:4:4": [1, 0.5],
  "AVIF, 4:2:0": [64, 10],
};

describe("decodeImage()", () => {
  it.each(files.filter((file) => !isAvif(file)))(
    "gives the pixels of Pillow: $name",
    async ({ size, file, pixels }) => {
      const { width, height, data } = await decodeImage(Buffer.from(file, "base64"));
      expect([width, height]).toEqual(size);
      expect(Array.from(data)).toEqual(bytes(pixels));
    },
  );

  it.each(files.filter(isAvif))("comes close to the pixels of Pillow: $name", async ({ name, size, file, pixels }) => {
    const { width, height, data } = await decodeImage(Buffer.from(file, "base64"));
    expect([width, height]).toEqual(size);
    const wanted = bytes(pixels);
    const differences = Array.from(data, (value, i) => Math.abs(value - (wanted[i] as number)));
    const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
    const [largest, most] = AVIF_TOLERANCES[name] as readonly [number, number];
    expect(Math.max(...differences)).toBeLessThanOrEqual(largest);
    expect(mean).toBeLessThanOrEqual(most);
  });

  // Pillow says of a GIF that fills less than its screen that what is free is opaque where no colour is transparent.
  it.each(files.filter(({ onWhite }) => onWhite !== undefined))(
    "lays on white as Pillow does: $name",
    async ({ file, onWhite }) => {
      const { data } = await decodeImage(Buffer.from(file, "base64"), { background: "white" });
      expect(Array.from(data)).toEqual(bytes(onWhite as string));
    },
  );
});
