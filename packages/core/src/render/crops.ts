/** @file The strongest regions of a picture: patches that touch and speak for the same side, with their share of the evidence. */

import { REGIONS, regionAt } from "../reading/regions.ts";
import { isSigned, type PatchEvidence } from "./evidence.ts";

/** A part of a picture that holds evidence of one side. */
export interface Crop {
  /** Indices into `features`. */
  readonly features: readonly number[];
  /** What is to be cut out of the picture, in its pixels: the patches and some of what is around them. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Sum of the attributions. */
  readonly attribution: number;
  /** Of the magnitudes of all patches, 0..1. */
  readonly share: number;
  /** Where its middle lies. */
  readonly place: (typeof REGIONS)[number];
}

/** Share of the bound from which on a patch belongs to a region. */
const STRONG = 1 / 3;
/** Around a region that much of a patch is shown. */
const MARGIN = 0.5;
/** A region is shown at least so many patches wide and high, so that there is something to see. */
const LEAST = 3;

/**
 * The strongest regions, those of both sides in one order by what they hold.
 *
 * @param bound - Magnitude of a strong patch: what is below a third of it belongs to no region.
 * @param most - Regions on each side.
 */
export function strongestRegions(evidence: PatchEvidence, bound: number, most = 3): Crop[] {
  const { features, attribution, input } = evidence;
  const [rows, columns] = input.grid;
  const signs = isSigned(evidence);
  const placed = new Map<number, number>();
  features.forEach(({ row, column, special }, feature) => {
    if (!special) placed.set(row * columns + column, feature);
  });
  const sideOf = (cell: number): number => {
    const value = attribution[placed.get(cell) ?? -1] ?? 0;
    return Math.abs(value) < STRONG * bound || bound <= 0 ? 0 : signs ? Math.sign(value) : 1;
  };
  const all = [...placed.values()].reduce((sum, feature) => sum + Math.abs(attribution[feature] ?? 0), 0);
  const seen = new Set<number>();
  const found: Crop[] = [];
  for (let start = 0; start < rows * columns; start++) {
    const side = sideOf(start);
    if (side === 0 || seen.has(start)) continue;
    const cells = [start];
    seen.add(start);
    for (const cell of cells) {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      const around = [
        row > 0 ? cell - columns : -1,
        row < rows - 1 ? cell + columns : -1,
        column > 0 ? cell - 1 : -1,
        column < columns - 1 ? cell + 1 : -1,
      ];
      for (const next of around) {
        if (next < 0 || seen.has(next) || sideOf(next) !== side) continue;
        seen.add(next);
        cells.push(next);
      }
    }
    const members = cells.map((cell) => placed.get(cell)!);
    const sum = members.reduce((total, feature) => total + (attribution[feature] ?? 0), 0);
    const box = boxOf(cells, evidence);
    const place = REGIONS[regionAt((box.x + box.width / 2) / input.width, (box.y + box.height / 2) / input.height)]!;
    found.push({ features: members, box, attribution: sum, share: all > 0 ? Math.abs(sum) / all : 0, place });
  }
  const ranked = found.sort((a, b) => b.share - a.share);
  const own = (side: (value: number) => boolean) => ranked.filter((crop) => side(crop.attribution)).slice(0, most);
  return [...own((value) => value > 0), ...own((value) => value < 0)].sort((a, b) => b.share - a.share);
}

function boxOf(cells: readonly number[], { input }: PatchEvidence): Crop["box"] {
  const [rows, columns] = input.grid;
  const [x, y, width, height] = input.seen;
  const range = (places: readonly number[], whole: number): readonly [number, number] => {
    const [first, last] = [Math.min(...places), Math.max(...places) + 1];
    const length = Math.min(whole, Math.max(LEAST, last - first + 2 * MARGIN));
    const from = Math.min(whole - length, Math.max(0, (first + last - length) / 2));
    return [from / whole, length / whole];
  };
  const [left, wide] = range(
    cells.map((cell) => cell % columns),
    columns,
  );
  const [top, high] = range(
    cells.map((cell) => Math.floor(cell / columns)),
    rows,
  );
  return { x: x + left * width, y: y + top * height, width: wide * width, height: high * height };
}
