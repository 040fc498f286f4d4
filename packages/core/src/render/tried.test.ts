import { describe, expect, test } from "vitest";
import { FIXTURES, image, sentence } from "../../../../test/render/fixtures.ts";
import type { Counterfactual, Counterfactuals, Explanation } from "../attribution/explanation.ts";
import { renderHtml } from "./html.ts";
import { renderTerminal } from "./terminal.ts";
import { triedNotes, triedRows } from "./tried.ts";

const [best, second] = sentence.predictions as readonly [
  Explanation["predictions"][number],
  Explanation["predictions"][number],
];

/** What the model would say with words of the sentence gone. */
function without(words: readonly number[], flips: boolean): Counterfactual {
  const features = words.map((word) => ({
    features: sentence.features.flatMap((feature, i) => (feature.word === word ? [i] : [])),
    ...(sentence.words[word] as (typeof sentence.words)[number]),
  }));
  const { index, label } = flips ? second : best;
  return { features, flips, prediction: { index, label, probability: 0.75, targetProbability: 0.25, score: 0.1 } };
}

const TRIALS: Counterfactuals = {
  replacement: { name: "mask", becomes: "the mask token" },
  decision: "class",
  single: [without([0], false), without([1], false)],
  together: [without([0, 1], false), without([0, 1, 2], true)],
  smallestFlip: { ...without([0, 2], true), minimal: true },
  evidenceAlone: without([0], false),
  allRemoved: { prediction: without([0], true).prediction, flips: true },
  searched: { candidates: 6, features: 12, removed: 3, variants: 11, limit: 256 },
  evaluations: 11,
};
const withTrials = (changes: Partial<Counterfactuals> = {}): Explanation => ({
  ...sentence,
  counterfactuals: { ...TRIALS, ...changes },
});

describe("what was tried", () => {
  test("is a row for every trial, with what the model said, and nothing where nothing was tried", () => {
    const rows = triedRows(withTrials());
    expect(rows.map(({ kind }) => kind)).toEqual([
      "without",
      "without",
      "together",
      "together",
      "smallest",
      "alone",
      "nothing",
    ]);
    expect(rows.map(({ flips }) => flips)).toEqual([false, false, false, true, true, false, true]);
    const [first, , , , smallest] = rows;
    expect(first).toMatchObject({ what: `without ${sentence.words[0]?.text}`, label: best.label, value: "75.0%" });
    expect(smallest?.label).toBe(second.label);
    for (const explanation of Object.values(FIXTURES)) {
      expect(triedRows(explanation)).toEqual([]);
      expect(triedNotes(explanation)).toEqual([]);
    }
  });

  test("says what was found, and never more than was tested", () => {
    const note = (changes: Partial<Counterfactuals>) => triedNotes(withTrials(changes))[0];
    expect(note({})).toMatch(/^The decision changes without .*, and with any one of them back it does not\.$/);
    expect(note({ smallestFlip: { ...without([0, 2], true), minimal: false } })).toContain("Fewer may be enough");
    expect(note({ smallestFlip: { ...without([2], true), minimal: true } })).not.toContain("any one");
    expect(note({ smallestFlip: null })).toBe(
      "No change of the decision was found with up to 3 words removed together.",
    );
    expect(note({ smallestFlip: null, searched: { ...TRIALS.searched, removed: 6 } })).toBe(
      "The decision stays with all 6 words removed that speak for it.",
    );
    expect(note({ decision: "none", smallestFlip: null })).toContain("no decision that could change");
  });

  test("of a picture counts patches, where their places would tell nothing", () => {
    const patch = (i: number) => {
      const { row, column } = image.features[i] as (typeof image.features)[number];
      return { features: [i], row, column, attribution: 0.1 };
    };
    const { label, index } = image.predictions[0] as (typeof image.predictions)[number];
    const one: Counterfactual = {
      features: [patch(1), patch(2)],
      prediction: { index, label, probability: 0.5, targetProbability: 0.5, score: 0 },
      flips: false,
    };
    const trials = {
      ...TRIALS,
      single: [],
      together: [one],
      smallestFlip: null,
      evidenceAlone: { ...one, features: [] },
    };
    expect(triedRows({ ...image, counterfactuals: trials })[0]?.what).toBe("without 2 strongest patches");
  });

  test("is on the terminal and on the page, and only there where it was tried", () => {
    const shown = renderTerminal(withTrials(), { columns: 60, colors: 0, verbose: true });
    expect(shown).toContain("Tried: what the model says without them");
    expect(shown.match(/other decision/g)).toHaveLength(3);
    for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(78);
    expect(renderHtml(withTrials())).toContain("with any one of them back it does not");
    expect(renderHtml(sentence)).not.toContain("Tried:");
  });
});
