import { describe, expect, it } from "vitest";
import { createRandom } from "../util/random.ts";
import type { Evaluation } from "./evaluation.ts";
import { deletion } from "./metrics/deletion.ts";
import { faithfulness } from "./metrics/faithfulness.ts";
import { perturbationAuc } from "./metrics/perturbation-auc.ts";
import { checkTunable, chooseSettings, tunedSettings, tuningGrid } from "./tune.ts";

const DEFAULT = "transport, uniform";
/** What the chooser is told of the model. */
const MODEL = { blocks: 4, layerWeights: "uniform" } as const;

/** An evaluation of the grid with `value(candidate, input)` in every cell. */
function evaluationOf(inputs: number, value: (name: string, input: number) => number | null): Evaluation {
  const names = tuningGrid(MODEL.blocks).map(({ name }) => name);
  return {
    model: { id: "m" },
    dataset: { name: "dev.tsv" },
    settings: { seed: 0 },
    warnings: [{ code: "no-random-control", message: "" }],
    inputs: Array.from({ length: inputs }, (_, i) => ({
      line: i + 1,
      measurements: Object.fromEntries(
        names.map((name) => {
          const number = value(name, i);
          return [
            name,
            { faithfulness: number === null ? null : [number], deletion: number === null ? null : [number] },
          ];
        }),
      ),
    })),
  } as unknown as Evaluation;
}

describe("tuningGrid()", () => {
  it("names every combination once, with weights of as many blocks as the model has", () => {
    const grid = tuningGrid(3);
    expect(new Set(grid.map(({ name }) => name)).size).toBe(70);
    const middle = grid.find(({ name }) => name === "transport, middle")?.layerWeights as readonly number[];
    expect(middle).toEqual([0.135335, 1, 0.135335]);
    expect(
      tuningGrid(1).every(({ layerWeights }) => typeof layerWeights === "string" || layerWeights.length === 1),
    ).toBe(true);
  });
});

describe("chooseSettings()", () => {
  it("accepts what is better on both halves, in the direction of the metric", () => {
    const best = "additive, lambda 0.75, middle";
    const random = createRandom("noise");
    const values = evaluationOf(40, (name) => (name === best ? 0.6 : 0.5) + 0.05 * random.next());
    const tuning = chooseSettings(values, faithfulness, MODEL);
    expect(tuning).toMatchObject({ chosen: { name: best }, defaults: { name: DEFAULT }, accepted: true, warnings: [] });
    expect(tuning.gain.low).toBeGreaterThan(0.05);
    expect(tuning.dataset).toEqual({ name: "dev.tsv", choosing: 20, confirming: 20 });
    expect(tunedSettings(tuning)).toMatchObject({
      fusion: "additive",
      lambda: 0.75,
      chosenBy: { metric: "faithfulness", dataset: "dev.tsv", choosing: 20, confirming: 20 },
    });
    const ofPictures = chooseSettings(values, faithfulness, { ...MODEL, layerWeights: "balanced" });
    expect(ofPictures.defaults.name).toBe("transport, balanced");
    const lower = chooseSettings(values, deletion, MODEL);
    expect(lower.chosen.name).not.toBe(best);
    expect(lower.accepted).toBe(false);
  });

  it("does not accept the luckiest of candidates that are all alike", () => {
    for (let seed = 0; seed < 5; seed++) {
      const random = createRandom(`alike ${seed}`);
      const tuning = chooseSettings(
        evaluationOf(30, () => random.next()),
        faithfulness,
        MODEL,
      );
      expect(tuning.chosen.choosing).toBeGreaterThan(tuning.defaults.choosing);
      // A fair comparison is wrong now and then, as its level of 5 % says; the choosing half is always flattering.
      expect(tuning.gain.low).toBeLessThan(tuning.chosen.choosing - tuning.defaults.choosing);
    }
    const random = createRandom("alike");
    expect(
      chooseSettings(
        evaluationOf(30, () => random.next()),
        faithfulness,
        MODEL,
      ).accepted,
    ).toBe(false);
  });

  it("keeps the defaults where nothing is better, also when others are as good", () => {
    const tuning = chooseSettings(
      evaluationOf(10, () => 0.5),
      faithfulness,
      MODEL,
    );
    expect(tuning).toMatchObject({ chosen: { name: DEFAULT }, accepted: false, gain: { value: 0, pValue: 1 } });
  });

  it("leaves out inputs that the metric does not apply to, and asks for enough of the others", () => {
    const few = evaluationOf(9, (_, i) => (i < 3 ? 0.5 : null));
    expect(() => chooseSettings(few, faithfulness, MODEL)).toThrow(
      /Cannot tune on dev\.tsv: "faithfulness" applies to 3 of its inputs; give at least 4/,
    );
  });
});

describe("checkTunable()", () => {
  it("takes metrics of one figure with a direction", () => {
    expect([checkTunable(faithfulness), checkTunable(deletion)]).toEqual(["higher", "lower"]);
    expect(() => checkTunable(perturbationAuc)).toThrow(/Cannot tune by "perturbation-auc": it has 2 figures/);
  });
});
