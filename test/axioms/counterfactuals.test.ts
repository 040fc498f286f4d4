/** @file Counterfactuals: everything that is stated is asked of the model again, in another way than it was found. */

import {
  type Counterfactual,
  type ExplainableModel,
  type Explanation,
  explain,
  InvalidOptionError,
  loadModel,
  parseExplanation,
} from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restated } from "../support/restate.ts";

const SENTENCES = [
  "A superb film, moving and funny.",
  "A gripping film that forgets to end",
  "It is not bad at all.",
  "The plot is thin, but the actors are wonderful and the music is a delight.",
  "Dull.",
];

describe("counterfactuals of a text", () => {
  let model: Awaited<ReturnType<typeof loadModel>>;
  beforeAll(async () => {
    model = await loadModel("sst2");
  });
  afterAll(() => model.dispose());

  it.each(SENTENCES)("of %j are what the model says, and the set is minimal", async (text) => {
    const explanation = await explain(model, text, { counterfactuals: true, effort: "fast" });
    await checkAll(model, { text }, explanation);
    const { searched, replacement, evaluations, decision } = explanation.counterfactuals as NonNullable<
      Explanation["counterfactuals"]
    >;
    expect(replacement).toEqual({ name: "mask", becomes: "the mask token" });
    expect(decision).toBe("class");
    expect(evaluations).toBe(searched.variants);
    expect(parseExplanation(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
  });

  it("are the same every time, absent where nobody asks, and change no other number", async () => {
    const text = SENTENCES[1] as string;
    const of = (counterfactuals: boolean) => explain(model, text, { counterfactuals, effort: "instant" });
    const [first, again, without] = [await of(true), await of(true), await of(false)];
    expect(first.counterfactuals).toEqual(again.counterfactuals);
    expect(without.counterfactuals).toBeUndefined();
    expect(without.attribution).toEqual(first.attribution);
  });

  it("of a class that is not predicted take away what speaks against it", async () => {
    const text = SENTENCES[1] as string;
    const explanation = await explain(model, text, { target: "positive", counterfactuals: true, effort: "fast" });
    expect(explanation.predictions[0]?.label).toBe("negative");
    const { smallestFlip } = explanation.counterfactuals as NonNullable<Explanation["counterfactuals"]>;
    expect(smallestFlip?.prediction.label).toBe("positive");
    expect(smallestFlip?.features.every(({ attribution }) => attribution < 0)).toBe(true);
    await checkAll(model, { text }, explanation);
  });

  it("take another replacement, as many features and as few questions as they are told", async () => {
    const text = SENTENCES[3] as string;
    const options = { replacement: "drop", strongest: 2, limit: 8 };
    const { counterfactuals } = await explain(model, text, { counterfactuals: options, effort: "instant" });
    expect(counterfactuals?.replacement.name).toBe("drop");
    expect(counterfactuals?.single).toHaveLength(2);
    expect(counterfactuals?.searched.limit).toBe(8);
    for (const wrong of [{ replacement: "blur" }, { strongest: 0 }, { limit: 1.5 }, { words: 3 }]) {
      await expect(explain(model, text, { counterfactuals: wrong as never })).rejects.toThrow(InvalidOptionError);
    }
  });
});

/** Asks the model again of everything that is stated. */
async function checkAll(model: ExplainableModel, input: object, explanation: Explanation): Promise<void> {
  const { single, together, smallestFlip, evidenceAlone, allRemoved } = explanation.counterfactuals as NonNullable<
    Explanation["counterfactuals"]
  >;
  const ask = await restated(model, input, explanation);
  const agrees = async (
    { prediction, flips }: Pick<Counterfactual, "prediction" | "flips">,
    gone: readonly number[],
  ) => {
    const answer = await ask(gone);
    expect(prediction.score).toBeCloseTo(answer.score, 4);
    expect(flips).toBe(answer.flips);
    if (prediction.probability !== null) expect(prediction.probability).toBeCloseTo(answer.probability, 5);
    expect(prediction.label).toBe(answer.label);
  };
  const positions = ({ features }: Pick<Counterfactual, "features">) => features.flatMap((one) => one.features);
  const all = explanation.features.flatMap(({ special }, t) => (special ? [] : [t]));
  for (const one of [...single, ...together]) await agrees(one, positions(one));
  await agrees(allRemoved, all);
  const kept = new Set(positions(evidenceAlone));
  await agrees(
    evidenceAlone,
    all.filter((t) => !kept.has(t)),
  );
  if (smallestFlip === null) return;
  expect(smallestFlip.flips && smallestFlip.minimal).toBe(true);
  await agrees(smallestFlip, positions(smallestFlip));
  for (const back of smallestFlip.features) {
    const left = smallestFlip.features.filter((one) => one !== back);
    expect((await ask(positions({ features: left }))).flips).toBe(false);
  }
}
