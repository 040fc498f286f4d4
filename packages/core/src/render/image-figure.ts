/** @file The drawing of an explained picture: the picture with its overlay, and below it one small overlay per block. */

import type { ImageExplanation } from "../attribution/explanation.ts";
import { html, type Markup } from "./escape.ts";
import { isSigned, type PatchEvidence, type Patches, quantitiesOf } from "./evidence.ts";
import { digitsFor, percent, signed } from "./format.ts";
import { hex } from "./oklab.ts";
import { at, type OverlayName, type OverlaySettings, overlay } from "./overlay.ts";
import type { Palette } from "./palette.ts";
import { patchBound, type SignedScale, signedScale } from "./scale.ts";

/** Side of a patch at most, in the units of the drawing. */
const LARGEST_CELL = 32;
/** Small maps are at least this wide, and this far apart. */
const LEAST_WIDTH = 96;
const GAP = 8;
const CAPTION = 16;
/** Small maps have no room for more lines. */
const STRIP_CONTOURS = [0.5] as const;

export interface FigureSettings {
  readonly palette: Palette;
  readonly scale: SignedScale;
  readonly digits: number;
  /** Width that the drawing may take. */
  readonly room: number;
  /** Colour of captions and borders. */
  readonly muted: string;
  readonly overlay: OverlayName;
  /** The picture as a checked data URI. */
  readonly picture: string | undefined;
}

/** How the map of the result is drawn. */
export interface MapSettings extends FigureSettings {
  /** Whether each patch tells its number where readers point at it. Default true. */
  readonly tooltips?: boolean;
}

/** A part of a drawing and its height. */
export interface Part {
  readonly markup: Markup;
  readonly height: number;
}

/** What the strip is drawn with: the font of captions. */
export interface StripSettings extends FigureSettings {
  readonly font: string;
}

/** Sizes of the picture and where on it the patches are: the model may have seen only a part. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly place: OverlaySettings["place"];
}

/** Sides of a picture, in any unit. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture is drawn at most so many times longer than wide, or wider than long: a strip would show nothing. */
const LONGEST_RATIO = 8;

/** Sides of a picture, as they are drawn, up to a factor. */
export function shownShape({ width, height }: Size): Size {
  if (height > LONGEST_RATIO * width) return { width: 1, height: LONGEST_RATIO };
  return width > LONGEST_RATIO * height ? { width: LONGEST_RATIO, height: 1 } : { width, height };
}

function layoutOf({ input }: Patches, room: number, picture: string | undefined): Layout {
  const [rows, columns] = input.grid;
  if (picture === undefined) {
    const size = Math.min(LARGEST_CELL, room / columns);
    const [width, height] = [columns * size, rows * size];
    return { width, height, place: { left: 0, top: 0, width, height } };
  }
  const [x, y, width, height] = input.seen;
  const across = Math.min((LARGEST_CELL * columns) / width, room / input.width);
  const drawnWidth = input.width * across;
  const shape = shownShape(input);
  const drawnHeight = (drawnWidth * shape.height) / shape.width;
  const down = drawnHeight / input.height;
  return {
    width: drawnWidth,
    height: drawnHeight,
    place: { left: x * across, top: y * down, width: width * across, height: height * down },
  };
}

/** The picture once, to be used by every map: `id` is made from it, so that drawings on one page do not mix theirs up. */
export function pictureDefinition(picture: string): Markup {
  return html`<defs><filter id="${idOf(picture)}-pale" color-interpolation-filters="sRGB"><feColorMatrix values="${PALE}"/></filter><image id="${idOf(picture)}" href="${picture}" width="1" height="1" preserveAspectRatio="none"/></defs>`;
}

/**
 * Nearly grey, and lighter: what is dark would hide colours that are laid over it. Luma of ITU-R BT.709, a tenth of the
 * colour kept; 0..1 becomes 0.22..0.92.
 */
const PALE = (() => {
  const luma = [0.2126, 0.7152, 0.0722];
  const rows = [0, 1, 2].map((own) => luma.map((share, i) => at(0.7 * (0.9 * share + (i === own ? 0.1 : 0)))));
  return [...rows.map((row) => `${row.join(" ")} 0 0.22`), "0 0 0 1 0"].join(" ");
})();

/** FNV-1a, 32 bits. */
function idOf(picture: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < picture.length; i++) hash = Math.imul(hash ^ picture.charCodeAt(i), 0x01000193);
  return `p${(hash >>> 0).toString(16)}`;
}

function pictureAt({ width, height }: Layout, { picture, overlay: name }: FigureSettings): Markup | null {
  if (picture === undefined) return null;
  // Contours leave the picture its colours; filled overlays must not be taken for parts of it.
  const pale = name === "contours" ? null : html` filter="url(#${idOf(picture)}-pale)"`;
  return html`<g${pale}><use href="#${idOf(picture)}" transform="scale(${at(width)} ${at(height)})"/></g>`;
}

/** The picture alone, in its colours. */
export function picturePart(
  evidence: Patches,
  settings: Pick<FigureSettings, "room"> & { readonly picture: string },
): Part {
  const { room, picture } = settings;
  const { width, height } = layoutOf(evidence, room, picture);
  return {
    markup: html`<use href="#${idOf(picture)}" transform="translate(${at((room - width) / 2)} 0) scale(${at(width)} ${at(height)})"/>`,
    height: height + 16,
  };
}

/** What the model did not see fades into the background. */
function veil({ width, height, place }: Layout, { palette, picture }: FigureSettings): Markup | null {
  const { left, top } = place;
  if (picture === undefined || (place.width >= width && place.height >= height)) return null;
  return html`<path d="M0 0H${at(width)}V${at(height)}H0ZM${at(left)} ${at(top)}v${at(place.height)}h${at(place.width)}V${at(top)}Z" fill="${hex(palette.neutral)}" fill-opacity="0.55"/>`;
}

const border = ({ left, top, width, height }: Layout["place"], muted: string): Markup =>
  html`<rect x="${at(left)}" y="${at(top)}" width="${at(width)}" height="${at(height)}" fill="none" stroke="${muted}" stroke-opacity="0.4"/>`;

/** The picture with the overlay of the result. */
export function mapPart(explanation: PatchEvidence, settings: MapSettings): Part {
  const { palette, scale, digits, room, muted, picture, tooltips = true } = settings;
  const layout = layoutOf(explanation, room, picture);
  const drawn = overlay(settings.overlay, explanation, explanation.attribution, {
    palette,
    scale,
    place: layout.place,
    over: picture !== undefined,
    isSigned: isSigned(explanation),
    ...(tooltips
      ? {
          tooltip: (row: number, column: number, value: number) =>
            `row ${row}, column ${column}: ${signed(value, digits)}`,
        }
      : {}),
  });
  const middle = (room - layout.width) / 2;
  return {
    markup: html`<g transform="translate(${at(middle)} 0)">${pictureAt(layout, settings)}${veil(layout, settings)}${drawn}${border(layout.place, muted)}</g>`,
    height: layout.height + 16,
  };
}

/** A small map for each block, all on one scale, which is said; null where there is at most one block to show. */
export function stripPart(explanation: ImageExplanation, settings: StripSettings): Part | null {
  const { blocks, features } = explanation;
  const quantity = quantitiesOf(explanation).find(({ name }) => name === "fused");
  if (quantity === undefined || blocks.length < 2) return null;
  const { palette, room, muted, picture, font } = settings;
  const shown = blocks.flatMap(({ fused }) => fused.filter((_, feature) => features[feature]?.special === false));
  const scale = signedScale(shown, { bound: patchBound(shown) });
  const most = Math.max(1, Math.floor((room + GAP) / (LEAST_WIDTH + GAP)));
  const columns = Math.ceil(blocks.length / Math.ceil(blocks.length / most));
  const width = Math.min(2 * LEAST_WIDTH, (room + GAP) / columns - GAP);
  const layout = scaled(layoutOf(explanation, room, picture), width);
  const style = html`font-family="${font}" font-size="12"`;
  const maps = blocks.map((block, i) => {
    const [x, y] = [(i % columns) * (width + GAP), 24 + Math.floor(i / columns) * (layout.height + CAPTION + GAP)];
    const drawn = overlay(settings.overlay, explanation, block.fused, {
      palette,
      scale,
      place: layout.place,
      over: picture !== undefined,
      isSigned: isSigned(explanation),
      samples: 4,
      stroke: 1,
      shares: STRIP_CONTOURS,
    });
    return html`<g transform="translate(${at(x)} ${at(y)})">${pictureAt(layout, settings)}${veil(layout, settings)}${drawn}${border(layout.place, muted)}<text ${style} fill="${muted}" y="${at(layout.height + 13)}">Block ${block.index}</text></g>`;
  });
  const bound = signed(scale.bound, digitsFor(scale.bound)).replace("+", "");
  const note =
    scale.bound === 0
      ? "Evidence of each block: all 0"
      : `Evidence of each block, one scale for all: ${settings.overlay === "contours" ? `lines at ${percent(STRIP_CONTOURS[0], 0)} of ` : "full strength is "}${scale.saturates ? "≥ " : ""}${bound} for or against`;
  const lines = Math.ceil(blocks.length / columns);
  return {
    markup: html`<text ${style} y="12" fill="${hex(palette.ink)}">${note}</text>${maps}`,
    height: 24 + lines * (layout.height + CAPTION + GAP) + 8,
  };
}

function scaled({ width, height, place }: Layout, wanted: number): Layout {
  const factor = wanted / width;
  const { left, top } = place;
  return {
    width: wanted,
    height: height * factor,
    place: {
      left: left * factor,
      top: top * factor,
      width: place.width * factor,
      height: place.height * factor,
    },
  };
}
