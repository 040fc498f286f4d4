import { describe, expect, test } from "vitest";
import { hostile, image, sentence, withoutCompleteness } from "../../../../../test/render/fixtures.ts";
import type { Counterfactuals, Explanation } from "../../attribution/explanation.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import { CASE_SECTIONS } from "./asked.ts";
import { type CaseFacts, caseReport } from "./case-report.ts";
import { repeatCommand } from "./command.ts";
import { caseHtml } from "./html.ts";
import { caseMarkdown } from "./markdown.ts";

const FACTS: CaseFacts = { at: new Date("2026-11-30T12:00:00Z"), version: "0.1.0", sha256: "ab".repeat(32) };
const reportOn = (explanation: Explanation, facts: Partial<CaseFacts> = {}) =>
  caseReport({ source: { file: "r.csv", line: 7, id: "<b>7</b>" }, explanation }, { ...FACTS, ...facts });

const figure = { name: "faithfulness", metric: "faithfulness", better: "higher" } as const;
const evaluation = {
  version: 3,
  model: sentence.model,
  dataset: { name: "reviews", measured: 50 },
  methods: [
    { name: "ca-lig", options: { ...sentence.method.options, baseline: "pad" }, randomControl: false },
    { name: "random", options: {}, randomControl: true },
  ],
  figures: [figure],
  results: [
    { method: "ca-lig", figure: "faithfulness", value: 0.5, low: 0.4, high: 0.6, inputs: 50 },
    { method: "random", figure: "faithfulness", value: 0.1, low: 0, high: 0.2, inputs: 50 },
  ],
} as unknown as Evaluation;

const prediction = { index: 0, label: "NEGATIVE", probability: 0.8, targetProbability: 0.2, score: -1 };
const tokens = [...sentence.features.keys()].filter(
  (i) => sentence.words[sentence.features[i]?.word ?? -1]?.text === "unforgettable",
);
const removed = { features: [{ features: tokens, text: "unforgettable", attribution: 1.92 }], prediction, flips: true };
const counterfactuals: Counterfactuals = {
  replacement: { name: "mask", becomes: "replaced by the mask token" },
  decision: "class",
  single: [removed],
  together: [],
  smallestFlip: { ...removed, minimal: true },
  evidenceAlone: { ...removed, flips: false },
  allRemoved: { prediction, flips: true },
  searched: { candidates: 5, features: 11, removed: 1, variants: 9, limit: 256 },
  evaluations: 9,
};

describe("caseReport()", () => {
  test("has the evidence in numbers, what was measured of the method, and what was tested", () => {
    const report = reportOn({ ...sentence, counterfactuals } as Explanation, { evaluation, top: 2 });
    expect(report).toMatchObject({
      kind: "case-report",
      made: { at: "2026-11-30T12:00:00.000Z", calig: "0.1.0" },
      input: { text: sentence.input.text, sha256: FACTS.sha256 },
      decision: { explained: "POSITIVE" },
    });
    expect(report.evidence.unit).toBe("logit");
    expect(report.evidence.supporting.map(({ label }) => label)).toEqual(["unforgettable", "saved"]);
    expect(report.evidence.supporting[0]?.attribution).toBeCloseTo(1.92, 2);
    expect(report.evidence.more.supporting).toBeGreaterThan(0);
    expect(report.method.measured).toEqual({
      dataset: "reviews",
      inputs: 50,
      differing: ["baseline"],
      figures: [{ name: "faithfulness", better: "higher", value: 0.5, low: 0.4, high: 0.6, inputs: 50, random: 0.1 }],
    });
    // The set that flips is one of the single ones, and is told once.
    expect(report.counterfactuals?.rows.map(({ what, flips }) => [what, flips])).toEqual([
      ["removed", true],
      ["kept alone", false],
      ["all removed", true],
    ]);
    expect(report.counterfactuals?.smallest).toEqual(["unforgettable"]);
  });

  test("refuses measurements of another model or method", () => {
    const other = { ...evaluation, model: { ...evaluation.model, sha256: "ff" } };
    expect(() => reportOn(sentence, { evaluation: other })).toThrow(
      /^Cannot use the evaluation: it is of model "sst2-minilm-6" with SHA-256 ff, and the explanation is of/,
    );
    expect(() => reportOn(withoutCompleteness, { evaluation })).toThrow(
      'it has nothing of method "saliency", only of ca-lig, random; measure it with calig evaluate --model MODEL --dataset FILE --out evaluation.json --methods saliency',
    );
  });
});

describe("a report on a case", () => {
  test.each([
    ["a text", sentence],
    ["hostile words", hostile],
    ["a picture", image],
    ["a method without sign", withoutCompleteness],
  ])("on %s has every section as HTML and Markdown, and nothing of it as markup", (_, explanation) => {
    const report = reportOn(explanation);
    const page = caseHtml(report, explanation);
    const body = page.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<script>[\s\S]*?<\/script>/g, "");
    const markdown = caseMarkdown(report);
    for (const title of Object.values(CASE_SECTIONS)) {
      expect(body).toContain(`>${title}</h2>`);
      expect(markdown).toContain(`\n## ${title}\n`);
    }
    expect(body).toContain(report.model.sha256);
    expect(body).not.toMatch(/<script|<img|<b>|NaN|undefined/);
    expect(markdown.replace(/`{3,}sh[\s\S]*?\n`{3,}\n|`[^`\n]*`/g, "")).not.toMatch(/<(script|b|img)|NaN|undefined/);
  });

  test("claims nothing of laws, and nothing of causes or fairness", () => {
    const said = caseMarkdown(reportOn(sentence)).replaceAll(sentence.input.text, "");
    expect(said).not.toMatch(/\b(complian\w+|complies|comply|fulfil\w*|guarantee\w*|proves?|unbiased)\b/i);
    expect(said).toContain("It is no legal advice and does not say that anything in them is met");
    expect(said).toMatch(/Article 86\(1\)/);
    expect(said).toMatch(/Article 22\(3\)/);
  });

  test("is made to be printed", () => {
    const page = caseHtml(reportOn(sentence), sentence);
    expect(page).toContain("@page{size:A4");
    expect(page).toMatch(/@media print\{(\.case section\{break-inside:auto\})?\.case tr,[^}]*\{break-inside:avoid\}/);
  });
});

describe("repeatCommand()", () => {
  test("quotes the text, and states every option", () => {
    const text = 'It\'s "fine" `now`;\n$HOME';
    const { command } = repeatCommand(
      {
        ...sentence,
        input: { kind: "text", text },
        features: [],
        method: {
          name: "ca-lig",
          options: {
            baseline: ["mask", { text: "A dull film" }],
            layers: [0, 2],
            ends: false,
            heads: true,
            score: "logit",
            seed: 3,
            tuned: "here",
          },
        },
      },
      { model: "./my model" },
    );
    expect(command).toBe(
      `calig explain --text 'It'\\''s "fine" \`now\`;\n$HOME' --model './my model' --target '#${sentence.target.index}' --method ca-lig --baseline mask,custom --baseline-text 'A dull film' --score logit --seed 3 --layers 0,2 --heads --json`,
    );
  });

  test.each<[string, Explanation]>([
    ["the file of the picture is not known", image],
    ["its question comes from a plugin", { ...sentence, target: { ...sentence.target, unit: "entropy" } }],
    [
      "its baseline was made by a program",
      { ...sentence, method: { ...sentence.method, options: { baseline: { hiddenState: "2x3" } } } },
    ],
    [
      "the option samples of its method comes from a plugin",
      { ...sentence, method: { name: "smooth", options: { samples: 3 } } },
    ],
  ])("says why there is none: %s", (why, explanation) => {
    const { command, note } = repeatCommand(explanation);
    expect(command).toBeNull();
    expect(note).toContain(why);
  });
});
