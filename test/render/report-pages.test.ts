/** @file Pages of comparisons and evaluations in Chromium: they fit, have both themes, pass axe, and say the verdict first. */

import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { frontsOf } from "@calig/core/internal/evaluation/front";
import type {
  ComparedMethod,
  ImageComparison,
  TextComparison,
} from "@calig/core/internal/evaluation/method-comparison";
import { comparisonHtml } from "@calig/core/internal/report/comparison/comparison";
import { evaluationHtml } from "@calig/core/internal/report/evaluation/html";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { auditPage, useBrowser } from "../support/browser.ts";
import { skipsBrowser } from "../support/chromium.ts";
import { image, sentence } from "./fixtures.ts";

const NAMES = ["ca-lig", "saliency", "random"] as const;
const curve = Array.from({ length: 21 }, (_, i) => 1 - i / 21);

const methods = (attribution: readonly number[]): ComparedMethod[] =>
  NAMES.map((name, m) => ({
    name,
    ...(name === "saliency" ? { signed: false as const } : {}),
    randomControl: name === "random",
    attribution: attribution.map((value) => (name === "saliency" ? Math.abs(value) : value)),
    deletion: 0.2 + 0.1 * m,
    insertion: 0.8 - 0.1 * m,
    curves: { removed: curve, restored: [...curve].reverse() },
    milliseconds: 10,
  }));

const common = {
  version: 3 as const,
  target: { index: 1, label: "<b>POSITIVE</b>", probability: 0.9, logit: 2 },
  agreement: NAMES.map(() => NAMES.map(() => 0.5)),
  warnings: [],
};
const replacement = { name: "mask", becomes: "the mask token" };

const text: TextComparison = {
  ...common,
  model: sentence.model,
  settings: { replacement, features: "word", score: "logit", seed: 0 },
  input: sentence.input,
  features: sentence.words,
  methods: methods(sentence.words.map(({ attribution }) => attribution)),
};
const patches = image.features.flatMap(({ row, column, special }, i) => (special ? [] : [{ row, column, i }]));
const picture: ImageComparison = {
  ...common,
  model: image.model,
  settings: { replacement, features: "patch", score: "logit", seed: 0 },
  input: image.input,
  features: patches,
  methods: methods(patches.map(({ i }) => image.attribution[i] ?? 0)),
};

const figures = [
  { name: "faithfulness", metric: "faithfulness", better: "higher" },
  { name: "sufficiency", metric: "sufficiency", better: "lower" },
  { name: "model-evaluations", metric: "cost", better: "lower" },
] as const;
const results = figures.flatMap(({ name: figure }) =>
  NAMES.map((method, m) => ({ method, figure, value: 1 - 0.3 * m, low: 1 - 0.3 * m, high: 1 - 0.3 * m, inputs: 9 })),
);
const comparisons = ["saliency", "random"].map((other) => ({
  figure: "faithfulness",
  method: "ca-lig",
  other,
  difference: 0.3,
  low: 0.1,
  high: 0.5,
  pValue: 0,
  correctedPValue: 0,
  winner: "ca-lig",
}));
const summarised = {
  methods: NAMES.map((name) => ({ name, options: {}, randomControl: name === "random" })),
  figures,
  results,
  comparisons,
};
const evaluation: Evaluation = {
  version: 3,
  model: sentence.model,
  dataset: {
    name: "reviews.csv",
    size: 9,
    measured: 9,
    skipped: 0,
    accuracy: { value: 1, low: 1, high: 1, inputs: 9 },
  },
  settings: {
    replacements: [replacement],
    features: "word",
    target: "predicted",
    score: "logit",
    seed: 0,
    resamples: 9,
  },
  metrics: figures.map(({ metric: name }) => ({ name, summary: name })),
  ...summarised,
  fronts: frontsOf(summarised),
  inputs: [],
  failures: [],
  cost: { milliseconds: 1 },
  warnings: [],
};

const PAGES = { text: comparisonHtml(text), picture: comparisonHtml(picture), evaluation: evaluationHtml(evaluation) };

describe.skipIf(skipsBrowser())("pages of reports", () => {
  const browser = useBrowser();
  const open = async (markup: string, width = 1400): Promise<Page> => {
    const page = await (await browser().newContext({ viewport: { width, height: 900 } })).newPage();
    await page.setContent(markup);
    return page;
  };

  test.each(Object.entries(PAGES))(
    "%s: fits narrow and wide screens and passes axe in both themes",
    async (_, markup) => {
      const page = await open(markup);
      for (const width of [375, 768, 1400]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), `${width}`).toBeLessThan(1);
      }
      await page.evaluate("for (const node of document.querySelectorAll('details')) node.open = true");
      const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      const light = await background();
      expect(await auditPage(page)).toEqual([]);
      await page.getByRole("radio", { name: "Dark" }).check({ force: true });
      expect(await background()).not.toBe(light);
      // Colours move into the other theme for a moment.
      await page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))");
      expect(await auditPage(page)).toEqual([]);
      await page.context().close();
    },
  );

  test("the verdict, the main figures and nothing of all others are on the first screen", async () => {
    const page = await open(PAGES.evaluation);
    expect(await page.locator("h2").first().innerText()).toBe("Use ca-lig here");
    expect(await page.locator("main").innerText()).not.toMatch(/sufficiency|random \(random control\)/);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(1800);
    // Nine alike: an interval would say what nobody knows.
    expect(PAGES.evaluation).toContain("<dd>1.000 on 9 inputs</dd>");
    expect(PAGES.evaluation).not.toContain("1.000 to 1.000");
    await page.context().close();
  });

  test("methods without a sign have neither the colours nor the marks of those that have one, controls are folded", async () => {
    const page = await open(PAGES.text);
    const classes = (m: number) =>
      page
        .locator(".methods .map")
        .nth(m)
        .locator(".w")
        .evaluateAll((nodes) => nodes.map(({ className }) => className).join(" "));
    expect(await classes(0)).toMatch(/p\d+ su.*n\d+ op|n\d+ op.*p\d+ su/);
    expect(await classes(1)).toMatch(/u\d+ ma/);
    expect(await classes(1)).not.toMatch(/[pn]\d+/);
    expect(await page.getByText("random (random control)").first().isVisible()).toBe(false);
    await page.context().close();
  });
});
