/** @file Colours of a terminal at a depth given by the caller: SGR sequences around plain text. */

import { InvalidOptionError, quote } from "../../errors.ts";
import type { Rgb } from "../oklab.ts";
import { contrastText, type Palette } from "../palette.ts";
import { stepOf, VISIBLE } from "../scale.ts";
import { INDEXED_RAMPS, indexedColor } from "./indexed.ts";

/** Bits of colour that a terminal shows; 0 means none. */
export type ColorDepth = 0 | 4 | 8 | 24;

const DEPTHS: readonly number[] = [0, 4, 8, 24];

/** Paints plain text. Every function returns the text itself where the terminal shows no colours. */
export interface Painter {
  readonly colors: ColorDepth;
  /** Whether `heat` shows a continuous scale; weak, medium and strong only, or nothing, otherwise. */
  readonly continuous: boolean;
  /** Background of a signed level in -1..1; coloured text where the terminal has no background for it. */
  heat(text: string, level: number): string;
  support(text: string): string;
  oppose(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  alert(text: string): string;
}

const sgr = (codes: string) => (text: string) =>
  codes === "" || text === "" ? text : `\u001b[${codes}m${text}\u001b[0m`;

const rgbCode = (layer: 38 | 48, color: Rgb) => `${layer};2;${color.join(";")}`;

/** Codes of a level, and of the bars and texts of both signs. */
interface Codes {
  heat(level: number): string;
  readonly support: string;
  readonly oppose: string;
}

function codes24(palette: Palette): Codes {
  return {
    heat: (level) =>
      Math.abs(level) < VISIBLE ? "" : `${rgbCode(48, palette.color(level))};${rgbCode(38, palette.ink)}`,
    support: rgbCode(38, palette.support),
    oppose: rgbCode(38, palette.oppose),
  };
}

function codes8({ name, theme }: Palette): Codes {
  const { backgrounds, stroke } = INDEXED_RAMPS[name][theme];
  return {
    heat: (level) => {
      const step = stepOf(level);
      const side = level < 0 ? 1 : 0;
      if (step === 0) return "";
      const background = backgrounds[step - 1]?.[side];
      if (background === undefined) return `38;5;${stroke[side]}`;
      return `48;5;${background};38;5;${contrastText(indexedColor(background))[0] === 0 ? 16 : 231}`;
    },
    support: `38;5;${stroke[0]}`,
    oppose: `38;5;${stroke[1]}`,
  };
}

/** 16 colours have no shades of a hue: weak is coloured text, medium a background, strong bold on it. */
function codes4({ showsSign }: Palette): Codes {
  const [warm, cool] = showsSign
    ? [
        ["", "33", "43;30", "1;43;30"],
        ["", "36", "44;97", "1;44;97"],
      ]
    : [
        ["", "1", "7", "1;7"],
        ["", "1", "7", "1;7"],
      ];
  return {
    heat: (level) => (level < 0 ? cool : warm)![stepOf(level)]!,
    support: showsSign ? "33" : "",
    oppose: showsSign ? "36" : "",
  };
}

/**
 * A painter for a terminal.
 *
 * @throws {InvalidOptionError} When `colors` is none of 0, 4, 8, 24.
 */
export function createPainter(colors: ColorDepth, palette: Palette): Painter {
  if (!DEPTHS.includes(colors)) {
    throw new InvalidOptionError(
      `Cannot paint with ${quote(colors)} bits of colour: use 0, 4, 8 or 24`,
      "colors",
      colors,
    );
  }
  if (colors === 0) {
    const plain = (text: string) => text;
    const none = { heat: plain, support: plain, oppose: plain, strong: plain, faint: plain, alert: plain };
    return { colors, continuous: false, ...none };
  }
  const codes = colors === 24 ? codes24(palette) : colors === 8 ? codes8(palette) : codes4(palette);
  const heat = (text: string, level: number): string => {
    const code = codes.heat(level);
    // Where the palette does not tell the sign, what opposes is underlined.
    return sgr(code !== "" && level < 0 && !palette.showsSign ? `${code};4` : code)(text);
  };
  return {
    colors,
    continuous: colors === 24,
    heat,
    support: sgr(codes.support),
    oppose: sgr(codes.oppose),
    strong: sgr("1"),
    faint: sgr("2"),
    alert: sgr("1;31"),
  };
}
