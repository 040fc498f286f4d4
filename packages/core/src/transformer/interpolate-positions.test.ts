import { describe, expect, it } from "vitest";
import { bicubicMatrix } from "./interpolate-positions.ts";

const rowsOf = (matrix: Float64Array, columns: number) =>
  Array.from({ length: matrix.length / columns }, (_, i) =>
    Array.from(matrix.subarray(i * columns, (i + 1) * columns)),
  );

describe("bicubicMatrix()", () => {
  it.each([
    [5, 3, false],
    [3, 7, false],
    [37, 16, true],
    [4, 9, true],
    [1, 3, false],
  ] as const)("keeps what is the same everywhere: %i to %i points, antialias %s", (from, to, antialias) => {
    const sums = rowsOf(bicubicMatrix(from, to, antialias), from).map((row) => row.reduce((sum, w) => sum + w, 0));
    expect(sums).toHaveLength(to);
    expect(sums).toBeAllClose(new Array(to).fill(1), { rtol: 1e-12 });
  });

  it.each([false, true])("changes nothing in the same grid, antialias %s", (antialias) => {
    const identity = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    expect(bicubicMatrix(4, 4, antialias)).toBeAllClose(identity, { atol: 1e-12 });
  });

  it("has the weights of PyTorch: halving with a = -0.75 at the middle of two points", () => {
    // Keys' kernel at the distances 1.5, 0.5, 0.5, 1.5: a / 8 and (4 - a) / 8.
    const middle = rowsOf(bicubicMatrix(8, 4, false), 8)[1];
    expect(middle).toBeAllClose([0, -0.09375, 0.59375, 0.59375, -0.09375, 0, 0, 0], { atol: 1e-12 });
  });

  it("mirrors itself", () => {
    const rows = rowsOf(bicubicMatrix(7, 4, true), 7);
    for (const [i, row] of rows.entries())
      expect(row).toBeAllClose([...(rows[3 - i] ?? [])].reverse(), { atol: 1e-12 });
  });
});
