import { describe, expect, it } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import { type AttentionMap, addUp, headMean, rollOut, through } from "./attention-flow.ts";

const map = (rows: readonly (readonly number[])[]): AttentionMap => ({
  data: Float64Array.from(rows.flat()),
  queries: rows.length,
  positions: rows[0]?.length ?? 0,
});

const shares = (...values: number[]) => Float64Array.from(values);

describe("headMean()", () => {
  // Two heads of two queries and two positions.
  const attention = floatTensor([0.25, 0.75, 1, 0, 0.75, 0.25, 0, 1], [1, 2, 2, 2]);

  it("averages over heads", () => {
    expect(headMean(attention)).toEqual(map([[0.5, 0.5], [0.5, 0.5]])); // biome-ignore format: a matrix
  });

  it("averages what is made of the elements", () => {
    const gradient = [4, -4, 2, 2, 4, 4, -9, 3];
    const positive = headMean(attention, (a, i) => Math.max(0, a * (gradient[i] as number)));
    expect(positive).toEqual(map([[2, 0.5], [1, 1.5]])); // biome-ignore format: a matrix
  });
});

describe("through()", () => {
  it("gives the row of the query that has the only share, and the mean of rows for equal shares", () => {
    const attention = map([[0.25, 0.75], [1, 0]]); // biome-ignore format: a matrix
    expect(Array.from(through(shares(1, 0), attention))).toEqual([0.25, 0.75]);
    expect(Array.from(through(shares(0.5, 0.5), attention))).toEqual([0.625, 0.375]);
  });

  it("takes maps of fewer queries than positions", () => {
    expect(Array.from(through(shares(1, 0, 0), map([[0.25, 0.25, 0.5]])))).toEqual([0.25, 0.25, 0.5]);
  });
});

// Worked by hand for A_0 = [[0, 1], [1, 0]] and A_1 = [[0.5, 0.5], [0, 1]].
const MAPS = [map([[0, 1], [1, 0]]), map([[0.5, 0.5], [0, 1]])]; // biome-ignore format: matrices

describe("rollOut()", () => {
  it("multiplies 0.5 A + 0.5 I from the last block down", () => {
    // A'_0 = [[0.5, 0.5], [0.5, 0.5]], A'_1 = [[0.75, 0.25], [0, 1]]; first row of A'_1 A'_0.
    expect(Array.from(rollOut(MAPS, shares(1, 0)))).toEqual([0.5, 0.5]);
    // The other order would give [0.375, 0.625].
    expect(Array.from(rollOut([...MAPS].reverse(), shares(1, 0)))).toEqual([0.375, 0.625]);
  });

  it("is the readout itself where there are no blocks", () => {
    expect(Array.from(rollOut([], shares(0.25, 0.75)))).toEqual([0.25, 0.75]);
  });
});

describe("addUp()", () => {
  it("is R = (I + M_1)(I + M_0) read at the shares", () => {
    // (I + M_1) = [[1.5, 0.5], [0, 2]], (I + M_0) = [[1, 1], [1, 1]]; first row of their product.
    expect(Array.from(addUp(MAPS, shares(1, 0)))).toEqual([2, 2]);
    // The other order: [1, 1] (I + M_1) = [1.5, 2.5].
    expect(Array.from(addUp([...MAPS].reverse(), shares(1, 0)))).toEqual([1.5, 2.5]);
  });
});
