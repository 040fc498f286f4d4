/**
 * @file Block relevance of the built-in model against Captum's LayerIntegratedGradients in float64: same baseline,
 * same Gauss-Legendre points.
 *
 * The reference is test/golden/captum.json, made by tools/make_captum_reference.py.
 */

import { readFileSync } from "node:fs";
import { explain, type LoadedModel, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Reference {
  readonly made: { readonly weights: string };
  readonly cases: readonly {
    readonly text: string;
    readonly baseline: "pad" | "mask";
    readonly steps: number;
    readonly target: number;
    readonly ids: readonly number[];
    readonly logits: readonly number[];
    readonly logitsAtBaseline: readonly number[];
    readonly relevance: readonly (readonly number[])[];
  }[];
}

const reference = JSON.parse(readFileSync(new URL("../golden/captum.json", import.meta.url), "utf8")) as Reference;

/** Largest deviation allowed, relative to the largest relevance of the block. */
const TOLERANCE = 1e-4;

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

describe("explain()", () => {
  it("explains the weights that the reference was made with", () => {
    expect(model.facts.sha256).toBe(reference.made.weights);
  });

  it.each(reference.cases)("agrees with Captum in every block: $text", async (expected) => {
    const { text, baseline, steps, target } = expected;
    const explanation = await explain(model, text, { baseline, steps, target });
    expect((await model.tokenizer?.encode(text))?.ids).toEqual(expected.ids);
    const logits = [...explanation.predictions].sort((a, b) => a.index - b.index).map((prediction) => prediction.logit);
    expect(logits).toBeAllClose(expected.logits, { rtol: TOLERANCE, atol: TOLERANCE });
    expect(explanation.blocks).toHaveLength(expected.relevance.length);
    explanation.blocks.forEach(({ relevance, completeness }, l) => {
      const wanted = expected.relevance[l] as readonly number[];
      const scale = Math.max(...wanted.map(Math.abs));
      expect(relevance).toBeAllClose(wanted, { rtol: TOLERANCE, atol: TOLERANCE * scale });
      expect(completeness.scoreAtBaseline).toBeCloseTo(expected.logitsAtBaseline[target] as number, 3);
    });
  });
});
