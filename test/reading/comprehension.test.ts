/**
 * @file What a reader may and may not take from a summary, without readers: statements that follow from the data of more than
 * 200 explanations are told, others are not, in plain words, in every language.
 */

import type { Explanation, Prediction } from "@calig/core/internal/attribution/explanation";
import { LANGUAGES } from "@calig/core/internal/reading/languages";
import { summarise } from "@calig/core/internal/reading/summarise";
import type { Statement, Summary } from "@calig/core/internal/reading/summary";
import { de } from "@calig/core/internal/reading/words/de";
import { en } from "@calig/core/internal/reading/words/en";
import { describe, expect, it } from "vitest";
import { FIXTURES } from "../render/fixtures.ts";
import { fleschKincaidGrade, viennaGrade } from "../support/readability.ts";
import { CASES, type Case } from "./cases.ts";

const all: readonly Case[] = [
  ...CASES,
  ...Object.entries(FIXTURES).map(([kind, explanation]) => ({ kind: `the fixture ${kind}`, explanation })),
];
const ofKind = (...kinds: readonly string[]): readonly Explanation[] =>
  all.filter(({ kind }) => kinds.includes(kind)).map(({ explanation }) => explanation);

const textOf = ({ statements }: Summary, ...kinds: readonly Statement["kind"][]): string =>
  statements
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join(" ");

/** What calig says itself: without what stands in quotes, which is text of the user or the model. */
const ownWords = (text: string): string => text.replace(/[“„][^“”]*[”“]/g, "it");

const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  en: /\b(because|prove[sdn]?|proof|fair|unfair|correct\w*|guarantee\w*|caused?|due to|reason\w*|accurate\w*|objective\w*|biased?|trustworth\w*|certainly|truth|true|explains why)\b/i,
  de: /\b(weil|denn|beweis\w*|fair\w*|unfair\w*|korrekt\w*|garantier\w*|verursach\w*|wegen|aufgrund|objektiv\w*|wahrheit|wahr|bestimmt|gerecht\w*)\b/i,
};
const JARGON =
  /\b(logits?|baselines?|fused|blocks?|tokens?|attributions?|softmax|gradients?|features?|completeness|transformer|embeddings?|integrated|relevance|probability|Logit|Gradient\w*|Attribution\w*)\b/i;

describe.each(LANGUAGES.map((words) => [words.name, words] as const))("a summary in %s", (_, words) => {
  const summaries = all.map((one) => ({ ...one, summary: summarise(one.explanation, { language: words }) }));

  it("is told of more than 200 explanations of many kinds", () => {
    expect(summaries.length).toBeGreaterThan(200);
    expect(new Set(CASES.map(({ kind }) => kind)).size).toBeGreaterThan(15);
  });

  it("never claims what an explanation cannot show, and speaks no jargon", () => {
    for (const { kind, summary } of summaries) {
      const own = ownWords(summary.text);
      expect(own, kind).not.toMatch(FORBIDDEN[words.code] as RegExp);
      expect(own, kind).not.toMatch(JARGON);
      expect(summary.text, kind).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it("reads as a text for the eighth school year at most", () => {
    const grade = words.code === "de" ? viennaGrade : fleschKincaidGrade;
    for (const { kind, summary } of summaries)
      expect(grade(ownWords(summary.text)), `${kind}: ${summary.text}`).toBeLessThan(8);
  });

  it("says what the model decided, and the class that is explained where that is another one", () => {
    for (const { kind, explanation, summary } of summaries) {
      const { predictions, target, model } = explanation;
      const [best] = predictions as readonly [Prediction];
      const decided = textOf(summary, "decision");
      if (kind === "regression") {
        expect(decided, kind).toMatch(/[\d.,]+/);
        expect(summary.certainty.probability).toBeNull();
        continue;
      }
      if (model.activation !== "sigmoid") expect(decided, kind).toContain(words.quoted(best.label.trim()));
      else
        for (const { label, probability } of predictions) {
          expect(decided.includes(words.quoted(label)), kind).toBe((probability ?? 0) > 0.5);
        }
      const isOther = model.activation !== "sigmoid" && target.index !== best.index;
      if (isOther) expect(textOf(summary, "asked"), kind).toContain(words.quoted(target.label.trim()));
      if (target.against !== undefined)
        expect(textOf(summary, "asked"), kind).toContain(words.quoted(target.against.label));
    }
  });

  it("calls a model as sure as it is", () => {
    const { certainties } = words;
    for (const { explanation, summary } of summaries.filter(({ kind }) => kind === "sure")) {
      expect(summary.text).toContain(certainties["very-sure"]);
      expect(explanation.predictions[0]?.probability).toBeGreaterThanOrEqual(0.9);
    }
    for (const { summary } of summaries.filter(({ kind }) => ["unsure", "nonsense"].includes(kind))) {
      expect(summary.text).toContain(certainties["coin-flip"]);
      expect(summary.text).not.toContain(certainties["very-sure"]);
      expect(summary.text).not.toContain(certainties["fairly-sure"]);
    }
    for (const { summary } of summaries.filter(({ kind }) => kind === "calibrated")) {
      const { accuracy = Number.NaN, level } = summary.certainty;
      const [least, most] = {
        "coin-flip": [0, 0.6],
        unsure: [0, 0.6],
        leaning: [0.6, 0.75],
        "fairly-sure": [0.75, 0.9],
        "very-sure": [0.9, 1],
      }[level ?? "unsure"] as [number, number];
      expect(accuracy).toBeGreaterThanOrEqual(least);
      expect(accuracy).toBeLessThanOrEqual(most);
      expect(textOf(summary, "certainty")).toContain(`${Math.round(100 * accuracy)}`);
    }
  });

  it("names on each side only what is on that side, the strongest first, and no strength that it does not have", () => {
    const least = { strong: 2 / 3, clear: 1 / 3, weak: 0.1, faint: 0 };
    for (const { kind, explanation, summary } of summaries) {
      for (const statement of summary.statements) {
        for (const { name, features, attribution, strength, level, word } of statement.items ?? []) {
          const sum = features.reduce((total, i) => total + (explanation.attribution[i] as number), 0);
          expect(attribution, kind).toBeCloseTo(sum, 9);
          expect(Math.sign(sum), `${kind}: ${name}`).toBe(statement.kind === "against" ? -1 : 1);
          expect(strength).toBeGreaterThanOrEqual(least[level]);
          expect(statement.text).toContain(`${name} (${word})`);
        }
        const strengths = (statement.items ?? []).map(({ strength }) => strength);
        if (explanation.layout !== "grid") expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
      }
    }
  });

  it("names the strongest word for and against where it is strong enough, and no full stop besides", () => {
    for (const { kind, explanation, summary } of summaries) {
      if (explanation.layout === "grid") continue;
      for (const [side, [strongest]] of [
        ["for", explanation.supporting],
        ["against", explanation.opposing],
      ] as const) {
        const items = summary.statements.find((statement) => statement.kind === side)?.items ?? [];
        expect(items.length).toBeLessThanOrEqual(3);
        const first = explanation.words.findIndex(({ start }) => start === strongest?.start);
        const of = explanation.features.flatMap(({ word }, i) => (word === first ? [i] : []));
        if (items[0] !== undefined) expect(items[0].features, kind).toEqual(of);
        for (const { name } of items.slice(1)) expect(name.replace(/[“”„]/g, ""), kind).toMatch(/[\p{L}\p{N}]/u);
      }
    }
  });

  it("never makes evidence shine of inputs that the model does not know, or that have none", () => {
    for (const { kind, summary } of summaries.filter(({ kind }) =>
      ["nonsense", "another language", "large picture"].includes(kind),
    )) {
      for (const { level, strength } of summary.statements.flatMap(({ items = [] }) => items)) {
        expect(["faint", "weak"], kind).toContain(level);
        expect(strength).toBeLessThan(1 / 3);
      }
      expect(textOf(summary, "warning"), kind).not.toBe("");
      // What was measured on other inputs is not said of these.
      expect(summary.certainty.accuracy).toBeUndefined();
    }
    for (const { summary } of summaries.filter(({ kind }) => kind === "the fixture allZero")) {
      expect(summary.statements.flatMap(({ items = [] }) => items)).toEqual([]);
    }
  });

  it("tells words apart that occur several times", () => {
    for (const { kind, explanation, summary } of summaries) {
      if (explanation.layout === "grid") continue;
      const names = summary.statements.flatMap(({ items = [] }) => items.map(({ name }) => name));
      expect(new Set(names).size, kind).toBe(names.length);
      for (const {
        features: [first = -1],
        name,
      } of summary.statements.flatMap(({ items = [] }) => items)) {
        const feature = explanation.features[first];
        const word = explanation.words[feature?.word ?? -1];
        const same = explanation.words.filter(({ text }) => text === word?.text).length;
        expect(name === words.quoted(word?.text ?? ""), `${kind}: ${name}`).toBe(same === 1);
      }
    }
  });

  it("says of changes what was tried, and of the answer that it stays where it does", () => {
    for (const explanation of ofKind("flips")) {
      const { counterfactuals } = explanation;
      const told = textOf(summarise(explanation, { language: words }), "change");
      if (counterfactuals?.smallestFlip === null) expect(told).toContain(words.neverChanges(2, "word"));
      else expect(told).toMatch(/negative.*61/);
    }
    expect(textOf(summarise(CASES[0]?.explanation as Explanation, { language: words }), "change")).toBe("");
  });

  it("always ends with what it does not say, and with what it was compared with", () => {
    for (const { kind, explanation, summary } of summaries) {
      const last = summary.statements.at(-1);
      expect(last?.kind, kind).toBe("not-told");
      const { baseline } = explanation.method.options;
      const whole = explanation.layout === "text" ? "text" : explanation.layout === "grid" ? "picture" : "input";
      expect(last?.text).toBe(words.notTold({ baseline: typeof baseline === "string" ? baseline : undefined, whole }));
    }
  });
});

describe("the measures of readability", () => {
  it("give what their authors do for texts that were counted by hand", () => {
    // Six words of one syllable each, one sentence.
    expect(fleschKincaidGrade("The cat sat on the mat.")).toBeCloseTo(0.39 * 6 + 11.8 - 15.59, 6);
    const hard = "Institutional organisations continuously communicate complicated information.";
    expect(fleschKincaidGrade(hard)).toBeGreaterThan(20);
    // 4 words of one syllable, none longer than six letters.
    expect(viennaGrade("Der Hund ist groß.")).toBeCloseTo(0.1672 * 4 - 0.0327 * 100 - 0.875, 6);
    expect(viennaGrade("Vertragsrechtliche Verantwortlichkeiten unterliegen Veränderungen.")).toBeGreaterThan(20);
  });

  it("tell a technical sentence from a plain one", () => {
    const technical =
      "Attributions are integrated gradients of the hidden representation, propagated to the embedding layer.";
    expect(fleschKincaidGrade(technical)).toBeGreaterThan(12);
    expect(en.notTold({ baseline: "mask", whole: "text" })).not.toMatch(JARGON);
    expect(de.notTold({ baseline: "mask", whole: "text" })).not.toMatch(JARGON);
  });
});
