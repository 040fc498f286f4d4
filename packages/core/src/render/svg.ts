/** @file An explanation as a standalone SVG picture: the text or the patches as a signed heatmap, with a legend. */

import type { Explanation, ImageExplanation, WrittenExplanation } from "../attribution/explanation.ts";
import { InvalidOptionError, keyword, quote } from "../errors.ts";
import { baseDirection, hasRightToLeft, visualOrder } from "./bidi.ts";
import { html, type Markup } from "./escape.ts";
import { isSigned, isWritten, itemNoun, itemsOf, mapBound, rankedItems, scoreName, targetName } from "./evidence.ts";
import { columnsOf, flow } from "./flow.ts";
import { digitsFor, percent, signed } from "./format.ts";
import { targetClass, targetValue } from "./head.ts";
import { type FigureSettings, mapPart, type Part, pictureDefinition, picturePart, stripPart } from "./image-figure.ts";
import { hex } from "./oklab.ts";
import { at, CONTOURS, OVERLAYS, type OverlayName } from "./overlay.ts";
import { type Palette, paletteOf, type Theme } from "./palette.ts";
import { checkPicture } from "./picture.ts";
import { printable, visible } from "./plain-text.ts";
import { regionsInWords } from "./regions.ts";
import { type SignedScale, signedScale, stepOf, VISIBLE } from "./scale.ts";
import { segmentText } from "./segments.ts";

/** How the drawing of an explanation looks. */
export interface SvgOptions {
  /** Width of the picture in pixels, >= 240. Default 720. */
  readonly width?: number;
  /** Name of a palette. Default "orange-blue". */
  readonly palette?: string;
  /** Default "light". */
  readonly theme?: Theme;
  /** The picture that is explained, as a data URI, drawn under the patches. */
  readonly picture?: string;
  /** How the evidence in a picture is drawn. Default "smooth". */
  readonly overlay?: OverlayName;
  /** Whether a picture is followed by a small map for each block. Default true. */
  readonly blockMaps?: boolean;
}

const MARGIN = 24;
const FONT_SIZE = 16;
/** Advance of a character of the monospaced font over its size; each word is fitted to it, whatever the font. */
const ADVANCE = 0.6;
const COLUMN = FONT_SIZE * ADVANCE;
const LINE = 30;
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono', monospace";

interface Frame {
  readonly palette: Palette;
  readonly scale: SignedScale;
  readonly digits: number;
  readonly width: number;
  readonly muted: string;
  readonly isSigned: boolean;
}

const caption = (value: number, name: string, { digits }: Frame): string => `${name}: ${signed(value, digits)}`;

/** The background of a word, and a line that tells its sign without colour. */
function shade(value: number, columns: number, x: number, y: number, frame: Frame): Markup | null {
  const { palette, scale, isSigned: signs } = frame;
  const level = scale.level(value);
  if (Math.abs(level) < VISIBLE) return null;
  const width = columns * COLUMN;
  const background = html`<rect x="${at(x)}" y="${at(y - 19)}" width="${at(width)}" height="26" rx="3" fill="${hex(signs ? palette.color(level) : palette.shade(Math.abs(level)))}"/>`;
  if (stepOf(level) === 0) return background;
  const [color, dashes] = !signs
    ? [palette.matters, null]
    : level < 0
      ? [palette.oppose, html` stroke-dasharray="3 3"`]
      : [palette.support, null];
  return html`${background}<line x1="${at(x)}" x2="${at(x + width)}" y1="${at(y + 6)}" y2="${at(y + 6)}" stroke="${hex(color)}" stroke-width="2"${dashes}/>`;
}

function word(text: string, columns: number, x: number, y: number, fill: string, title: string | null): Markup {
  const tooltip = title === null ? null : html`<title>${title}</title>`;
  return html`<text x="${at(x)}" y="${at(y)}" textLength="${at(columns * COLUMN)}" lengthAdjust="spacingAndGlyphs" fill="${fill}">${text}${tooltip}</text>`;
}

function textPart({ input, words }: WrittenExplanation, frame: Frame): Part {
  const columns = Math.floor((frame.width - 2 * MARGIN) / COLUMN);
  const base = baseDirection(input.text);
  // One style object per word keeps words apart in the runs of a line.
  const pieces = segmentText(input.text, words).flatMap(({ kind, text, members }) =>
    kind === "special"
      ? []
      : [
          {
            text,
            style: { value: kind === "feature" ? members.reduce((sum, i) => sum + words[i]!.attribution, 0) : null },
          },
        ],
  );
  const lines = flow(pieces, columns).map((line, row) => {
    const y = row * LINE + 22;
    const ordered = hasRightToLeft(input.text)
      ? visualOrder(
          line.map((run) => run.text),
          base,
        ).map((i) => line[i]!)
      : line;
    const width = ordered.reduce((sum, run) => sum + run.width, 0);
    let x = base === "rtl" ? frame.width - 2 * MARGIN - width * COLUMN : 0;
    const shades: (Markup | null)[] = [];
    const texts: Markup[] = [];
    for (const { text, width, style } of ordered) {
      const left = x;
      x += width * COLUMN;
      if (style === null || text.trim() === "") continue;
      if (style.value === null) texts.push(word(text, width, left, y, frame.muted, null));
      else {
        shades.push(shade(style.value, width, left, y, frame));
        texts.push(word(text, width, left, y, hex(frame.palette.ink), caption(style.value, visible(text), frame)));
      }
    }
    return html`${shades}${texts}`;
  });
  return {
    markup: html`<g font-family="${MONO}" font-size="${FONT_SIZE}" style="white-space:pre">${lines}</g>`,
    height: lines.length * LINE + 20,
  };
}

function legendPart(explanation: Explanation, frame: Frame, lines: boolean): Part {
  const { palette, scale, digits, width, muted } = frame;
  const target = visible(targetClass(explanation));
  const signs = isSigned(explanation);
  const style = html`font-family="${SANS}" font-size="12" fill="${muted}"`;
  if (scale.bound === 0) {
    const said = `All attributions are 0: nothing ${signs ? "supports or opposes" : "matters for"} ${target}`;
    return { markup: html`<text ${style} y="14">${said}</text>`, height: 24 };
  }
  const steps = 41;
  const swatch = 4;
  const left = (width - 2 * MARGIN - steps * swatch) / 2;
  const bar = Array.from({ length: steps }, (_, i) => {
    const level = signs ? (2 * i) / (steps - 1) - 1 : i / (steps - 1);
    return html`<rect x="${at(left + i * swatch)}" width="${swatch}" height="10" fill="${hex(signs ? palette.color(level) : palette.shade(level))}"/>`;
  });
  const line = (y: number, from: number, dashed: boolean, color: string) =>
    html`<line x1="${at(from)}" x2="${at(from + (steps / 2) * swatch - 10)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"${dashed ? html` stroke-dasharray="3 3"` : null}/>`;
  const middle = left + (steps / 2) * swatch;
  const right = left + steps * swatch;
  const shares = lines
    ? html`<text y="46">Lines at ${CONTOURS.slice(0, -1)
        .map((share) => percent(share, 0))
        .join(
          ", ",
        )} and ${percent(CONTOURS.at(-1)!, 0)} of the ends of the scale${signs ? "; dashed lines oppose" : ""}</text>`
    : null;
  const height = lines ? 54 : 36;
  if (!signs) {
    return {
      markup: html`<g ${style}><g shape-rendering="crispEdges">${bar}</g><text x="${at(left - 8)}" y="10" text-anchor="end">0</text><text x="${at(right + 8)}" y="10">${scale.saturates ? "≥ " : ""}${signed(scale.bound, digits).replace("+", "")} matters</text>${shares}</g>`,
      height,
    };
  }
  return {
    markup: html`<g ${style}><g shape-rendering="crispEdges">${bar}</g>${line(14, left, true, hex(palette.oppose))}${line(14, middle + 10, false, hex(palette.support))}<text x="${at(left - 8)}" y="10" text-anchor="end">opposes ${scale.saturates ? "≤ " : ""}${signed(-scale.bound, digits)}</text><text x="${at(middle)}" y="28" text-anchor="middle">0</text><text x="${at(right + 8)}" y="10">${scale.saturates ? "≥ " : ""}${signed(scale.bound, digits)} supports</text>${shares}</g>`,
    height,
  };
}

function description(explanation: Explanation, digits: number): string {
  const items = itemsOf(explanation);
  const { supporting, opposing } = rankedItems(items);
  const list = (ranked: typeof items) =>
    ranked
      .slice(0, 5)
      .map((item) => `${visible(item.label)} ${signed(item.attribution, digits)}`)
      .join(", ") || "none";
  const { many } = itemNoun(explanation);
  const places = isWritten(explanation) ? "" : `${regionsInWords(explanation)} `;
  if (!isSigned(explanation)) {
    return `${places}What ${many} matter for ${visible(targetName(explanation))}. Strongest: ${list(supporting)}.`;
  }
  return `${places}Attribution of ${many} to the ${scoreName(explanation)} of ${visible(targetName(explanation))}. Strongest support: ${list(supporting)}. Strongest opposition: ${list(opposing)}.`;
}

/** `text` cut to the columns that fit, for labels of a proportional font (about half its size per column). */
export function fitted(text: string, width: number, fontSize: number): string {
  const columns = Math.floor(width / (fontSize * 0.56));
  const shown = visible(text);
  if (columnsOf(shown) <= columns) return shown;
  return `${Array.from(shown)
    .slice(0, Math.max(1, columns - 1))
    .join("")}…`;
}

/** A picture narrower than this is not drawn twice beside each other. */
const LEAST_BESIDE = 440;
const BESIDE_GAP = 16;

/** The map of the result, beside the picture where there is one and room for both. */
function besidePicture(explanation: ImageExplanation, settings: FigureSettings): Part {
  const { picture, room } = settings;
  if (picture === undefined || room < LEAST_BESIDE) return mapPart(explanation, settings);
  const half = (room - BESIDE_GAP) / 2;
  const original = picturePart(explanation, { picture, room: half });
  const map = mapPart(explanation, { ...settings, room: half });
  return {
    markup: html`${original.markup}<g transform="translate(${at(half + BESIDE_GAP)} 0)">${map.markup}</g>`,
    height: Math.max(original.height, map.height),
  };
}

/** The picture, beside it the picture with its overlay, the legend, and the maps of the blocks. */
function imageParts(
  explanation: ImageExplanation,
  frame: Frame,
  { blockMaps, ...chosen }: Pick<FigureSettings, "overlay" | "picture"> & { readonly blockMaps: boolean },
): Part[] {
  const settings = { ...frame, ...chosen, room: frame.width - 2 * MARGIN };
  const strip = blockMaps ? stripPart(explanation, { ...settings, font: SANS }) : null;
  return [
    besidePicture(explanation, settings),
    legendPart(explanation, frame, chosen.overlay === "contours" && frame.scale.bound > 0),
    ...(strip === null ? [] : [strip]),
  ];
}

/**
 * A standalone SVG picture with title and description, no scripts and no references to other files.
 *
 * @throws {InvalidOptionError} When the width, the palette or the picture cannot be used.
 */
export function renderSvg(
  explanation: Explanation,
  {
    width = 720,
    palette: name,
    theme = "light",
    picture,
    overlay: overlayName = OVERLAYS[0],
    blockMaps = true,
  }: SvgOptions = {},
): string {
  if (!(width >= 240 && Number.isFinite(width))) {
    throw new InvalidOptionError(`Cannot draw ${quote(width)} pixels wide: give a number >= 240`, "width", width);
  }
  const palette = paletteOf(name, theme);
  const values = isWritten(explanation)
    ? explanation.words.map((word) => word.attribution)
    : itemsOf(explanation).map((item) => item.attribution);
  const scale = signedScale(values, { bound: mapBound(explanation, values) });
  const frame: Frame = {
    palette,
    scale,
    digits: digitsFor(scale.bound),
    width,
    muted: theme === "light" ? "#5b5f67" : "#a3a7ae",
    isSigned: isSigned(explanation),
  };
  const { model, method } = explanation;
  const value = targetValue(explanation);
  const label = fitted(targetName(explanation), width - 2 * MARGIN - value.length * 14 - 14, 22);
  const source = fitted(`${model.id}, ${method.name}, ${scoreName(explanation)}`, width - 2 * MARGIN, 12);
  const checked = picture === undefined ? undefined : checkPicture(picture);
  const parts: Part[] = [
    {
      markup: html`<text y="20" font-family="${SANS}" fill="${hex(palette.ink)}"><tspan font-size="22" font-weight="600">${label}</tspan><tspan font-size="22" dx="10">${value}</tspan></text><text y="42" font-family="${SANS}" font-size="12" fill="${frame.muted}">${source}</text>`,
      height: 60,
    },
    ...(isWritten(explanation)
      ? [textPart(explanation, frame), legendPart(explanation, frame, false)]
      : imageParts(explanation as ImageExplanation, frame, {
          overlay: keyword("overlay", overlayName, OVERLAYS),
          picture: checked,
          blockMaps,
        })),
  ];
  const definition = checked === undefined || isWritten(explanation) ? null : pictureDefinition(checked);
  let y = MARGIN;
  const placed = parts.map(({ markup, height }) => {
    const group = html`<g transform="translate(${MARGIN} ${at(y)})">${markup}</g>`;
    y += height;
    return group;
  });
  const height = at(y + MARGIN - 8);
  const title = `${printable(targetName(explanation))} ${value}`;
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" width="${at(width)}" height="${height}" viewBox="0 0 ${at(width)} ${height}" role="img" aria-label="${title}"><title>${title}</title><desc>${description(explanation, frame.digits)}</desc><rect width="100%" height="100%" fill="${hex(palette.neutral)}"/>${definition}${placed}</svg>`}\n`;
}
