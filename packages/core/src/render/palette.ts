/**
 * @file Named diverging palettes for signed values: warm supports, cool opposes, neutral in the middle.
 *
 * Every palette is a straight line in OKLab from its neutral to a warm and to a cool end of the same lightness and
 * chroma, so equal strength looks equally strong on both sides, and hues are chosen so that the two sides stay apart
 * for readers with colour-vision deficiencies (tested).
 */

import { keyword } from "../errors.ts";
import { contrast, labToRgb, lch, type Rgb } from "./oklab.ts";

export const PALETTE_NAMES = ["orange-blue", "coral-teal", "grayscale"] as const;
export type PaletteName = (typeof PALETTE_NAMES)[number];

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** A diverging palette for one theme. */
export interface Palette {
  readonly name: PaletteName;
  readonly theme: Theme;
  /** False when colour cannot tell the sign (grayscale): a renderer must then mark the sign in another way. */
  readonly showsSign: boolean;
  /** Colour of level 0, to be used as the background of the page. */
  readonly neutral: Rgb;
  /** Text that is readable on every colour of the palette: contrast of at least 4.5:1. */
  readonly ink: Rgb;
  /** Colour of bars and strokes: contrast of at least 3:1 on the neutral colour. */
  readonly support: Rgb;
  readonly oppose: Rgb;
  /** The same of what has no sign: neither warm nor cool. */
  readonly matters: Rgb;
  /** Background colour of a level in -1..1 (`SignedScale.level`). */
  color(level: number): Rgb;
  /** The same of a strength in 0..1 of what has no sign. */
  shade(strength: number): Rgb;
}

/** Hues in OKLCH degrees, and the largest chroma that both hues have at the end of the theme. */
interface Hues {
  readonly warm: number;
  readonly cool: number;
  readonly chroma: Readonly<Record<Theme, number>>;
}

const HUES: Readonly<Record<PaletteName, Hues>> = {
  "orange-blue": { warm: 60, cool: 250, chroma: { light: 0.13, dark: 0.118 } },
  "coral-teal": { warm: 38, cool: 218, chroma: { light: 0.12, dark: 0.088 } },
  grayscale: { warm: 0, cool: 0, chroma: { light: 0, dark: 0 } },
};

/** Lightness of the neutral, of the ends of the palette and of strokes. */
const LIGHTNESS: Readonly<Record<Theme, { readonly neutral: number; readonly end: number; readonly stroke: number }>> =
  {
    light: { neutral: 0.995, end: 0.75, stroke: 0.6 },
    dark: { neutral: 0.225, end: 0.52, stroke: 0.68 },
  };

/** Hue of what has no sign, as far from warm as from cool. */
const UNSIGNED_HUE = 320;

const INK: Readonly<Record<Theme, Rgb>> = { light: [29, 31, 36], dark: [240, 238, 233] };

/**
 * The palette of a name in a theme.
 *
 * @throws {InvalidOptionError} When there is no palette of this name; the message lists all names.
 */
export function paletteOf(name: string = PALETTE_NAMES[0], theme: Theme = "light"): Palette {
  const known = keyword("palette", name, PALETTE_NAMES);
  const { warm, cool, chroma } = HUES[known];
  const { neutral, end, stroke } = LIGHTNESS[theme];
  const shaded = (level: number, hue: number): Rgb => {
    const strength = Math.min(1, Math.abs(level)) || 0;
    const lightness = neutral + (end - neutral) * strength;
    return labToRgb(lch(lightness, chroma[theme] * strength, hue));
  };
  const color = (level: number): Rgb => shaded(level, level < 0 ? cool : warm);
  return {
    name: known,
    theme,
    showsSign: chroma[theme] > 0,
    neutral: color(0),
    ink: INK[theme],
    support: labToRgb(lch(stroke, chroma[theme], warm)),
    oppose: labToRgb(lch(stroke, chroma[theme], cool)),
    matters: labToRgb(lch(stroke, chroma[theme], UNSIGNED_HUE)),
    color,
    shade: (strength) => shaded(strength, UNSIGNED_HUE),
  };
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** Black or white, whichever is easier to read on `background`; at least 4.5:1 on any colour. */
export function contrastText(background: Rgb): Rgb {
  return contrast(background, BLACK) >= contrast(background, WHITE) ? BLACK : WHITE;
}
