import { describe, expect, it } from "vitest";
import { ConsistencyError, UnsupportedModelError } from "../errors.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type { Readout } from "../transformer/anatomy.ts";
import type { MethodContext } from "./method.ts";
import { readoutShares } from "./readout.ts";

interface Case {
  /** Whether the mean of all positions counts the special ones, as in texts. */
  readonly meanHasSpecials?: boolean;
  readonly special?: readonly number[];
  readonly position?: number;
  /** dF/dA of the last block that the model has. */
  readonly own?: FloatTensor;
}

const context = (readout: Readout, { meanHasSpecials = true, special = [0, 3], position, own }: Case = {}) =>
  ({
    model: {
      facts: { id: "model" },
      anatomy: { outputs: [{ kind: "logits", readout }] },
      modality: { meanHasSpecials },
      programs: { attentionGradients: async () => ({ scores: [1], probabilities: [own], gradients: [own] }) },
    },
    input: { features: [0, 1, 2, 3].map((t) => ({ special: special.includes(t) })) },
    forward: { logits: floatTensor([1, 0], [1, 2]), hiddenStates: [] },
    score: position === undefined ? {} : { position },
    scoreAtInput: 1,
  }) as unknown as MethodContext;

const sharesOf = async (readout: Readout, other?: Case): Promise<number[]> =>
  Array.from((await readoutShares(context(readout, other))).shares);

/** Gradients of two heads of four positions: not zero in these rows. */
const gradientIn = (...rows: readonly number[]): FloatTensor =>
  floatTensor(
    Array.from({ length: 32 }, (_, i) => (rows.includes(Math.floor(i / 4) % 4) && i >= 16 ? 0.5 : 0)),
    [1, 2, 4, 4],
  );

describe("readoutShares()", () => {
  it("is what the head reads", async () => {
    expect(await sharesOf("first")).toEqual([1, 0, 0, 0]);
    expect(await sharesOf("last")).toEqual([0, 0, 0, 1]);
    expect(await sharesOf("mean")).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(await sharesOf("each", { position: 2 })).toEqual([0, 0, 1, 0]);
    expect(await sharesOf("mean", { meanHasSpecials: false, special: [0, 1] })).toEqual([0, 0, 0.5, 0.5]);
    expect(await sharesOf("first-two", { meanHasSpecials: false, special: [0, 1] })).toEqual([0.5, 0.5, 0, 0]);
    expect(await sharesOf("first-and-mean", { meanHasSpecials: false, special: [0, 1] })).toEqual([0.5, 0, 0.25, 0.25]);
  });

  it("is measured where the head chooses positions by the input", async () => {
    expect(await sharesOf("last-token", { own: gradientIn(2) })).toEqual([0, 0, 1, 0]);
    expect(await sharesOf("chosen", { own: gradientIn(1, 3) })).toEqual([0, 0.5, 0, 0.5]);
  });

  it("contradicts gradients at positions that are not said to be read", async () => {
    await expect(readoutShares(context("first"), gradientIn(0))).resolves.toBeDefined();
    await expect(readoutShares(context("first"), gradientIn(1))).rejects.toThrow(ConsistencyError);
    await expect(readoutShares(context("last"), gradientIn(2, 3))).rejects.toThrow(/position 2/);
  });

  it("is refused where nothing tells the weights of the positions", async () => {
    await expect(readoutShares(context("unknown"))).rejects.toThrow(UnsupportedModelError);
  });
});
