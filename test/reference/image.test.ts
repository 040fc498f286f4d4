/**
 * @file Reading and resizing against Pillow, processing against transformers' PIL processors: every pixel equal.
 *
 * The reference is test/golden/image.json, made by tools/make_image_reference.py.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseImageProcessor } from "@calig/core/internal/input/image/parse-image-processor";
import { fitImage, toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { resizeImage } from "@calig/core/internal/input/image/resize";
import type { ResizeFilter } from "@calig/core/internal/input/image/resize-filters";
import { decodeImage } from "@calig/node/internal/node/image-file";
import { describe, expect, it } from "vitest";
import { syntheticPicture } from "../support/synthetic-picture.ts";

interface Resize {
  readonly filter: ResizeFilter;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly hard?: boolean;
  /** Base64 of the bytes, or their hash. */
  readonly pixels?: string;
  readonly sha256?: string;
}

interface Processed {
  readonly name: string;
  readonly config: object;
  readonly from: readonly [width: number, height: number];
  readonly shape: readonly number[];
  /** Base64 of float32 elements. */
  readonly pixels: string;
}

interface File {
  readonly name: string;
  readonly size: readonly [width: number, height: number];
  /** Base64 of the file, and of its pixels. */
  readonly file: string;
  readonly pixels: string;
}

const { resizes, processors, files } = JSON.parse(
  readFileSync(new URL("../golden/image.json", import.meta.url), "utf8"),
) as {
  readonly resizes: readonly Resize[];
  readonly processors: readonly Processed[];
  readonly files: readonly File[];
};

describe("decodeImage()", () => {
  it.each(files)("gives the pixels of Pillow: $name", async ({ size, file, pixels }) => {
    const { width, height, data } = await decodeImage(Buffer.from(file, "base64"));
    expect([width, height]).toEqual(size);
    expect(Array.from(data)).toEqual(Array.from(Buffer.from(pixels, "base64")));
  });
});

describe("resizeImage()", () => {
  it.each(
    resizes.map(
      (reference) => [reference.filter, reference.from.join("x"), reference.to.join("x"), reference] as const,
    ),
  )("gives the pixels of Pillow: %s, %s to %s", (filter, _from, _to, { from, to, hard, pixels, sha256 }) => {
    const [width, height] = to;
    const { data, ...size } = resizeImage(syntheticPicture(...from, hard), { width, height }, filter);
    expect(size).toEqual({ width, height });
    if (pixels !== undefined) expect(Array.from(data)).toEqual(Array.from(Buffer.from(pixels, "base64")));
    else expect(createHash("sha256").update(data).digest("hex")).toBe(sha256);
  });
});

describe("fitImage() and toPixelTensor()", () => {
  it.each(processors.map((reference) => [reference.name, reference.from.join("x"), reference] as const))(
    "give the numbers of transformers: %s, %s",
    (_name, _from, { config, from, shape, pixels }) => {
      const processor = parseImageProcessor(JSON.stringify(config), "preprocessor_config.json");
      const tensor = toPixelTensor(fitImage(syntheticPicture(...from), processor).image, processor);
      expect(tensor.shape).toEqual(shape);
      const { buffer } = Uint8Array.from(Buffer.from(pixels, "base64"));
      expect(Array.from(tensor.data)).toEqual(Array.from(new Float32Array(buffer)));
    },
  );
});
