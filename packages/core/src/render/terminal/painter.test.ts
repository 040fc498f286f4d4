import { describe, expect, test } from "vitest";
import { contrast, rgbToLab } from "../oklab.ts";
import { contrastText, PALETTE_NAMES, paletteOf, THEMES } from "../palette.ts";
import { INDEXED_RAMPS, indexedColor, type Pair } from "./indexed.ts";
import { type ColorDepth, createPainter } from "./painter.ts";

const cases = PALETTE_NAMES.flatMap((name) => THEMES.map((theme) => ({ name, theme })));

describe("createPainter()", () => {
  test("paints nothing at depth 0", () => {
    const painter = createPainter(0, paletteOf());
    for (const paint of [painter.support, painter.oppose, painter.strong, painter.faint, painter.alert]) {
      expect(paint("x")).toBe("x");
    }
    expect(painter.heat("x", 1)).toBe("x");
  });

  test.each([4, 8, 24] as const)("ends every style it starts and leaves neutral text alone at depth %d", (colors) => {
    const painter = createPainter(colors, paletteOf("orange-blue", "dark"));
    expect(painter.heat("x", 0)).toBe("x");
    expect(painter.heat("x", 0.01)).toBe("x");
    expect(painter.heat("", 1)).toBe("");
    for (const text of [painter.heat("x", 1), painter.heat("x", -0.4), painter.alert("x"), painter.support("x")]) {
      expect(text).toMatch(/^\u001b\[[\d;]+mx\u001b\[0m$/);
    }
  });

  test("uses the colours of the palette at depth 24", () => {
    const palette = paletteOf("coral-teal", "light");
    const painter = createPainter(24, palette);
    expect(painter.heat("x", -1)).toContain(`48;2;${palette.color(-1).join(";")};38;2;${palette.ink.join(";")}m`);
  });

  test.each(cases)("shows the sign at every depth: $name, $theme", ({ name, theme }) => {
    for (const colors of [4, 8, 24] as const) {
      const painter = createPainter(colors, paletteOf(name, theme));
      for (const level of [0.2, 0.5, 1]) expect(painter.heat("x", level)).not.toBe(painter.heat("x", -level));
    }
  });

  test("refuses a depth that no terminal has", () => {
    expect(() => createPainter(16 as ColorDepth, paletteOf())).toThrow("Cannot paint with 16 bits of colour");
  });
});

describe.each(cases)("256 colours of $name, $theme", ({ name, theme }) => {
  const { backgrounds, stroke } = INDEXED_RAMPS[name][theme];
  const pairs = [...backgrounds, stroke].filter((pair): pair is Pair => pair !== null);

  test("have nearly the same lightness on both sides", () => {
    for (const [warm, cool] of pairs) {
      const [a, b] = [rgbToLab(indexedColor(warm))[0], rgbToLab(indexedColor(cool))[0]];
      expect(Math.abs(a - b), `${warm} and ${cool}`).toBeLessThan(0.075);
    }
  });

  test("carry text at 4.5:1", () => {
    for (const index of backgrounds.flatMap((pair) => pair ?? [])) {
      const color = indexedColor(index);
      expect(contrast(color, contrastText(color))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("are warm and cool", () => {
    for (const [warm, cool] of pairs) {
      const [, aWarm, bWarm] = rgbToLab(indexedColor(warm));
      const [, , bCool] = rgbToLab(indexedColor(cool));
      if (name === "grayscale") expect(warm).toBe(cool);
      else {
        expect(aWarm + bWarm, String(warm)).toBeGreaterThan(0.05);
        expect(bCool, String(cool)).toBeLessThan(-0.01);
      }
    }
  });
});

test("indexedColor() follows xterm", () => {
  expect(indexedColor(16)).toEqual([0, 0, 0]);
  expect(indexedColor(231)).toEqual([255, 255, 255]);
  expect(indexedColor(208)).toEqual([255, 135, 0]);
  expect(indexedColor(232)).toEqual([8, 8, 8]);
  expect(indexedColor(255)).toEqual([238, 238, 238]);
});
