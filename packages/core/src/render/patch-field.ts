/** @file Numbers of patches as a grid, and that grid as a smooth surface between the centres of the patches. */

import type { Patches } from "./evidence.ts";

/** Numbers row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** The numbers of the patches at their places; special features have none, and what is missing is 0. */
export function patchGrid({ input, features }: Patches, values: readonly number[]): Grid {
  const [rows, columns] = input.grid;
  const placed = new Float64Array(rows * columns);
  features.forEach(({ row, column, special }, feature) => {
    if (!special && row < rows && column < columns) placed[row * columns + column] = values[feature] ?? 0;
  });
  return { rows, columns, values: placed };
}

/** Points of a surface: the middles of the pixels of a picture of it, or the corners between them. */
export type Points = "middles" | "corners";

/**
 * A surface through the numbers of the patches, which are taken at the centres of the patches.
 *
 * Between centres it is a cubic that rises or falls wherever its ends do and nowhere else (slopes of Fritsch and
 * Butland 1984), along the rows and then along the columns: no value is beyond those of the patches around it, so the
 * picture shows no support or opposition that no patch has. Beyond the outermost centres it is constant.
 *
 * @param samples - Pixels along the side of a patch, >= 1.
 * @returns `samples` pixels per patch for "middles", one more row and column for "corners".
 */
export function smoothSurface(grid: Grid, samples: number, points: Points): Grid {
  const across = positions(grid.columns, samples, points);
  const down = positions(grid.rows, samples, points);
  const wide = new Float64Array(grid.rows * across.length);
  for (let row = 0; row < grid.rows; row++) {
    const line = grid.values.subarray(row * grid.columns, (row + 1) * grid.columns);
    wide.set(interpolate(line, across), row * across.length);
  }
  const values = new Float64Array(down.length * across.length);
  for (let column = 0; column < across.length; column++) {
    const line = Float64Array.from({ length: grid.rows }, (_, row) => wide[row * across.length + column]!);
    interpolate(line, down).forEach((value, row) => {
      values[row * across.length + column] = value;
    });
  }
  return { rows: down.length, columns: across.length, values };
}

/** Where the points lie, in patches from the centre of the first one. */
function positions(patches: number, samples: number, points: Points): Float64Array {
  const pixels = patches * samples;
  const [length, offset] = points === "middles" ? [pixels, 0.5] : [pixels + 1, 0];
  return Float64Array.from({ length }, (_, i) => (i + offset) / samples - 0.5);
}

function interpolate(line: Float64Array, at: Float64Array): Float64Array {
  const slopes = monotoneSlopes(line);
  const last = line.length - 1;
  return at.map((position) => {
    const place = Math.min(last, Math.max(0, position));
    const i = Math.min(Math.max(0, last - 1), Math.floor(place));
    if (last === 0) return line[0]!;
    const t = place - i;
    const [a, b] = [line[i]!, line[i + 1]!];
    // Hermite cubic with the slopes at both ends.
    const value =
      (1 + 2 * t) * (1 - t) ** 2 * a +
      t * (1 - t) ** 2 * slopes[i]! +
      t ** 2 * (3 - 2 * t) * b +
      t ** 2 * (t - 1) * slopes[i + 1]!;
    // The cubic stays between its ends; rounding might not.
    return Math.min(Math.max(value, Math.min(a, b)), Math.max(a, b));
  });
}

/** The harmonic mean of the differences on both sides; 0 at the ends and where the line turns. */
function monotoneSlopes(line: Float64Array): Float64Array {
  return line.map((value, i) => {
    const before = i === 0 ? 0 : value - line[i - 1]!;
    const after = i === line.length - 1 ? 0 : line[i + 1]! - value;
    return before * after > 0 ? (2 * before * after) / (before + after) : 0;
  });
}
