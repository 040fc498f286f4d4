/**
 * @file The palettes in the fixed colours of 256-colour terminals.
 *
 * Chosen by hand: the nearest fixed colour of a dark or pale shade is often a gray or another hue, which would lose
 * the sign. Both sides of a step have nearly the same lightness (tested).
 */

import type { Rgb } from "../oklab.ts";
import type { PaletteName, Theme } from "../palette.ts";

/** Colour numbers of the warm and the cool side. */
export type Pair = readonly [support: number, oppose: number];

export interface IndexedRamp {
  /** Backgrounds of weak, medium and strong levels; null where there is no such shade and the text is coloured. */
  readonly backgrounds: readonly [weak: Pair | null, medium: Pair, strong: Pair];
  /** Text and bars. */
  readonly stroke: Pair;
}

export const INDEXED_RAMPS: Readonly<Record<PaletteName, Readonly<Record<Theme, IndexedRamp>>>> = {
  "orange-blue": {
    light: {
      backgrounds: [
        [223, 153],
        [215, 117],
        [208, 75],
      ],
      stroke: [130, 31],
    },
    dark: { backgrounds: [null, [94, 24], [166, 32]], stroke: [172, 74] },
  },
  "coral-teal": {
    light: {
      backgrounds: [
        [224, 152],
        [216, 117],
        [209, 74],
      ],
      stroke: [167, 31],
    },
    dark: { backgrounds: [null, [131, 30], [203, 37]], stroke: [209, 73] },
  },
  grayscale: {
    light: {
      backgrounds: [
        [253, 253],
        [250, 250],
        [247, 247],
      ],
      stroke: [241, 241],
    },
    dark: {
      backgrounds: [
        [236, 236],
        [239, 239],
        [242, 242],
      ],
      stroke: [247, 247],
    },
  },
};

const CUBE = [0, 95, 135, 175, 215, 255] as const;

/** sRGB of colour 16..255: a cube of 6 x 6 x 6 colours, then 24 grays (as xterm defines them). */
export function indexedColor(index: number): Rgb {
  if (index >= 232) {
    const gray = 8 + 10 * (index - 232);
    return [gray, gray, gray];
  }
  const cell = index - 16;
  return [CUBE[Math.floor(cell / 36)]!, CUBE[Math.floor(cell / 6) % 6]!, CUBE[cell % 6]!];
}
