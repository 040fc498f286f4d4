import { describe, expect, test } from "vitest";
import { image } from "../../../../test/render/fixtures.ts";
import { type Grid, patchGrid, smoothSurface } from "./patch-field.ts";

const grid = (rows: readonly (readonly number[])[]): Grid => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

describe("patchGrid()", () => {
  test("places numbers by row and column and leaves out special features", () => {
    const { rows, columns, values } = patchGrid(image, image.attribution);
    expect([rows, columns]).toEqual([14, 14]);
    image.features.forEach(({ row, column, special }, feature) => {
      if (!special) expect(values[row * 14 + column]).toBe(image.attribution[feature]);
    });
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      image.attribution
        .filter((_, feature) => !image.features[feature]!.special)
        .reduce((sum, value) => sum + value, 0),
    );
  });
});

describe("smoothSurface()", () => {
  const bumpy = grid([
    [0, 1, -2, 0],
    [3, 0, 0, -1],
    [0.5, -4, 2, 1],
  ]);

  test("goes through the number of each patch at its centre", () => {
    // With an odd number of pixels per patch, one is in the middle.
    const { columns, values } = smoothSurface(bumpy, 5, "middles");
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        expect(values[(5 * row + 2) * columns + 5 * column + 2]).toBeCloseTo(bumpy.values[4 * row + column]!, 12);
      }
    }
  });

  test("never leaves the range of the four patches around a point", () => {
    const samples = 8;
    const { rows, columns, values } = smoothSurface(bumpy, samples, "corners");
    const clamp = (value: number, last: number) => Math.min(last, Math.max(0, value));
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const around = [Math.floor, Math.ceil].flatMap((down) =>
          [Math.floor, Math.ceil].map(
            (across) => bumpy.values[4 * clamp(down(y / samples - 0.5), 2) + clamp(across(x / samples - 0.5), 3)]!,
          ),
        );
        expect(values[y * columns + x]).toBeGreaterThanOrEqual(Math.min(...around) - 1e-12);
        expect(values[y * columns + x]).toBeLessThanOrEqual(Math.max(...around) + 1e-12);
      }
    }
  });

  test("keeps a slope of equal steps straight, apart from its flat ends", () => {
    const { values } = smoothSurface(grid([[0, 1, 2, 3, 4]]), 2, "corners");
    // Corners at -0.5, 0, 0.5 ... patches from the first centre: between the centres 1 and 3 it is the line itself.
    expect([...values.slice(3, 8)]).toEqual([1, 1.5, 2, 2.5, 3]);
    expect([values[0], values[10]]).toEqual([0, 4]);
  });

  test("is the negative of itself when the numbers are", () => {
    const negative = { ...bumpy, values: bumpy.values.map((value) => -value) };
    const turned = smoothSurface(negative, 4, "middles").values.map((value) => -value + 0);
    expect([...turned]).toEqual([...smoothSurface(bumpy, 4, "middles").values.map((value) => value + 0)]);
  });

  test("is constant for one patch", () => {
    const { rows, columns, values } = smoothSurface(grid([[2]]), 3, "corners");
    expect([rows, columns]).toEqual([4, 4]);
    expect(new Set(values)).toEqual(new Set([2]));
  });
});
