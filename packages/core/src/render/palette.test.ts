import { describe, expect, test } from "vitest";
import { contrast, distance, hex, labToRgb, lch, linearOf, type Rgb, rgbToLab } from "./oklab.ts";
import { contrastText, PALETTE_NAMES, type Palette, paletteOf, THEMES } from "./palette.ts";

const LEVELS = Array.from({ length: 51 }, (_, i) => i / 50);

/** Machado, Oliveira and Fernandes 2009, severity 1.0: simulation of colour-vision deficiencies in linear RGB. */
const DEFICIENCIES: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function simulate(deficiency: string, color: Rgb): Rgb {
  const linear = linearOf(rgbToLab(color));
  return DEFICIENCIES[deficiency]!.map((row) => {
    const value = Math.min(1, Math.max(0, row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]));
    return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
  }) as unknown as Rgb;
}

const palettes: readonly Palette[] = PALETTE_NAMES.flatMap((name) => THEMES.map((theme) => paletteOf(name, theme)));

describe.each(palettes)("palette $name, $theme", (palette) => {
  test("is symmetric in lightness about 0", () => {
    for (const level of LEVELS) {
      const [warm] = rgbToLab(palette.color(level));
      const [cool] = rgbToLab(palette.color(-level));
      // One step of an 8-bit channel moves OKLab lightness by up to 0.004.
      expect(Math.abs(warm - cool)).toBeLessThan(0.004);
    }
  });

  test("grows evenly from neutral to both ends", () => {
    const [neutral] = rgbToLab(palette.neutral);
    const end = Math.abs(rgbToLab(palette.color(1))[0] - neutral);
    expect(end).toBeGreaterThan(0.2);
    for (const level of LEVELS) {
      for (const sign of [1, -1]) {
        const [lightness] = rgbToLab(palette.color(sign * level));
        expect(Math.abs(Math.abs(lightness - neutral) - level * end)).toBeLessThan(0.006);
      }
    }
  });

  test("stays inside sRGB: no colour is clipped", () => {
    for (const level of LEVELS.flatMap((v) => [v, -v])) {
      const [lightness, a, b] = rgbToLab(palette.color(level));
      const chroma = Math.hypot(a, b);
      const intended = Math.hypot(...rgbToLab(palette.color(Math.sign(level) || 1)).slice(1)) * Math.abs(level);
      expect(Math.abs(chroma - intended)).toBeLessThan(0.006);
      expect(lightness).toBeGreaterThan(0);
    }
  });

  test("carries text at 4.5:1 and strokes at 3:1", () => {
    for (const level of LEVELS.flatMap((v) => [v, -v])) {
      expect(contrast(palette.color(level), palette.ink)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(palette.support, palette.neutral)).toBeGreaterThanOrEqual(3);
    expect(contrast(palette.oppose, palette.neutral)).toBeGreaterThanOrEqual(3);
  });

  test("is warm where it supports and cool where it opposes, or says that it shows no sign", () => {
    const [, , warm] = rgbToLab(palette.color(1));
    const [, , cool] = rgbToLab(palette.color(-1));
    if (palette.showsSign) {
      expect(warm).toBeGreaterThan(0.04);
      expect(cool).toBeLessThan(-0.04);
    } else {
      expect(palette.color(1)).toEqual(palette.color(-1));
    }
  });

  test.each(Object.keys(DEFICIENCIES))("keeps the two signs apart with %s", (deficiency) => {
    if (!palette.showsSign) return expect(palette.name).toBe("grayscale");
    for (const level of [0.5, 1]) {
      const warm = simulate(deficiency, palette.color(level));
      const cool = simulate(deficiency, palette.color(-level));
      // 0.02 is about one just noticeable difference in OKLab; a full swing must be at least five.
      expect(distance(warm, cool)).toBeGreaterThan(0.1 * level);
    }
  });
});

describe("paletteOf()", () => {
  test("takes orange-blue and light when nothing is said", () => {
    expect(paletteOf().name).toBe("orange-blue");
    expect(paletteOf().theme).toBe("light");
  });

  test("shows levels beyond -1..1 as the ends and NaN as neutral", () => {
    const palette = paletteOf();
    expect(palette.color(7)).toEqual(palette.color(1));
    expect(palette.color(-7)).toEqual(palette.color(-1));
    expect(palette.color(Number.NaN)).toEqual(palette.neutral);
  });

  test("names all palettes when it knows none of this name", () => {
    expect(() => paletteOf("redblue")).toThrow(
      'Unknown palette "redblue": use one of "orange-blue", "coral-teal", "grayscale"',
    );
  });
});

describe("contrastText()", () => {
  test("reaches 4.5:1 on every gray and on saturated colours", () => {
    const colors: Rgb[] = Array.from({ length: 256 }, (_, v) => [v, v, v]);
    for (let hue = 0; hue < 360; hue += 15) colors.push(labToRgb(lch(0.6, 0.1, hue)), labToRgb(lch(0.55, 0.1, hue)));
    for (const color of colors) expect(contrast(color, contrastText(color))).toBeGreaterThanOrEqual(4.5);
  });
});

describe("OKLab", () => {
  // Reference values of the page that defines OKLab, from its table of XYZ pairs expressed in sRGB primaries.
  test.each([
    ["white", [255, 255, 255], [1, 0, 0]],
    ["black", [0, 0, 0], [0, 0, 0]],
    ["red", [255, 0, 0], [0.62796, 0.22486, 0.12585]],
    ["green", [0, 255, 0], [0.86644, -0.23389, 0.1795]],
    ["blue", [0, 0, 255], [0.45201, -0.03246, -0.31153]],
  ] as const)("of %s", (_, rgb, lab) => {
    expect(rgbToLab(rgb)).toBeAllClose(lab, { rtol: 0, atol: 1e-4 });
    expect(labToRgb(lab)).toEqual(rgb);
  });

  test("contrast of black and white is 21, and hex() pads", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 6);
    expect(hex([0, 10, 255])).toBe("#000aff");
  });
});
