/**
 * @file Explanations as PNG: the SVG, drawn by librsvg (in libvips, package sharp). Text is drawn with the fonts of the
 * machine.
 */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { ExecutionError, InputError, InvalidOptionError, quote } from "@calig/core/internal/errors";
import { hex } from "@calig/core/internal/render/oklab";
import { paletteOf } from "@calig/core/internal/render/palette";
import { renderSvg, type SvgOptions } from "@calig/core/internal/render/svg";
import { loadSharp } from "../util/load-sharp.ts";

/** How an explanation is drawn in pixels. */
export interface PngOptions extends SvgOptions {
  /** Pixels per unit of the SVG, > 0, at most 8. Default 2: for screens of high density. */
  readonly scale?: number;
}

/** Dots per inch at which librsvg draws one pixel for each unit of an SVG. */
const PLAIN_DENSITY = 72;
const LARGEST_SCALE = 8;
/** For screens of high density. */
const DEFAULT_SCALE = 2;

/**
 * A PNG picture of an explanation: what `renderSvg` draws, `scale` times as large.
 *
 * @throws {InvalidOptionError} When the width, the palette, the picture or the scale cannot be used.
 * @throws {InputError} When it would be larger than a PNG can be drawn: of a very long text.
 * @throws {ExecutionError} When sharp is not installed for this machine.
 */
export async function renderPng(
  explanation: Explanation,
  { scale = DEFAULT_SCALE, ...options }: PngOptions = {},
): Promise<Uint8Array> {
  if (!(scale > 0 && scale <= LARGEST_SCALE)) {
    throw new InvalidOptionError(
      `Cannot draw at scale ${quote(scale)}: give a number above 0, at most ${LARGEST_SCALE}`,
      "scale",
      scale,
    );
  }
  return pngOfSvg(renderSvg(explanation, options), hex(paletteOf(options.palette, options.theme).neutral), scale);
}

/**
 * A PNG picture of an SVG.
 *
 * @param background - Colour of what the SVG leaves open.
 * @throws {InputError} When it would be larger than a PNG can be drawn.
 * @throws {ExecutionError} When sharp is not installed for this machine, or fails.
 */
export async function pngOfSvg(svg: string, background: string, scale = DEFAULT_SCALE): Promise<Uint8Array> {
  checkSize(svg, scale);
  const sharp = await loadSharp("draw PNG pictures");
  const bytes = new TextEncoder().encode(svg);
  // Without `unlimited` the XML parser refuses the picture in the SVG when it is long.
  const png = await sharp(bytes, { density: PLAIN_DENSITY * scale, unlimited: true, limitInputPixels: false })
    // The last row and column are cut through where the size is no whole number of pixels.
    .flatten({ background })
    .png({ compressionLevel: 9 })
    .toBuffer()
    .catch((cause: unknown) => {
      throw new ExecutionError("Cannot draw the PNG: the library of pictures failed; draw it as SVG or HTML", {
        cause,
      });
    });
  return new Uint8Array(png);
}

/** Pixels on a side, which is what librsvg draws. */
const LONGEST_SIDE = 32_767;
/** Pixels in all: 400 MB while they are drawn. */
const MOST_PIXELS = 100_000_000;

function checkSize(svg: string, scale: number): void {
  const [, width = 0, height = 0] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const [across, down] = [Math.ceil(Number(width) * scale), Math.ceil(Number(height) * scale)];
  if (across <= LONGEST_SIDE && down <= LONGEST_SIDE && across * down <= MOST_PIXELS) return;
  throw new InputError(
    `Cannot draw the PNG: it would have ${across} x ${down} pixels, wanted at most ${LONGEST_SIDE} on a side and ${MOST_PIXELS} in all; draw it as SVG or HTML, or explain a shorter text`,
  );
}
