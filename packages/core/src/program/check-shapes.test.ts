import { describe, expect, it } from "vitest";
import { ConsistencyError, UnsupportedModelError } from "../errors.ts";
import { zeros } from "../tensor/tensor.ts";
import { checkForward } from "./check-shapes.ts";

const SIZE = { rows: 2, positions: 5, width: 4, classes: 3 };
const pass = (...states: readonly (readonly number[])[]) => ({
  logits: zeros([2, 3]),
  hiddenStates: states.map((shape) => zeros(shape)),
});

describe("checkForward()", () => {
  it("accepts one position for each token in every block", () => {
    expect(() => checkForward(pass([2, 5, 4], [2, 5, 4]), SIZE)).not.toThrow();
  });

  it.each([
    [[2, 3, 4], "a model that drops or merges tokens"],
    [[2, 6, 4], "a model that adds some"],
  ])("refuses states %j: %s", (shape) => {
    const check = () => checkForward(pass([2, 5, 4], shape), SIZE);
    expect(check).toThrow(UnsupportedModelError);
    expect(check).toThrow(
      /^Cannot explain the model: block 1 has \d positions where a text has 5; it merges, drops or adds/,
    );
  });

  it("says of a picture what its first block has", () => {
    const check = () => checkForward(pass([2, 17, 4], [2, 9, 4]), { ...SIZE, positions: undefined });
    expect(check).toThrow(/block 1 has 9 positions where a picture has 17/);
  });

  it.each([[[1, 5, 4]], [[2, 5, 8]], [[5, 2, 4]]])(
    "calls states %j inconsistent: rows or width are not those of the run",
    (shape) => {
      expect(() => checkForward(pass([2, 5, 4], shape), SIZE)).toThrow(ConsistencyError);
    },
  );
});
