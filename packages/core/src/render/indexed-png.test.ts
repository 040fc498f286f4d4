import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodeIndexedPng, indexedPngUri, type Rgba } from "./indexed-png.ts";

describe("encodeIndexedPng()", () => {
  test.each([
    [3, 2],
    [1, 1],
    // Longer than one block of a deflate stream can be.
    [300, 300],
  ])("writes a picture of %i x %i that another decoder reads", async (width, height) => {
    const colors: Rgba[] = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (7 * i) % 256, (3 * i) % 256]);
    const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 31) % 256);
    const { data, info } = await sharp(encodeIndexedPng({ width, height, pixels, colors }))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, 4]);
    expect([...data]).toEqual([...pixels].flatMap((index) => [...colors[index]!]));
  });
});

test("indexedPngUri() is a data URI of the same bytes", () => {
  const picture = { width: 1, height: 1, pixels: Uint8Array.of(0), colors: [[1, 2, 3, 4]] as const };
  const [head, body] = indexedPngUri(picture).split(",");
  expect(head).toBe("data:image/png;base64");
  expect([...Buffer.from(body!, "base64")]).toEqual([...encodeIndexedPng(picture)]);
});
