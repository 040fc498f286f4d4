/** @file Colours of a terminal at a depth given by the caller: SGR sequences around plain text. */

import { InvalidOptionError, quote } from "../../errors.ts";
import { distance, type Rgb } from "../oklab.ts";
import { contrastText, type Palette } from "../palette.ts";

/** Bits of colour that a terminal shows; 0 means none. */
export type ColorDepth = 0 | 4 | 8 | 24;

const DEPTHS: readonly number[] = [0, 4, 8, 24];

/** Levels below this strength look like neutral text and are left alone. */
export const VISIBLE = 0.05;

/** Paints plain text. Every function returns the text itself where the terminal shows no colours. */
export interface Painter {
  readonly colors: ColorDepth;
  /** Background of a signed level in -1..1. */
  heat(text: string, level: number): string;
  support(text: string): string;
  oppose(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  alert(text: string): string;
}

const sgr = (codes: string) => (text: string) =>
  codes === "" || text === "" ? text : `\u001b[${codes}m${text}\u001b[0m`;

const CUBE = [0, 95, 135, 175, 215, 255] as const;

/** sRGB of colour 16..255 of the 256-colour palette: a 6 x 6 x 6 cube, then 24 grays. */
function indexedColor(index: number): Rgb {
  if (index >= 232) {
    const gray = 8 + 10 * (index - 232);
    return [gray, gray, gray];
  }
  const cell = index - 16;
  return [CUBE[Math.floor(cell / 36)]!, CUBE[Math.floor(cell / 6) % 6]!, CUBE[cell % 6]!];
}

/** Index of the most similar of the 240 fixed colours of a 256-colour terminal. */
export function nearestIndexed(color: Rgb): number {
  let best = 16;
  for (let index = 17; index < 256; index++) {
    if (distance(color, indexedColor(index)) < distance(color, indexedColor(best))) best = index;
  }
  return best;
}

const rgbCode = (layer: 38 | 48, color: Rgb) => `${layer};2;${color.join(";")}`;

function heatCodes(colors: ColorDepth, palette: Palette, level: number): string {
  const strength = Math.abs(level);
  const sign = palette.showsSign || level > 0 ? "" : ";4"; // underlined: the palette does not tell the sign
  if (colors === 24) return `${rgbCode(48, palette.color(level))};${rgbCode(38, palette.ink)}${sign}`;
  if (colors === 8) {
    const index = nearestIndexed(palette.color(level));
    const ink = contrastText(indexedColor(index))[0] === 0 ? 16 : 231;
    return `48;5;${index};38;5;${ink}${sign}`;
  }
  // 16 colours have no shades of one hue: weak is coloured text, medium a background, strong bold on it.
  if (!palette.showsSign) return strength < 0.35 ? `2${sign}` : strength < 0.7 ? `7${sign}` : `1;7${sign}`;
  if (strength < 0.35) return level > 0 ? "33" : "36";
  const background = level > 0 ? "43;30" : "44;97";
  return strength < 0.7 ? background : `1;${background}`;
}

/**
 * A painter for a terminal.
 *
 * @throws {InvalidOptionError} When `colors` is none of 0, 4, 8, 24.
 */
export function createPainter(colors: ColorDepth, palette: Palette): Painter {
  if (!DEPTHS.includes(colors)) {
    throw new InvalidOptionError(`Cannot paint with ${quote(colors)} bits of colour: use 0, 4, 8 or 24`, "colors", colors);
  }
  if (colors === 0) {
    const plain = (text: string) => text;
    return { colors, heat: plain, support: plain, oppose: plain, strong: plain, faint: plain, alert: plain };
  }
  const stroke = (color: Rgb, named: string) =>
    sgr(colors === 24 ? rgbCode(38, color) : colors === 8 ? `38;5;${nearestIndexed(color)}` : named);
  return {
    colors,
    heat: (text, level) => (Math.abs(level) < VISIBLE ? text : sgr(heatCodes(colors, palette, level))(text)),
    support: stroke(palette.support, "33"),
    oppose: stroke(palette.oppose, "36"),
    strong: sgr("1"),
    faint: sgr("2"),
    alert: sgr("1;31"),
  };
}
