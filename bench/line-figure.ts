/** @file A plain figure for the docs: one line per method over ordered steps, as SVG that is readable on white and on dark. */

import { escapeMarkup } from "@calig/core/internal/render/escape";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 380, 52, 190, 20, 60] as const;
/** Colours that readers with colour-vision deficiencies tell apart (Okabe & Ito 2008). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b"] as const;
const DASHES = ["", "6 3", "2 3"] as const;

export interface FigureLine {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Figure {
  readonly title: string;
  /** Names of the steps, left to right. */
  readonly steps: readonly string[];
  readonly lines: readonly FigureLine[];
  /** Ends of the vertical axis. */
  readonly range: readonly [low: number, high: number];
  /** What the vertical axis shows. */
  readonly quantity: string;
}

export function lineFigure({ title, steps, lines, range: [low, high], quantity }: Figure): string {
  const x = (step: number) => LEFT + ((WIDTH - LEFT - RIGHT) * step) / Math.max(1, steps.length - 1);
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (value - low)) / (high - low);
  const at = (value: number) => value.toFixed(1);
  const grid = Array.from({ length: 5 }, (_, i) => {
    const value = low + ((high - low) * i) / 4;
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="#888" stroke-opacity=".35"/><text x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${value.toFixed(2)}</text>`;
  });
  const ticks = steps.map(
    (step, i) =>
      `<text x="${at(x(i))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="end" transform="rotate(-25 ${at(x(i))} ${HEIGHT - BOTTOM + 18})">${escapeMarkup(step)}</text>`,
  );
  const drawn = lines.map(({ name, values }, i) => {
    const color = COLORS[i % COLORS.length];
    const dash = DASHES[Math.floor(i / COLORS.length) % DASHES.length];
    const stroke = `stroke="${color}" stroke-width="2.5"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}`;
    const points = values.map((value, step) => `${at(x(step))},${at(y(value))}`).join(" ");
    const row = TOP + 10 + 22 * i;
    return `<polyline points="${points}" fill="none" ${stroke}/><line x1="${WIDTH - RIGHT + 14}" x2="${WIDTH - RIGHT + 44}" y1="${row}" y2="${row}" ${stroke}/><text x="${WIDTH - RIGHT + 52}" y="${row + 4}">${escapeMarkup(name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="#777"><title>${escapeMarkup(title)}</title><text x="${LEFT}" y="12">${escapeMarkup(quantity)}</text>${[...grid, ...ticks, ...drawn].join("")}</svg>\n`;
}
