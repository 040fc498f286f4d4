/** @file What must hold of every attribution method, and what each one promises of its values. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  explain,
  type LoadedModel,
  loadModel,
  METHODS,
  renderHtml,
  renderMarkdown,
  renderTerminal,
} from "../../src/node.ts";

const TEXT = "It's not a bad movie, but I wouldn't watch it twice.";

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe.each(METHODS.map((method) => [method.name, method] as const))("%s", (name, { signed, classSpecific }) => {
  it("gives every unit a number, the same for the same seed, and says what it cannot tell", async () => {
    const [first, second] = [
      await explain(model, TEXT, { method: name }),
      await explain(model, TEXT, { method: name }),
    ];
    expect({ ...first, cost: null }).toEqual({ ...second, cost: null });
    expect(first.attribution).toHaveLength(first.units.length);
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
      expect(page).not.toMatch(/\bNaN\b|\bundefined\b/);
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

describe("random", () => {
  it("draws other numbers for another seed, between -1 and 1, and none for special tokens", async () => {
    const of = async (seed: number) => explain(model, TEXT, { method: "random", seed });
    const { attribution, units } = await of(1);
    expect(attribution).not.toEqual((await of(2)).attribution);
    units.forEach(({ special }, t) => {
      if (special) expect(attribution[t]).toBe(0);
      else expect(Math.abs(attribution[t] as number)).toBeLessThanOrEqual(1);
    });
  });
});

describe("methods that look at one block", () => {
  it.each(["saliency", "gradient-x-input", "integrated-gradients"])("%s refuses several", async (method) => {
    await expect(explain(model, TEXT, { method, layers: [0, 1] })).rejects.toThrow(
      `Cannot use method "${method}" with 2 blocks: it looks at one; give one block or use method "ca-lig"`,
    );
  });
});
