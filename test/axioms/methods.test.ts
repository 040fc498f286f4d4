/** @file What must hold of every attribution method, and what each one promises of its values. */

import { textFeeds } from "@calig/core/internal/modality/text/prepare";
import { explain, type LoadedModel, loadModel, METHODS, renderHtml, renderMarkdown, renderTerminal } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completenessOf } from "../support/completeness.ts";

const TEXT = "It's not a bad movie, but I wouldn't watch it twice.";

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe.each(METHODS.map((method) => [method.name, method] as const))("%s", (name, { signed, classSpecific }) => {
  it("gives every feature a number, the same for the same seed, and says what it cannot tell", async () => {
    const [first, second] = [
      await explain(model, TEXT, { method: name }),
      await explain(model, TEXT, { method: name }),
    ];
    expect({ ...first, cost: null }).toEqual({ ...second, cost: null });
    expect(first.attribution).toHaveLength(first.features.length);
    expect(first.attribution.every(Number.isFinite)).toBe(true);
    expect(sum(first.attribution.map(Math.abs))).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const codes = first.warnings.map(({ code }) => code);
    expect(codes.includes("not-class-specific")).toBe(!classSpecific);
    expect(codes.includes("unsigned")).toBe(classSpecific && !signed);
    if (!signed) expect(Math.min(...first.attribution)).toBeGreaterThanOrEqual(0);
    if (first.completeness === null) return;
    const { scoreAtInput, scoreAtBaseline, delta } = first.completeness;
    expect(delta).toBeCloseTo(sum(first.attribution) - (scoreAtInput - scoreAtBaseline), 8);
  });

  it(`${classSpecific ? "depends" : "does not depend"} on the class that is explained`, async () => {
    const of = async (target: string) => (await explain(model, TEXT, { method: name, target })).attribution;
    const [positive, negative] = [await of("positive"), await of("negative")];
    if (classSpecific) expect(positive).not.toEqual(negative);
    else expect(positive).toEqual(negative);
  });

  it("is rendered, without a section on blocks where it has none", async () => {
    const explanation = await explain(model, TEXT, { method: name });
    const rendered = [
      renderTerminal(explanation, { columns: 100, colors: 0 }),
      renderHtml(explanation),
      renderMarkdown(explanation),
    ];
    for (const page of rendered) {
      // What a reader sees: the page's script speaks of undefined by right.
      expect(page.replaceAll(/<script\b[^>]*>.*?<\/script>/gs, "")).not.toMatch(/\bNaN\b|\bundefined\b/);
      if (explanation.blocks.length === 0) expect(page).not.toContain("Evidence by block");
    }
  });
});

describe("gradient-x-input", () => {
  it("is linear: a label against another is the difference of the two labels", async () => {
    const of = async (options: { target: string; against?: string }) =>
      (await explain(model, TEXT, { method: "gradient-x-input", ...options })).attribution;
    const [positive, negative] = [await of({ target: "positive" }), await of({ target: "negative" })];
    const contrast = await of({ target: "positive", against: "negative" });
    expect(contrast).toBeAllClose(
      positive.map((value, t) => value - (negative[t] as number)),
      { rtol: 1e-4, atol: 1e-5 },
    );
  });

  it("is Integrated Gradients from zero with one step at the input", async () => {
    const options = { baseline: "zero", quadrature: "riemann-right", steps: 1, layers: [3], tolerance: 1e9 } as const;
    const integrated = await explain(model, TEXT, { ...options, method: "integrated-gradients" });
    const { attribution } = await explain(model, TEXT, { method: "gradient-x-input", layers: [3] });
    expect(attribution).toBeAllClose(integrated.attribution, { rtol: 1e-4, atol: 1e-5 });
  });
});

describe("occlusion", () => {
  const SHORT = "A dull 😀 film";

  it("is the loss of the score when the model reads another token instead", async () => {
    const { attribution, features, target } = await explain(model, SHORT, { method: "occlusion", baseline: "mask" });
    const encoded = await model.tokenizer?.encode(SHORT);
    const ids = encoded?.ids ?? [];
    const mask = model.tokenizer?.specialTokens.mask?.id as number;
    for (const [t, { special }] of features.entries()) {
      const without = ids.map((id, position) => (position === t && !special ? mask : id));
      const { data } = await model.programs.logits(textFeeds(model, without, { typeIds: encoded?.typeIds ?? [] }));
      expect(attribution[t]).toBeCloseTo(target.score - (data[target.index] as number), 4);
    }
  });

  it("gives 0 to a feature that is what the baseline has in its place, and to special tokens", async () => {
    const { attribution, features } = await explain(model, SHORT, { method: "occlusion", baseline: "unk" });
    expect(features.map(({ text }) => text)).toEqual(["[CLS]", "A", "dull", "😀", "film", "[SEP]"]);
    for (const t of [0, 3, 5]) expect(attribution[t]).toBeCloseTo(0, 5);
    for (const t of [1, 2, 4]) expect(Math.abs(attribution[t] as number)).toBeGreaterThan(0.01);
  });

  it("is complete for a text of one feature, and says how far it is off for others", async () => {
    const one = await explain(model, "Dull", { method: "occlusion" });
    expect(completenessOf(one).relativeError).toBeLessThan(1e-4);
    const many = completenessOf(await explain(model, TEXT, { method: "occlusion", baseline: "mask" }));
    const { scoreAtBaseline } = completenessOf(await explain(model, TEXT, { baseline: "mask", steps: 1 }));
    expect(many.scoreAtBaseline).toBeCloseTo(scoreAtBaseline, 4);
    expect(many.relativeError).toBeGreaterThan(0.01);
  });
});

describe("attention-rollout and raw-attention", () => {
  it.each(["attention-rollout", "raw-attention"])("%s shares out 1", async (method) => {
    expect(sum((await explain(model, TEXT, { method })).attribution)).toBeCloseTo(1, 5);
  });
});

describe("shuffled", () => {
  it("has the values of ca-lig at other places, special tokens untouched", async () => {
    const options = { steps: 4, tolerance: 10 };
    const original = await explain(model, TEXT, options);
    const moved = await explain(model, TEXT, { ...options, method: "shuffled" });
    const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
    expect(sorted(moved.attribution)).toEqual(sorted(original.attribution));
    expect(moved.attribution).not.toEqual(original.attribution);
    for (const t of [0, moved.features.length - 1]) expect(moved.attribution[t]).toBe(original.attribution[t]);
    expect(completenessOf(moved).delta).toBeCloseTo(completenessOf(original).delta, 10);
    const other = await explain(model, TEXT, { ...options, method: "shuffled", seed: 1 });
    expect(other.attribution).not.toEqual(moved.attribution);
  });
});

describe("random", () => {
  it("draws other numbers for another seed, between -1 and 1, and none for special tokens", async () => {
    const of = async (seed: number) => explain(model, TEXT, { method: "random", seed });
    const { attribution, features } = await of(1);
    expect(attribution).not.toEqual((await of(2)).attribution);
    features.forEach(({ special }, t) => {
      if (special) expect(attribution[t]).toBe(0);
      else expect(Math.abs(attribution[t] as number)).toBeLessThanOrEqual(1);
    });
  });
});

describe("methods that look at one block", () => {
  it.each(["saliency", "gradient-x-input", "integrated-gradients", "grad-cam", "raw-attention"])(
    "%s refuses several",
    async (method) => {
      await expect(explain(model, TEXT, { method, layers: [0, 1] })).rejects.toThrow(
        `Cannot use method "${method}" with 2 blocks: it looks at one; give one block or use method "ca-lig"`,
      );
    },
  );
});
