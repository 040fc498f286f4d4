import { describe, expect, test } from "vitest";
import { contrast, type Rgb } from "../oklab.ts";
import { PALETTE_NAMES, paletteOf, THEMES } from "../palette.ts";
import { PAGE_COLORS, styleSheet } from "./style.ts";

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

describe.each(THEMES)("colours of the page, %s", (theme) => {
  const colors = PAGE_COLORS[theme];
  const page = paletteOf(undefined, theme).neutral;

  test.each(["ink", "muted", "accent", "warn"])("%s is readable on the page and on panels", (name) => {
    expect(contrast(rgb(colors[name]!), page)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgb(colors[name]!), rgb(colors.panel!))).toBeGreaterThanOrEqual(4.5);
  });

  test("warnings are readable", () => {
    expect(contrast(rgb(colors.warn!), rgb(colors["warn-panel"]!))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgb(colors.ink!), rgb(colors["warn-panel"]!))).toBeGreaterThanOrEqual(4.5);
  });
});

describe("styleSheet()", () => {
  test.each(PALETTE_NAMES)("balances its braces and loads nothing: %s", (name) => {
    const css = styleSheet(name);
    expect(css.match(/\{/g)?.length).toBe(css.match(/\}/g)?.length);
    expect(css).not.toMatch(/url\(|@import|@font-face|<\//);
  });

  test("uses only variables that it defines", () => {
    const css = styleSheet(undefined);
    const defined = new Set([...css.matchAll(/(--[\w-]+):/g)].map((match) => match[1]));
    defined.add("--columns"); // set by the grid of patches itself
    for (const [, name] of css.matchAll(/var\((--[\w-]+)\)/g)) expect(defined, name).toContain(name);
  });

  test("respects reduced motion, forced colours and paper", () => {
    const css = styleSheet(undefined);
    for (const query of [
      "prefers-reduced-motion:reduce",
      "forced-colors:active",
      "@media print",
      "prefers-color-scheme:dark",
    ]) {
      expect(css).toContain(query);
    }
  });
});
