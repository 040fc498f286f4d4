import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { layerWeights } from "./layer-weights.ts";

const FUSED = [
  [1, -1],
  [3, 3],
  [0, 0],
];

describe("layerWeights()", () => {
  it("uniform, balanced, magnitude, decay and last sum to 1", () => {
    expect(layerWeights("uniform", FUSED)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(layerWeights("magnitude", FUSED)).toEqual([0.25, 0.75, 0]);
    expect(layerWeights("balanced", FUSED)).toEqual([0.75, 0.25, 0]);
    expect(layerWeights("decay", FUSED)).toBeAllClose([4 / 7, 2 / 7, 1 / 7]);
    expect(layerWeights("last", FUSED)).toEqual([0, 0, 1]);
  });

  it("lets every block contribute the same magnitude when balanced", () => {
    const maps = [
      [1, -3, 2],
      [0.5, 0, 0],
      [-4, 4, 10],
    ];
    const weights = layerWeights("balanced", maps);
    const sizes = maps.map((map, l) => map.reduce((sum, value) => sum + Math.abs(value * (weights[l] as number)), 0));
    expect(sizes).toBeAllClose(sizes.map(() => sizes[0] as number));
  });

  it("normalises a list", () => {
    expect(layerWeights([1, 2, 1], FUSED)).toEqual([0.25, 0.5, 0.25]);
  });

  it("falls back to uniform where every map is zero", () => {
    expect(layerWeights("magnitude", [[0], [0]])).toEqual([0.5, 0.5]);
    expect(layerWeights("balanced", [[0], [0]])).toEqual([0.5, 0.5]);
  });

  it("refuses lists of another length, negative entries, and nothing but zeros", () => {
    expect(() => layerWeights([1], FUSED)).toThrow(/3 blocks are explained/);
    expect(() => layerWeights([1, -1, 1], FUSED)).toThrow(InvalidOptionError);
    expect(() => layerWeights([0, 0, 0], FUSED)).toThrow(/not all zero/);
  });
});
