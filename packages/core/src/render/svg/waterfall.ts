/** @file Where the score comes from as an SVG drawing: bars from the score at the baseline to the score at the input. */

import type { Explanation } from "../../attribution/explanation.ts";
import { type Waterfall, type WaterfallStep, waterfall } from "../../reading/waterfall.ts";
import { html, type Markup } from "../escape.ts";
import { scoreName, targetName } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { digitsFor, fixed, signed } from "../format.ts";
import { hex } from "../oklab.ts";
import { at } from "../overlay.ts";
import { type Palette, paletteOf, type Theme } from "../palette.ts";
import { printable, visible } from "../plain-text.ts";
import { hasOwnSteps, stepName } from "../waterfall-words.ts";

/** How the drawing of a waterfall looks. */
export interface WaterfallSvgOptions {
  /** Width in pixels, >= 240. Default 640. */
  readonly width?: number;
  /** Name of a palette. Default "orange-blue". */
  readonly palette?: string;
  /** Default "light". */
  readonly theme?: Theme;
  /** Words or patches on each side that have a bar of their own. */
  readonly items?: number;
}

const ROW = 26;
const BAR = 16;
const FONT_SIZE = 13;
const GAP = 10;
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
/** Advance of a character over the size of the font, about: enough for bold letters. */
const ADVANCE = 0.62;

interface Row {
  readonly name: string;
  readonly value: string;
  /** Score where the bar begins and ends; equal for the two ends, which are marks. */
  readonly from: number;
  readonly to: number;
  readonly kind: WaterfallStep["kind"] | "end";
}

/**
 * The drawing as a whole SVG element, which pages can place; it asks for no other file. Supporting bars go right and are
 * full, opposing ones go left and are striped, so that the sign shows without colour.
 *
 * @returns null where there is nothing to draw: see `waterfall`.
 */
export function waterfallSvg(explanation: Explanation, options: WaterfallSvgOptions = {}): Markup | null {
  const { width = 640, palette: paletteName, theme = "light", items } = options;
  const found = waterfall(explanation, items === undefined ? {} : { items });
  if (found === null) return null;
  const palette = paletteOf(paletteName, theme);
  const rows = rowsOf(explanation, found);
  const names = Math.min(width * 0.42, Math.max(...rows.map(({ name }) => columnsOf(name))) * FONT_SIZE * ADVANCE);
  const values = Math.max(...rows.map(({ value }) => value.length)) * FONT_SIZE * ADVANCE;
  const left = names + GAP;
  const room = Math.max(40, width - left - values - GAP);
  const scores = rows.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const x = (score: number) => left + (high > low ? (score - low) / (high - low) : 0.5) * room;
  const height = rows.length * ROW;
  const title = `Where the ${scoreName(explanation)} of ${printable(targetName(explanation))} comes from`;
  const ink = hex(palette.ink);
  const stripes = `calig-stripes-${theme}-${palette.name}`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${at(width)}" height="${height}" viewBox="0 0 ${at(width)} ${height}" role="img" aria-label="${title}"><title>${title}</title><desc>${description(rows)}</desc>${pattern(stripes, palette)}<g font-family="${SANS}" font-size="${FONT_SIZE}" fill="${ink}">${rows.map((row, i) => drawn(row, i, rows, { x, names, stripes, palette, valueX: width }))}</g></svg>`;
}

function rowsOf(explanation: Explanation, { scoreAtBaseline, scoreAtInput, steps }: Waterfall): Row[] {
  const digits = Math.max(2, digitsFor(Math.max(Math.abs(scoreAtInput), Math.abs(scoreAtBaseline))));
  const end = (name: string, score: number): Row => ({
    name,
    value: fixed(score, digits),
    from: score,
    to: score,
    kind: "end",
  });
  return [
    end("score at the baseline", scoreAtBaseline),
    ...steps.map(
      (step): Row => ({
        name: visible(stepName(explanation, step, hasOwnSteps(steps, step))),
        value: signed(step.change, digits),
        from: step.from,
        to: step.to,
        kind: step.kind,
      }),
    ),
    end("score at the input", scoreAtInput),
  ];
}

const description = (rows: readonly Row[]): string =>
  `${rows.map(({ name, value }) => `${name} ${value}`).join("; ")}.`;

/** What opposes is striped. */
const pattern = (id: string, palette: Palette): Markup =>
  html`<defs><pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="${hex(palette.color(-0.5))}"/><rect width="3" height="6" fill="${hex(palette.oppose)}"/></pattern></defs>`;

interface Frame {
  readonly x: (score: number) => number;
  readonly names: number;
  readonly stripes: string;
  readonly palette: Palette;
  readonly valueX: number;
}

function drawn(row: Row, i: number, rows: readonly Row[], { x, names, stripes, palette, valueX }: Frame): Markup {
  const top = i * ROW + (ROW - BAR) / 2;
  const base = i * ROW + ROW / 2 + FONT_SIZE * 0.35;
  const isEnd = row.kind === "end";
  const weight = isEnd ? html` font-weight="600"` : null;
  const shown = cut(row.name, names);
  const tooltip = shown === row.name ? null : html`<title>${row.name}</title>`;
  const [from, to] = [x(row.from), x(row.to)];
  const fill = row.to >= row.from ? hex(palette.support) : `url(#${stripes})`;
  // Special tokens and the rest are no evidence of the input: an outline tells them apart.
  const isInput = row.kind === "item" || row.kind === "supporting" || row.kind === "opposing";
  const outline = isInput ? null : html` fill-opacity="0.45" stroke="${hex(palette.ink)}" stroke-dasharray="3 2"`;
  const bar = isEnd
    ? html`<rect x="${at(from - 1.5)}" y="${at(top - 2)}" width="3" height="${BAR + 4}" fill="${hex(palette.ink)}"/>`
    : html`<rect x="${at(Math.min(from, to))}" y="${at(top)}" width="${at(Math.max(1, Math.abs(to - from)))}" height="${BAR}" fill="${fill}"${outline}/>`;
  const link =
    i === rows.length - 1
      ? null
      : html`<line x1="${at(to)}" x2="${at(to)}" y1="${at(top + BAR)}" y2="${at(top + ROW)}" stroke="${hex(palette.ink)}" stroke-opacity="0.4"/>`;
  return html`<text x="${at(names)}" y="${at(base)}" text-anchor="end"${weight}>${shown}${tooltip}</text>${bar}${link}<text x="${at(valueX)}" y="${at(base)}" text-anchor="end"${weight}>${row.value}</text>`;
}

function cut(name: string, width: number): string {
  const columns = Math.floor(width / (FONT_SIZE * ADVANCE) + 0.5);
  if (columnsOf(name) <= columns) return name;
  return `${Array.from(name)
    .slice(0, Math.max(1, columns - 1))
    .join("")}…`;
}
