import { describe, expect, it } from "vitest";
import { withoutUnreliable } from "./left-out.ts";

const block = (index: number, converged: boolean, fused: readonly number[] = [1, 2]) => ({
  index,
  relevance: fused,
  attentionEvidence: [0, 0],
  fused,
  completeness: {
    scoreAtInput: 1,
    scoreAtBaseline: 0,
    sum: 1,
    delta: 0,
    relativeError: converged ? 0 : 0.5,
    points: 7,
    converged,
  },
});

describe("withoutUnreliable()", () => {
  it("leaves out blocks that did not meet the tolerance, and names them", () => {
    const { weights, warnings } = withoutUnreliable([block(0, false), block(4, true), block(7, true)], "uniform");
    expect(weights).toEqual([0, 1 / 3, 1 / 3]);
    expect(warnings).toEqual([
      {
        code: "blocks-left-out",
        message:
          "Block 0 did not meet the tolerance: it is left out of the map, which is made of the other 2 of 3 blocks",
      },
    ]);
  });

  it("keeps all where all did, where none did, and where nothing would be left", () => {
    for (const blocks of [[block(0, true)], [block(0, false), block(1, false)]]) {
      expect(withoutUnreliable(blocks, "uniform")).toEqual({ weights: "uniform", warnings: [] });
    }
    expect(withoutUnreliable([block(0, true), block(1, false)], [0, 1]).weights).toEqual([0, 1]);
  });
});
