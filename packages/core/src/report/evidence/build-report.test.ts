import { describe, expect, test } from "vitest";
import { image, sentence, withoutCompleteness } from "../../../../../test/render/fixtures.ts";
import type {
  BlockExplanation,
  Explanation,
  ImageExplanation,
  TextExplanation,
} from "../../attribution/explanation.ts";
import { buildReport } from "./build-report.ts";
import type { ReportEntry } from "./evidence-report.ts";
import { shownEntries } from "./facts.ts";

const entry = (explanation: Explanation, i: number): ReportEntry => ({ source: { file: `${i}.json` }, explanation });
const close = (values: readonly number[], wanted: readonly number[]) => {
  expect(values).toHaveLength(wanted.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(wanted[i]!, 12);
};

/** A text of one token per word, two blocks of weight 1/2, no special tokens: numbers are what each block adds. */
function byHand(words: readonly (readonly [word: string, first: number, second: number])[]): TextExplanation {
  const text = words.map(([word]) => word).join(" ");
  let start = 0;
  const spans = words.map(([word, first, second]) => {
    const span = { text: word, start, end: start + word.length, attribution: first + second };
    start = span.end + 1;
    return span;
  });
  const block = (index: number, added: readonly number[]): BlockExplanation => ({
    ...sentence.blocks[1]!,
    index,
    relevance: [],
    attentionEvidence: [],
    // Fused evidence enters the result with half of its size.
    fused: added.map((value) => 2 * value),
    weight: 0.5,
  });
  return {
    ...sentence,
    input: { kind: "text", text },
    features: spans.map(({ attribution: _, ...span }, word) => ({ ...span, special: false, word })),
    attribution: spans.map(({ attribution }) => attribution),
    words: spans,
    supporting: [],
    opposing: [],
    blocks: [
      block(
        0,
        words.map(([, first]) => first),
      ),
      block(
        1,
        words.map(([, , second]) => second),
      ),
    ],
    warnings: [],
  };
}

const first = byHand([
  ["Good", 0.75, 0.25],
  ["film", -0.05, -0.15],
]);
const second = byHand([
  ["good", 0.1, 0.3],
  [",", 0, 0],
  ["GOOD", -0.1, 0],
]);

describe("buildReport() of texts", () => {
  const [evidence] = buildReport([first, second].map(entry)).classes;

  test("adds up the words of all inputs, whatever the case of their letters", () => {
    expect(evidence).toMatchObject({ label: "POSITIVE", entries: [0, 1], predicted: 2, words: 3, regions: [] });
    // 1.0 in the first input, 0.4 - 0.1 in the second.
    expect(evidence!.supporting).toHaveLength(1);
    const [good] = evidence!.supporting;
    expect(good).toMatchObject({ word: "good", count: 3, positive: 2, inputs: 2, example: 0 });
    close([good!.sum, good!.mean], [1.3, 1.3 / 3]);
    const [film] = evidence!.opposing;
    expect(film).toMatchObject({ word: "film", count: 1, positive: 0, inputs: 1, example: 0 });
    close([film!.sum, film!.mean], [-0.2, -0.2]);
  });

  test("tells the share of each block in a word's evidence, magnitudes of all occurrences together", () => {
    // 0.75 + 0.1 + 0.1 in block 0, 0.25 + 0.3 in block 1.
    close(evidence!.supporting[0]!.blocks, [0.95 / 1.5, 0.55 / 1.5]);
    close(evidence!.opposing[0]!.blocks, [0.25, 0.75]);
  });

  test("tells the mean share of each block, each input with the same say", () => {
    // First input: supports 0.75 and 0.25, opposes 0.05 and 0.15. Second: supports 0.1 and 0.3, opposes 0.1 and 0.
    expect(evidence!.blocks.map(({ index }) => index)).toEqual([0, 1]);
    close(
      evidence!.blocks.map(({ supporting }) => supporting),
      [(0.75 + 0.25) / 2, (0.25 + 0.75) / 2],
    );
    close(
      evidence!.blocks.map(({ opposing }) => opposing),
      [(0.25 + 1) / 2, (0.75 + 0) / 2],
    );
  });

  test("lists as many words as asked for, by the magnitude of the sum, equal ones by the alphabet", () => {
    const many = byHand([
      ["b", 1, 0],
      ["a", 1, 0],
      ["c", 2, 0],
      ["d", -3, 0],
    ]);
    const [all] = buildReport([entry(many, 0)]).classes;
    expect(all!.supporting.map(({ word }) => word)).toEqual(["c", "a", "b"]);
    const [two] = buildReport([entry(many, 0)], { top: 2 }).classes;
    expect([two!.supporting.length, two!.opposing.length, two!.words]).toEqual([2, 1, 4]);
  });

  test("adds up nothing of other classes, models, methods or scores", () => {
    const others: Explanation[] = [
      { ...first, target: { ...first.target, label: "NEGATIVE" } },
      { ...first, target: { ...first.target, against: { index: 0, label: "NEGATIVE" } } },
      { ...first, target: { ...first.target, kind: "probability" } },
      { ...first, model: { ...first.model, sha256: "other" } },
      withoutCompleteness,
    ];
    const { classes } = buildReport([first, second, ...others].map(entry));
    expect(classes.map(({ entries }) => entries)).toEqual([[0, 1], [2], [3], [4], [5], [6]]);
    expect(classes.at(-1)).toMatchObject({ method: "saliency", signed: false, opposing: [], blocks: [] });
  });

  test("names the options of the method that are not the same in all", () => {
    const other: TextExplanation = {
      ...second,
      method: { ...second.method, options: { ...second.method.options, baseline: "pad" } },
    };
    expect(buildReport([first, other].map(entry)).classes[0]!.differing).toEqual(["baseline"]);
    expect(evidence!.differing).toEqual([]);
  });
});

describe("buildReport() of pictures", () => {
  /** 3 x 3 patches of 3 pixels: a patch for each region. */
  const picture = (attribution: readonly number[]): ImageExplanation => ({
    ...image,
    input: { kind: "image", width: 9, height: 9, grid: [3, 3], patch: 3, seen: [0, 0, 9, 9] },
    features: attribution.map((_, i) => ({ row: Math.floor(i / 3), column: i % 3, special: false })),
    attribution,
    supporting: [],
    opposing: [],
    blocks: [],
  });

  test("tells the mean share of each region; pictures without evidence on a side do not count in it", () => {
    const { classes } = buildReport(
      [picture([3, 0, 0, 0, 1, 0, 0, 0, -2]), picture([0, 1, 0, 0, 0, 0, 0, 0, 0])].map(entry),
    );
    const [evidence] = classes;
    expect(evidence).toMatchObject({ input: "image", words: 0, supporting: [], opposing: [], blocks: [] });
    close(
      evidence!.regions.map(({ supporting }) => supporting),
      [0.75 / 2, 1 / 2, 0, 0, 0.25 / 2, 0, 0, 0, 0],
    );
    close(
      evidence!.regions.map(({ opposing }) => opposing),
      [0, 0, 0, 0, 0, 0, 0, 0, 1],
    );
    expect(evidence!.regions[4]!.name).toBe("centre");
  });
});

describe("the summary", () => {
  test("counts what there is, and names what is worst", () => {
    const { summary } = buildReport([sentence, image, withoutCompleteness, first].map(entry));
    expect(summary).toMatchObject({
      explanations: 4,
      texts: 3,
      pictures: 1,
      convergence: { measured: 3, converged: 2, tolerances: [0.01] },
    });
    expect(summary.models.map(({ id, explanations }) => [id, explanations])).toEqual([
      ["sst2-minilm-6", 3],
      ["deit-tiny", 1],
    ]);
    expect(summary.methods.map(({ name, explanations }) => [name, explanations])).toEqual([
      ["ca-lig", 3],
      ["saliency", 1],
    ]);
    // Block 0 of the first is 17.4 % off.
    expect(summary.worstBlock).toMatchObject({ entry: 0, block: 0 });
    expect(summary.worstBlock!.relativeError).toBeCloseTo(0.174, 3);
    expect(summary.warnings).toEqual([
      { code: "not-converged", explanations: 1, entry: 0, message: sentence.warnings[0]!.message },
    ]);
  });

  test("counts an explanation once for each code of its warnings, most frequent first", () => {
    const warned = (...codes: string[]): TextExplanation => ({
      ...first,
      warnings: codes.map((code, i) => ({ code, message: `${code} ${i}` })),
    });
    const { summary } = buildReport([warned("b", "a", "a"), warned("a")].map(entry));
    expect(summary.warnings).toEqual([
      { code: "a", explanations: 2, entry: 0, message: "a 1" },
      { code: "b", explanations: 1, entry: 0, message: "b 0" },
    ]);
  });

  test("says that nothing was measured where methods tell no completeness", () => {
    const { summary } = buildReport([entry(withoutCompleteness, 0)]);
    expect(summary).toMatchObject({ convergence: { measured: 0, converged: 0 }, worstBlock: null, worstResult: null });
  });
});

describe("shownEntries()", () => {
  test("takes the examples of words first, and gives them in their order", () => {
    const weak = byHand([["dull", 0.1, 0]]);
    const strong = byHand([["dull", 5, 0]]);
    const report = buildReport([weak, weak, weak, strong].map(entry));
    expect(shownEntries(report, 1)).toEqual([3]);
    expect(shownEntries(report, 2)).toEqual([0, 3]);
    expect(shownEntries(report)).toEqual([0, 1, 2, 3]);
  });
});
