import { describe, expect, it } from "vitest";
import { uniform } from "../../../../test/support/hashed-weights.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { attentionEvidence, type BlockEvidence, fuseBlocks } from "./fusion.ts";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function randomBlocks(count: number, positions: number, lastQueries = positions): BlockEvidence[] {
  return Array.from({ length: count }, (_, l) => {
    const queries = l === count - 1 ? lastQueries : positions;
    return {
      relevance: Array.from(uniform(`relevance ${l}`, positions, 3)),
      attention: floatTensor(uniform(`attention ${l}`, queries * positions), [queries, positions]),
    };
  });
}

describe("attentionEvidence()", () => {
  it("sums the columns: what leaves a position", () => {
    expect(attentionEvidence(floatTensor([1, 2, 10, -20], [2, 2]))).toEqual([11, -18]);
  });

  it("takes maps of fewer queries than positions", () => {
    expect(attentionEvidence(floatTensor([1, 2, 3], [1, 3]))).toEqual([1, 2, 3]);
  });
});

describe("fuseBlocks()", () => {
  it("transport keeps the sum of every block's relevance", () => {
    const blocks = randomBlocks(5, 9, 1);
    fuseBlocks(blocks, "transport", 0.5).forEach((fused, l) => {
      expect(sum(fused)).toBeCloseTo(sum(blocks[l]?.relevance ?? []), 10);
    });
  });

  it("transport leaves the first block as it is and moves the second by E = rownorm(I + max(M, 0))", () => {
    // M_0 = [[1, -5], [3, 0]] -> E_0 = [[1, 0], [3/4, 1/4]]; s_1 = E_0^T r_1.
    const blocks = [
      { relevance: [1, 2], attention: floatTensor([1, -5, 3, 0], [2, 2]) },
      { relevance: [8, 4], attention: floatTensor([0, 0, 0, 0], [2, 2]) },
    ];
    expect(fuseBlocks(blocks, "transport", 0.5)).toEqual([
      [1, 2],
      [11, 1],
    ]);
  });

  it("additive with lambda 1 is the relevance, with lambda 0 the attention evidence at the relevance's L1 norm", () => {
    const [block] = randomBlocks(1, 6) as [BlockEvidence];
    expect(fuseBlocks([block], "additive", 1)[0]).toBeAllClose(block.relevance);
    const evidence = attentionEvidence(block.attention);
    const norm = (values: readonly number[]) => sum(values.map(Math.abs));
    const expected = evidence.map((c) => (c * norm(block.relevance)) / norm(evidence));
    expect(fuseBlocks([block], "additive", 0)[0]).toBeAllClose(expected);
  });

  it("gate multiplies by 1 + |c| / max |c| and keeps signs", () => {
    const block = { relevance: [1, -2, 3], attention: floatTensor([4, -2, 0], [1, 3]) };
    expect(fuseBlocks([block], "gate", 0.5)).toEqual([[2, -3, 3]]);
  });

  it("maps of zeros stay finite", () => {
    const block = { relevance: [0, 0], attention: floatTensor([0, 0, 0, 0], [2, 2]) };
    for (const fusion of ["additive", "gate", "transport"] as const) {
      expect(fuseBlocks([block], fusion, 0.5)).toEqual([[0, 0]]);
    }
  });
});
