/** @file A comparison of methods on a picture as a standalone SVG: a map for each, in columns, with how faithful it is. */

import type { ImageComparison } from "../../evaluation/method-comparison.ts";
import { html } from "../../render/escape.ts";
import { fixed } from "../../render/format.ts";
import { pictureDefinition } from "../../render/image-figure.ts";
import { hex } from "../../render/oklab.ts";
import { at, OVERLAYS, type OverlayName } from "../../render/overlay.ts";
import { paletteOf, type Theme } from "../../render/palette.ts";
import { checkPicture } from "../../render/picture.ts";
import { visible } from "../../render/plain-text.ts";
import { regionsInWords } from "../../render/regions.ts";
import { fitted } from "../../render/svg.ts";
import { methodTitle } from "../evaluation/tables.ts";
import { comparisonTitle, signText } from "./facts.ts";
import { evidenceOf, mapsText, methodMap } from "./maps.ts";

const COLUMNS = 3;
const ROOM = 240;
const GAP = 16;
const MARGIN = 24;
const HEAD = 44;
/** Above and below a map. */
const [NAME, FACTS] = [22, 34] as const;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

export interface ComparisonPictureOptions {
  /** The picture that is explained, as a data URI, drawn under the maps. */
  readonly picture?: string;
  /** How the evidence is drawn. Default "smooth". */
  readonly overlay?: OverlayName;
  /** Default "light". */
  readonly theme?: Theme;
}

/**
 * The maps of all methods side by side, each on a scale of its own.
 *
 * @throws {InvalidOptionError} When the picture cannot be used.
 */
export function comparisonSvg(comparison: ImageComparison, options: ComparisonPictureOptions = {}): string {
  const { overlay = OVERLAYS[0], theme = "light" } = options;
  const picture = options.picture === undefined ? undefined : checkPicture(options.picture);
  const palette = paletteOf(undefined, theme);
  const [ink, muted] = [hex(palette.ink), theme === "light" ? "#5b5f67" : "#a3a7ae"];
  const maps = comparison.methods.map((method) =>
    methodMap(comparison, method, { palette, room: ROOM, overlay, picture }),
  );
  const step = Math.max(...maps.map(({ height }) => height)) + NAME + FACTS;
  const cells = comparison.methods.map(({ name, randomControl, deletion, insertion }, m) => {
    const [x, y] = [MARGIN + (m % COLUMNS) * (ROOM + GAP), MARGIN + HEAD + Math.floor(m / COLUMNS) * step];
    const { markup = null, height = 0 } = maps[m] ?? {};
    return html`<g transform="translate(${at(x)} ${at(y)})"><text y="12" font-size="14" font-weight="600" fill="${ink}">${methodTitle({ name, randomControl })}</text><g transform="translate(0 ${NAME})">${markup}</g><text y="${at(NAME + height)}" font-size="12" fill="${muted}">deletion ${fixed(deletion, 3)} ↓, insertion ${fixed(insertion, 3)} ↑</text></g>`;
  });
  const rows = Math.ceil(cells.length / COLUMNS);
  const width = 2 * MARGIN + COLUMNS * ROOM + (COLUMNS - 1) * GAP;
  const end = MARGIN + HEAD + rows * step;
  const height = at(end + 2 * MARGIN);
  const title = visible(comparisonTitle(comparison));
  const words = comparison.methods.map((method) => `${method.name}: ${regionsInWords(evidenceOf(comparison, method))}`);
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" font-family="${FONT}"><title>${title}</title><desc>${mapsText(overlay)} ${words.join(" ")}</desc><rect width="100%" height="100%" fill="${hex(palette.neutral)}"/>${picture === undefined ? null : pictureDefinition(picture)}<text x="${MARGIN}" y="${MARGIN + 16}" font-size="20" font-weight="600" fill="${ink}">${fitted(title, width - 2 * MARGIN, 20)}</text>${cells}<g font-size="12" fill="${muted}"><text x="${MARGIN}" y="${at(end + 6)}">Every map has a scale of its own: compare places and signs, not strengths. Warm supports, cool opposes.</text><text x="${MARGIN}" y="${at(end + 24)}">${signText(comparison)}</text></g></svg>`}\n`;
}
