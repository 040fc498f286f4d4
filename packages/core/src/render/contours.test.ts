import { describe, expect, test } from "vitest";
import { contourLines } from "./contours.ts";
import type { Grid } from "./patch-field.ts";

const grid = (rows: readonly (readonly number[])[]): Grid => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

const sampled = (size: number, of: (x: number, y: number) => number): Grid =>
  grid(Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => of(x, y))));

describe("contourLines()", () => {
  test("surrounds a peak with one closed line at the share of the way down", () => {
    const lines = contourLines(
      grid([
        [0, 0, 0],
        [0, 4, 0],
        [0, 0, 0],
      ]),
      1,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]![0]).toBe(lines[0]!.at(-1));
    expect(new Set(lines[0]!.map(([x, y]) => `${x} ${y}`))).toEqual(new Set(["1 0.25", "1.75 1", "1 1.75", "0.25 1"]));
  });

  test("finds a circle: every point is at its radius, and the line is as long as its perimeter", () => {
    const radius = 12;
    const [line, ...others] = contourLines(
      sampled(41, (x, y) => radius - Math.hypot(x - 20, y - 20)),
      0,
    );
    expect(others).toEqual([]);
    for (const [x, y] of line!) expect(Math.hypot(x - 20, y - 20)).toBeCloseTo(radius, 1);
    const length = line!.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - line![i]![0], y - line![i]![1]), 0);
    expect(length).toBeCloseTo(2 * Math.PI * radius, 0);
  });

  test("ends where the grid ends, and is one line though its middle is met first", () => {
    // A roof whose ridge is in the highest row of cells that it crosses.
    const lines = contourLines(
      sampled(5, (x, y) => y - 0.25 - Math.abs(x - 2)),
      0,
    );
    expect(lines).toHaveLength(1);
    const points = [...lines[0]!].sort((a, b) => a[0] - b[0]);
    expect([points, [...points].reverse()]).toContainEqual(lines[0]);
    expect([points[0], points.at(-1)]).toEqual([
      [0, 2.25],
      [4, 2.25],
    ]);
    for (const [x, y] of points) expect(y).toBeCloseTo(0.25 + Math.abs(x - 2), 12);
  });

  test("joins corners that face each other when the middle between them is inside, and parts them otherwise", () => {
    const saddle = (a: number) =>
      contourLines(
        grid([
          [a, -1],
          [-1, a],
        ]),
        0,
      );
    // Joined: each of the two lines cuts off an outer corner; apart: an inner one. Both have two lines.
    const corner = (line: (typeof joined)[number]) => line.map(([x, y]) => Math.round(x) + 2 * Math.round(y)).join();
    const joined = saddle(3);
    const parted = saddle(0.5);
    expect(joined).toHaveLength(2);
    expect(parted).toHaveLength(2);
    expect(joined.map(corner).sort()).not.toEqual(parted.map(corner).sort());
    const crosses = (lines: typeof joined) => lines.some((line) => line.every(([x, y]) => x <= 0.75 && y >= 0.25));
    expect([crosses(joined), crosses(parted)]).toEqual([true, false]);
  });

  test("finds nothing where nothing crosses the level", () => {
    expect(contourLines(grid([[1, 1]]), 0)).toEqual([]);
    expect(
      contourLines(
        sampled(4, () => 0),
        0.5,
      ),
    ).toEqual([]);
  });
});
