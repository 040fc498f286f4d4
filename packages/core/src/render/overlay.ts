/** @file The evidence of patches drawn over a picture, as SVG: in patches, as a smooth map, or as contours. */

import { contourLines, type Line } from "./contours.ts";
import { html, type Markup } from "./escape.ts";
import type { Patches } from "./evidence.ts";
import { indexedPngUri, type Rgba } from "./indexed-png.ts";
import { hex, type Rgb } from "./oklab.ts";
import type { Palette } from "./palette.ts";
import { patchGrid, smoothSurface } from "./patch-field.ts";
import { type SignedScale, STEPS, stepOf } from "./scale.ts";

/** How evidence is drawn over a picture; the first is the default. */
export const OVERLAYS = ["smooth", "patches", "contours"] as const;
/** How the map of a picture is laid over it. */
export type OverlayName = (typeof OVERLAYS)[number];

/** Shares of the full scale that contours are drawn at, where nothing else is said. */
export const CONTOURS: readonly number[] = [0.25, 0.5, 0.75];

/** Opacity of full strength over a picture, which must stay visible. */
const OVER_PICTURE = 0.8;
/** Levels on each side of 0 of a smooth map: a palette has 256 colours. */
const LEVELS = 127;

/** Where the patches lie, in the units of the drawing. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface OverlaySettings {
  readonly palette: Palette;
  readonly scale: SignedScale;
  readonly place: Place;
  /** Whether there is a picture under the overlay. */
  readonly over: boolean;
  /** Whether the numbers have a sign. Default true: below 0 opposes. */
  readonly isSigned?: boolean;
  /** Pixels along the side of a patch in smooth maps and steps of contours. Default 8. */
  readonly samples?: number;
  /** Width of contours. Default 1.5. */
  readonly stroke?: number;
  /** Shares of the full scale that contours are drawn at. Default: `CONTOURS`. */
  readonly shares?: readonly number[];
  /** What is said of a patch where readers point at it. */
  readonly tooltip?: (row: number, column: number, value: number) => string;
}

/** Numbers of coordinates: two decimals are enough for any screen. */
export const at = (value: number): string => String(Math.round(value * 100) / 100);

/** The overlay of numbers of the patches. */
export function overlay(
  name: OverlayName,
  explanation: Patches,
  values: readonly number[],
  settings: OverlaySettings,
): Markup {
  const { shares = CONTOURS } = settings;
  const tooltips = settings.tooltip === undefined ? null : patchesOf(explanation, values, settings, () => null);
  switch (name) {
    case "patches":
      return patchesOf(explanation, values, settings, (value) => patchFill(value, settings));
    case "smooth":
      return html`${smoothMap(explanation, values, settings)}${settings.palette.showsSign && !settings.over ? null : edges(explanation, values, settings)}${tooltips}`;
    case "contours":
      return html`${contours(explanation, values, settings, [...shares.map((share) => -share), ...shares])}${tooltips}`;
  }
}

interface Fill {
  readonly color: Rgb;
  readonly opacity: number;
}

/** Over a picture the colour of the side, the more opaque the stronger; else a colour of the palette. */
function patchFill(value: number, settings: OverlaySettings): Fill {
  const { palette, scale, over, isSigned = true } = settings;
  const level = scale.level(value);
  if (!over) return { color: isSigned ? palette.color(level) : palette.shade(Math.abs(level)), opacity: 1 };
  return { color: fullColor(level, settings), opacity: Math.abs(level) * OVER_PICTURE };
}

/** The colour of the side of a level, at full strength. */
const fullColor = (level: number, { palette, isSigned = true }: OverlaySettings): Rgb =>
  !isSigned ? palette.matters : level < 0 ? palette.oppose : palette.support;

/** A rectangle for each patch; without a fill it is there for its tooltip alone. */
function patchesOf(
  explanation: Patches,
  values: readonly number[],
  settings: OverlaySettings,
  fillOf: (value: number) => Fill | null,
): Markup {
  const { palette, scale, place, over, tooltip } = settings;
  const [rows, columns] = explanation.input.grid;
  const [width, height] = [place.width / columns, place.height / rows];
  const cells = explanation.features.map(({ row, column, special }, feature) => {
    if (special) return null;
    const value = values[feature] ?? 0;
    const [left, top] = [place.left + column * width, place.top + row * height];
    const fill = fillOf(value);
    const paint =
      fill === null
        ? html`fill="#000" fill-opacity="0"`
        : html`fill="${hex(fill.color)}"${fill.opacity === 1 ? null : html` fill-opacity="${at(fill.opacity)}"`}`;
    const title = tooltip === undefined ? null : html`<title>${tooltip(row, column, value)}</title>`;
    const cell = html`<rect x="${at(left)}" y="${at(top)}" width="${at(width)}" height="${at(height)}" ${paint}>${title}</rect>`;
    const level = scale.level(value);
    if (fill === null || (palette.showsSign && !over) || level >= 0 || stepOf(level) === 0) return cell;
    // Colour alone does not tell the sign on every picture: what opposes is crossed by a line.
    return html`${cell}<line x1="${at(left)}" y1="${at(top + height)}" x2="${at(left + width)}" y2="${at(top)}" stroke="${hex(palette.ink)}" stroke-opacity="0.6" vector-effect="non-scaling-stroke"/>`;
  });
  return html`<g shape-rendering="crispEdges">${cells}</g>`;
}

/** A picture of the surface with a colour per level, which the viewer enlarges smoothly. */
function smoothMap(explanation: Patches, values: readonly number[], settings: OverlaySettings): Markup {
  const { scale, place, samples = 8 } = settings;
  const surface = smoothSurface(patchGrid(explanation, values), samples, "middles");
  const href = indexedPngUri({
    width: surface.columns,
    height: surface.rows,
    pixels: Uint8Array.from(surface.values, (value) => LEVELS + Math.round(LEVELS * scale.level(value))),
    colors: levelColors(settings),
  });
  return html`<image href="${href}" x="${at(place.left)}" y="${at(place.top)}" width="${at(place.width)}" height="${at(place.height)}" preserveAspectRatio="none"/>`;
}

/** Colours of the levels -127..127. */
function levelColors(settings: OverlaySettings): Rgba[] {
  const strongest = settings.over ? OVER_PICTURE : 1;
  return Array.from({ length: 2 * LEVELS + 1 }, (_, i): Rgba => {
    const level = (i - LEVELS) / LEVELS;
    const [red, green, blue] = fullColor(level, settings);
    return [red, green, blue, Math.round(255 * strongest * Math.abs(level))];
  });
}

/** What is not weak has an outline, and what opposes is hatched: colour alone is lost on a picture of that colour. */
const edges = (explanation: Patches, values: readonly number[], settings: OverlaySettings): Markup =>
  html`${hatching(explanation, values, settings)}${contours(explanation, values, settings, [-STEPS[1]!, STEPS[1]!])}`;

/** Diagonal lines over what opposes, as far apart as a third of a patch. */
function hatching(explanation: Patches, values: readonly number[], settings: OverlaySettings): Markup | null {
  const { palette, scale, place, samples = 8, stroke = 1.5 } = settings;
  const { rows, columns, values: field } = smoothSurface(patchGrid(explanation, values), samples, "corners");
  const [width, height] = [place.width / (columns - 1), place.height / (rows - 1)];
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < columns && y < rows && scale.level(field[y * columns + x]!) <= -STEPS[1]!;
  const spacing = Math.max(2, Math.round(samples / 3));
  const pieces: string[] = [];
  const point = (x: number, y: number) => `${at(place.left + x * width)} ${at(place.top + y * height)}`;
  for (let sum = 0; sum <= rows + columns; sum += spacing) {
    let from: number | undefined;
    for (let x = 0; x <= Math.min(sum, columns); x++) {
      const inside = isInside(x, sum - x);
      if (inside) from ??= x;
      if (inside || from === undefined) continue;
      if (x - 1 > from) pieces.push(`M${point(from, sum - from)}L${point(x - 1, sum - x + 1)}`);
      from = undefined;
    }
    const last = Math.min(sum, columns);
    if (from !== undefined && last > from) pieces.push(`M${point(from, sum - from)}L${point(last, sum - last)}`);
  }
  if (pieces.length === 0) return null;
  const d = pieces.join("");
  return html`<g fill="none"><path d="${d}" stroke="${hex(palette.neutral)}" stroke-opacity="0.5" stroke-width="${at(1.4 * stroke)}"/><path d="${d}" stroke="${hex(palette.oppose)}" stroke-width="${at(0.6 * stroke)}"/></g>`;
}

/** Lines at shares of the full scale: solid support, dashed opposition, wider the stronger. */
function contours(
  explanation: Patches,
  values: readonly number[],
  settings: OverlaySettings,
  shares: readonly number[],
): Markup | null {
  const { palette, scale, place, samples = 8, stroke = 1.5 } = settings;
  if (scale.bound === 0) return null;
  const [rows, columns] = explanation.input.grid;
  const surface = smoothSurface(patchGrid(explanation, values), samples, "corners");
  const [width, height] = [place.width / (columns * samples), place.height / (rows * samples)];
  const pathOf = (line: Line) => {
    const isClosed = line.length > 2 && line[0] === line.at(-1);
    const points = (isClosed ? line.slice(0, -1) : line).map(
      ([x, y]) => `${at(place.left + x * width)} ${at(place.top + y * height)}`,
    );
    return `M${points.join("L")}${isClosed ? "Z" : ""}`;
  };
  const paths = shares.flatMap((share) => {
    const lines = contourLines(surface, share * scale.bound);
    if (lines.length === 0) return [];
    const d = lines.map(pathOf).join("");
    const thick = stroke * (0.6 + Math.abs(share));
    const color = hex(fullColor(share, settings));
    const dashes = share < 0 ? html` stroke-dasharray="${at(3 * stroke)} ${at(2 * stroke)}"` : null;
    // A line of the background beneath keeps it visible on any picture.
    return [
      html`<path d="${d}" stroke="${hex(palette.neutral)}" stroke-opacity="0.75" stroke-width="${at(thick + 1.5 * stroke)}"/><path d="${d}" stroke="${color}" stroke-width="${at(thick)}"${dashes}/>`,
    ];
  });
  return html`<g fill="none" stroke-linejoin="round">${paths}</g>`;
}
