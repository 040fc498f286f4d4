/** @file The patches of an image in the terminal, two columns each, merged where the terminal is too narrow. */

import type { ImageExplanation } from "../../attribution/explanation.ts";
import { strengthBound } from "../../reading/strength.ts";
import type { PatchEvidence } from "../evidence.ts";
import { regionsInWords } from "../regions.ts";
import { largestMagnitude, STEPS, signedScale, stepOf } from "../scale.ts";
import type { TerminalContext } from "./context.ts";
import { wrap } from "./layout.ts";
import { legend, type Mark } from "./legend.ts";
import type { Painter } from "./painter.ts";

const MARKS: readonly Mark[] = [
  { support: "+", oppose: "-", from: STEPS[0]! },
  { support: "++", oppose: "--", from: STEPS[1]! },
];
const NEUTRAL = ". ";

/** Mean attribution of the `merged` x `merged` patches that one cell stands for. */
function cells({ input, features, attribution }: PatchEvidence, merged: number): number[][] {
  const [rows, columns] = input.grid;
  const members: number[][][] = Array.from({ length: Math.ceil(rows / merged) }, () =>
    Array.from({ length: Math.ceil(columns / merged) }, () => []),
  );
  features.forEach(({ row, column, special }, feature) => {
    if (!special) members[Math.floor(row / merged)]?.[Math.floor(column / merged)]?.push(attribution[feature] ?? 0);
  });
  return members.map((row) =>
    row.map((values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)),
  );
}

function cell(level: number, painter: Painter): string {
  if (painter.continuous) {
    const shade = painter.heat("  ", level);
    return shade === "  " ? painter.faint(NEUTRAL) : shade;
  }
  const step = stepOf(level);
  if (step === 0) return painter.faint(NEUTRAL);
  const sign = level < 0 ? "-" : "+";
  // A weak level may have no background of its own, so that the cell needs a character to colour.
  if (step === 1) return painter.heat(`${sign} `, level);
  return painter.heat(painter.colors > 0 ? "  " : sign + sign, level);
}

/** A map of patches as lines. */
export interface GridMap {
  readonly lines: readonly string[];
  /** Patches along the side of what one cell stands for. */
  readonly merged: number;
  /** Magnitude that is shown at full strength. */
  readonly bound: number;
}

/**
 * The patches as lines of at most `columns` columns.
 *
 * @param least - The least magnitude at full strength. Default: the scale is their own.
 */
export function gridMap(evidence: PatchEvidence, columns: number, painter: Painter, least = 0): GridMap {
  const [, across] = evidence.input.grid;
  const merged = Math.max(1, Math.ceil((2 * across) / columns));
  const values = cells(evidence, merged);
  const own = values.flat();
  const largest = largestMagnitude(own);
  const scale = signedScale(own, { bound: largest === 0 ? 0 : Math.max(least, largest) });
  return {
    lines: values.map((row) => row.map((value) => cell(scale.level(value), painter)).join("")),
    merged,
    bound: scale.bound,
  };
}

/** The grid of patches as a signed heatmap, with a legend, and where the evidence lies in words. */
export function heatGrid(explanation: ImageExplanation, context: TerminalContext): string[] {
  const { columns } = context;
  const [rows, across] = explanation.input.grid;
  const { lines, merged, bound } = gridMap(explanation, columns - 2, context.painter, strengthBound(explanation));
  const size = `${rows} rows of ${across} patches`;
  const note = merged > 1 ? `${size}; each cell is the mean of ${merged} x ${merged} patches` : size;
  return [
    ...lines,
    "",
    ...legend(bound, MARKS, context),
    ...(context.verbose ? [...wrap(note, columns - 2), "", ...wrap(regionsInWords(explanation), columns - 2)] : []),
  ].map((line) => `  ${line}`);
}
