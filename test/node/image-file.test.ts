/** @file Reading pictures of every kind, and what is said of files that are none. */

import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { decodeImage, readImageFile } from "../../src/node/image-file.ts";
import { useTempFolders } from "../support/temp-folder.ts";

type Channels = 1 | 2 | 3 | 4;
const raw = (width: number, channels: Channels, data: readonly number[] | Uint16Array) =>
  sharp(data instanceof Uint16Array ? data : Uint8Array.from(data), {
    raw: { width, height: data.length / width / channels, channels },
  });
const pixelsOf = async (bytes: Uint8Array) => Array.from((await decodeImage(bytes)).data);

const half = (file: Uint8Array) => file.subarray(0, file.length / 2);

/** A PNG whose header says that it has these sizes. */
function claiming(png: Buffer, width: number, height: number): Buffer {
  const file = Buffer.from(png);
  // After the signature: length, "IHDR", width, height and five bytes more, then the checksum of all but the length.
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

const COLOURS = [1, 2, 3, 250, 251, 252];
const NOISE = Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7) % 256);

describe("decodeImage()", () => {
  it.each([
    ["PNG", () => raw(2, 3, COLOURS).png().toBuffer()],
    ["WebP", () => raw(2, 3, COLOURS).webp({ lossless: true }).toBuffer()],
    ["TIFF", () => raw(2, 3, COLOURS).tiff({ compression: "lzw" }).toBuffer()],
    ["GIF", () => raw(2, 3, COLOURS).gif().toBuffer()],
  ])("reads %s without a loss", async (_, file) => {
    expect(await pixelsOf(await file())).toEqual(COLOURS);
  });

  it("reads AVIF", async () => {
    const pixels = await pixelsOf(await raw(16, 3, new Array(768).fill(90)).avif({ quality: 90 }).toBuffer());
    expect(pixels).toHaveLength(768);
    expect(Math.max(...pixels.map((value) => Math.abs(value - 90)))).toBeLessThanOrEqual(2);
  });

  it("reads a picture of one pixel", async () => {
    const { width, height, data } = await decodeImage(await raw(1, 3, [9, 8, 7]).png().toBuffer());
    expect([width, height, ...data]).toEqual([1, 1, 9, 8, 7]);
  });

  it("makes grey, 16-bit and CMYK pictures 8-bit RGB", async () => {
    const grey = await raw(2, 1, [7, 200]).toColourspace("b-w").png().toBuffer();
    expect(await pixelsOf(grey)).toEqual([7, 7, 7, 200, 200, 200]);
    const deep = await raw(1, 3, Uint16Array.of(9 * 256 + 255, 200 * 256, 65535))
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect(await pixelsOf(deep)).toEqual([9, 200, 255]);
    const ink = await raw(8, 3, new Array(64).fill([200, 30, 40]).flat())
      .toColourspace("cmyk")
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(ink).metadata()).space).toBe("cmyk");
    const [red = 0, green = 255, blue = 255] = await pixelsOf(ink);
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green, blue)).toBeLessThan(80);
  });

  it("lays transparent parts on white", async () => {
    const file = await raw(3, 4, [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128]).png().toBuffer();
    expect(await pixelsOf(file)).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
  });

  // EXIF 2.32, tag 0x0112: where the first row and the first column of the file belong. Corners a b / c d.
  it.each([
    [1, "ab/cd"],
    [2, "ba/dc"],
    [3, "dc/ba"],
    [4, "cd/ab"],
    [5, "ac/bd"],
    [6, "ca/db"],
    [7, "db/ca"],
    [8, "bd/ac"],
  ])("turns a JPEG of orientation %i to %s", async (orientation, turned) => {
    const greys = { a: 40, b: 100, c: 160, d: 220 } as const;
    const cell = (letter: keyof typeof greys) => new Array<number>(8 * 3).fill(greys[letter]);
    // Each corner is a block of the JPEG, 8 x 8, so that none bleeds into another.
    const rows = [...new Array(8).fill("ab"), ...new Array(8).fill("cd")] as string[];
    const data = rows.flatMap((row) => [...row].flatMap((letter) => cell(letter as keyof typeof greys)));
    const file = await raw(16, 3, data).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
    const { data: pixels } = await decodeImage(file);
    const letterAt = (x: number, y: number) =>
      Object.entries(greys).find(([, grey]) => Math.abs(grey - pixels[3 * (16 * y + x)]!) < 10)?.[0];
    expect(`${letterAt(4, 4)}${letterAt(12, 4)}/${letterAt(4, 12)}${letterAt(12, 12)}`).toBe(turned);
  });

  it("turns the sizes of a picture that was taken upright", async () => {
    const file = await raw(2, 3, COLOURS).png().withMetadata({ orientation: 6 }).toBuffer();
    expect(await decodeImage(file)).toMatchObject({ width: 1, height: 2 });
  });

  it.each(["webp", "gif"] as const)("takes the first picture of an animated %s, and says so", async (format) => {
    const frames = [
      [255, 0, 0],
      [0, 0, 255],
    ].map((colour) => raw(1, 3, colour).png().toBuffer());
    const file = await sharp(await Promise.all(frames), { join: { animated: true } })
      .toFormat(format, format === "webp" ? { lossless: true } : {})
      .toBuffer();
    expect((await sharp(file).metadata()).pages).toBe(2);
    expect(await decodeImage(file, { name: "wave" })).toMatchObject({
      width: 1,
      height: 1,
      data: Uint8Array.of(255, 0, 0),
      warnings: [{ code: "first-picture-only", message: 'The file "wave" holds 2 pictures: only the first is used' }],
    });
    expect((await decodeImage(await frames[0]!)).warnings).toBeUndefined();
  });

  it("does not apply colour profiles, as Pillow does not", async () => {
    const file = await raw(1, 3, [200, 30, 40]).png().withIccProfile("p3", { attach: true }).toBuffer();
    expect((await sharp(file).metadata()).hasProfile).toBe(true);
    const untouched = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    expect(await pixelsOf(file)).toEqual(Array.from(untouched));
    expect(Array.from(await sharp(file).raw().toBuffer())).not.toEqual(Array.from(untouched));
  });

  it("refuses more pixels than the limit before it decodes them", async () => {
    const file = await raw(64, 3, NOISE).png().toBuffer();
    await expect(decodeImage(file, { maxPixels: 4095, name: "big.png" })).rejects.toThrow(
      'Cannot read the picture "big.png": it has 64 x 64 = 4096 pixels, the limit is 4095; make it smaller, or raise the limit (option maxPixels in code)',
    );
    expect(await decodeImage(file, { maxPixels: 4096 })).toMatchObject({ width: 64, height: 64 });
  });

  it("refuses 200 million pixels by the header alone", async () => {
    const file = claiming(await raw(1, 3, [1, 2, 3]).png().toBuffer(), 20_000, 10_000);
    await expect(decodeImage(file, { name: "huge.png" })).rejects.toThrow(
      'Cannot read the picture "huge.png": it has 20000 x 10000 = 200000000 pixels, the limit is 100000000; make it smaller',
    );
  });

  it.each([
    [
      "text",
      async () => new TextEncoder().encode("A film about bread."),
      "it holds text; give an image file (JPEG, PNG",
    ],
    ["nothing", async () => new Uint8Array(), "it is empty; give an image file (JPEG, PNG"],
    ["other bytes", async () => Uint8Array.of(0, 1, 2, 3), "it is damaged, or of a format that calig does not know"],
    [
      "a drawing",
      async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'),
      'it is of format "svg"; convert it to one of JPEG, PNG, WebP, AVIF, GIF, TIFF',
    ],
    [
      "half a JPEG",
      async () => half(await raw(64, 3, NOISE).jpeg().toBuffer()),
      "it is damaged (VipsJpeg: premature end of JPEG image)",
    ],
    ["half a PNG", async () => half(await raw(64, 3, NOISE).png().toBuffer()), "it is damaged (vipspng"],
  ])("says what is wrong with %s", async (_, file, found) => {
    const failure = decodeImage(await file(), { name: "cat.jpg" });
    await expect(failure).rejects.toThrow(InputError);
    await expect(failure).rejects.toThrow(`Cannot read the picture "cat.jpg": ${found}`);
  });
});

describe("readImageFile()", () => {
  const tempFolder = useTempFolders();

  it("reads a file, and names the one that it cannot read", async () => {
    const png = await raw(2, 3, COLOURS).png().toBuffer();
    const folder = await tempFolder({ "two.png": png, "folder.png/two.png": png });
    expect(Array.from((await readImageFile(join(folder, "two.png"))).data)).toEqual(COLOURS);
    await expect(readImageFile(join(folder, "none.png"))).rejects.toThrow('none.png": there is no such file; give');
    await expect(readImageFile(join(folder, "folder.png"))).rejects.toThrow('folder.png": it is a folder; give');
  });
});
