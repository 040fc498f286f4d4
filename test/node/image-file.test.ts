/** @file Reading pictures of every kind, and what is said of files that are none. */

import { join } from "node:path";
import { crc32 } from "node:zlib";
import { InputError } from "@calig/core/internal/errors";
import { decodeImage, readImageFile } from "@calig/node/internal/node/image-file";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";

type Channels = 1 | 2 | 3 | 4;
const raw = (width: number, channels: Channels, data: readonly number[] | Uint16Array) =>
  sharp(data instanceof Uint16Array ? data : Uint8Array.from(data), {
    raw: { width, height: data.length / width / channels, channels },
  });
const pixelsOf = async (bytes: Uint8Array) => Array.from((await decodeImage(bytes)).data);

const half = (file: Uint8Array) => file.subarray(0, file.length / 2);

/** A bitmap of 2 x 1 pixels. */
function bmp(compression = 0): Uint8Array {
  const file = Buffer.alloc(62);
  file.write("BM");
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(2, 18);
  file.writeInt32LE(1, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.writeUInt32LE(compression, 30);
  return file;
}

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

  it("makes grey and 16-bit pictures 8-bit RGB", async () => {
    const grey = await raw(2, 1, [7, 200]).toColourspace("b-w").png().toBuffer();
    expect(await pixelsOf(grey)).toEqual([7, 7, 7, 200, 200, 200]);
    const deep = await raw(1, 3, Uint16Array.of(9 * 256 + 255, 200 * 256, 65535))
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect(await pixelsOf(deep)).toEqual([9, 200, 255]);
  });

  describe("says where Python's pipeline shows another picture than people expect:", () => {
    const clear = [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];

    it("the colours of transparent pixels are seen, unless a background is chosen", async () => {
      const file = await raw(3, 4, clear).png().toBuffer();
      const { data, warnings } = await decodeImage(file, { name: "logo.png" });
      expect(Array.from(data)).toEqual([10, 20, 30, 10, 20, 30, 0, 0, 0]);
      expect(warnings).toEqual([
        {
          code: "transparency-ignored",
          message:
            '67 % of the pixels of the picture "logo.png" are transparent, wholly or in part, and the model sees the colours that the file stores for them, as in Python\'s pipeline (PIL): to lay the picture on white instead, use --background white (option background)',
        },
      ]);
      const laidOn = async (background: string) => {
        const image = await decodeImage(file, { background });
        expect(image.warnings).toBeUndefined();
        return Array.from(image.data);
      };
      expect(await laidOn("white")).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
      expect(await laidOn("black")).toEqual([10, 20, 30, 0, 0, 0, 0, 0, 0]);
      expect(await laidOn("#0a141E")).toEqual([10, 20, 30, 10, 20, 30, 5, 10, 15]);
      await expect(decodeImage(file, { background: "grey" })).rejects.toThrow(
        'Cannot lay a picture on the background "grey": give "ignore", "white", "black", "#rrggbb"',
      );
    });

    it("alpha that hides nothing is no reason for a warning", async () => {
      const file = await raw(1, 4, [10, 20, 30, 255]).png().toBuffer();
      expect(await decodeImage(file)).not.toHaveProperty("warnings");
    });

    it("grey levels above 255 are white, unless they are scaled", async () => {
      const file = await raw(4, 1, Uint16Array.of(9, 255, 256, 65535))
        .toColourspace("grey16")
        .png()
        .toBuffer();
      const { data, warnings } = await decodeImage(file, { name: "scan.png" });
      expect(Array.from(data.filter((_, i) => i % 3 === 0))).toEqual([9, 255, 255, 255]);
      expect(warnings).toMatchObject([{ code: "grey-levels-clipped" }]);
      expect(warnings?.[0]?.message).toMatch(/^50 % of the pixels of the picture "scan.png" are white, because/);
      await expect(decodeImage(file, { deepGrey: "stretch" as never })).rejects.toThrow(
        'Unknown deepGrey "stretch": use one of "clip", "scale"',
      );
      const scaled = await decodeImage(file, { deepGrey: "scale" });
      expect(scaled).not.toHaveProperty("warnings");
      expect(Array.from(scaled.data.filter((_, i) => i % 3 === 0))).toEqual([0, 0, 1, 255]);
    });

    it("printing inks become brighter colours", async () => {
      const file = await raw(1, 3, [200, 30, 40]).toColourspace("cmyk").jpeg().toBuffer();
      expect((await decodeImage(file)).warnings).toMatchObject([{ code: "printing-inks" }]);
    });
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
    [
      "other bytes",
      async () => Uint8Array.of(0, 1, 2, 3),
      "its first bytes are those of no format that calig knows; give an image file (JPEG",
    ],
    [
      "a drawing",
      async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'),
      "it is a drawing (SVG), and models see pixels; draw it as PNG",
    ],
    [
      "half a JPEG",
      async () => half(await raw(64, 3, NOISE).jpeg().toBuffer()),
      "the JPEG is damaged or cut off; copy or download it again",
    ],
    ["half a BMP", async () => half(bmp()), "it is a BMP that ends in its header"],
    [
      "half a PPM",
      async () => half(new TextEncoder().encode("P6 2 3 255 abcdefghijklmnopqr")),
      "it is cut off, 15 bytes are missing",
    ],
    [
      "a BMP with run lengths",
      async () => bmp(1),
      "it is a BMP compressed with run lengths, which calig does not read; save as PNG",
    ],
    [
      "a PPM without sizes",
      async () => new TextEncoder().encode("P6 x 3 255 "),
      'its width is "x", wanted a whole number',
    ],
    [
      "an icon",
      async () => Uint8Array.of(0, 0, 1, 0, 1, 0, 16, 16),
      "it is a Windows icon (ICO), which calig does not read; save as PNG",
    ],
    [
      "JPEG 2000",
      async () => new TextEncoder().encode("\0\0\0\x0cjP  \r\n"),
      "it is JPEG 2000, which calig does not read",
    ],
    [
      "HEIC",
      async () => new TextEncoder().encode("\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
      "it is HEIC, as phones save photographs",
    ],
    [
      "a film",
      async () => new TextEncoder().encode("\0\0\0\x18ftypisom\0\0\0\0isomavc1"),
      "it is a film; save a frame of it as PNG",
    ],
    ["PDF", async () => new TextEncoder().encode("%PDF-1.7"), "it is PDF"],
    ["a web page", async () => new TextEncoder().encode("<!DOCTYPE html><html>"), "it is a web page (HTML)"],
    [
      "a pointer",
      async () => new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"),
      "it is a pointer of Git LFS",
    ],
    ["nothing but zeros", async () => new Uint8Array(99), "it holds nothing but zeros"],
    ["half a PNG", async () => half(await raw(64, 3, NOISE).png().toBuffer()), "the PNG is damaged or cut off; copy"],
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
