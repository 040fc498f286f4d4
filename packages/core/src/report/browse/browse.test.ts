import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { hostile, image, longText, sentence } from "../../../../../test/render/fixtures.ts";
import type { Explanation, TextExplanation } from "../../attribution/explanation.ts";
import { buildReport } from "../evidence/build-report.ts";
import type { ReportEntry } from "../evidence/evidence-report.ts";
import { browsePage, browsePageOfServer } from "./html.ts";
import { type BrowseData, unpackRow } from "./row-data.ts";
import { browseRows } from "./rows.ts";
import { judge } from "./truth.ts";
import { verdictOn, verdictSentences } from "./verdict.ts";

const entry = (explanation: Explanation, line: number, label?: string): ReportEntry => ({
  source: { file: "r.csv", line, ...(label === undefined ? {} : { label }) },
  explanation,
});
const half: TextExplanation = { ...sentence, attribution: sentence.attribution.map((value) => value / 2) };
const weak: TextExplanation = {
  ...half,
  words: sentence.words.map((word) => ({ ...word, attribution: word.attribution / 10 })),
};

/** Text and shade of the coloured parts of a row. */
function colouredOf({ text, marks }: { readonly text: string; readonly marks: readonly number[] }) {
  const parts: [string, number][] = [];
  let end = 0;
  for (let i = 0; i < marks.length; i += 3) {
    const start = end + marks[i]!;
    end = start + marks[i + 1]!;
    parts.push([text.slice(start, end), marks[i + 2]!]);
  }
  return parts;
}

describe("browseRows()", () => {
  test("keeps words with their shades, on one scale for all of a model", () => {
    const [strong, faint] = browseRows([entry(sentence, 2), entry(weak, 3)], ["not-converged"]);
    const shades = new Map(colouredOf(strong!));
    expect(shades.get("unforgettable")).toBe(20);
    expect(shades.get("not")).toBeLessThan(-5);
    // A tenth of the evidence is a tenth of the colour, not full colour again.
    expect(Math.max(...colouredOf(faint!).map(([, shade]) => Math.abs(shade)))).toBe(2);
    expect(strong).toMatchObject({ decision: "POSITIVE", value: "99.0%", name: "r.csv, line 2", grid: null });
    expect(strong!.warnings).toEqual([0]);
  });

  test("begins a long text where its strongest word is", () => {
    const [row] = browseRows([entry(longText, 2)], []);
    expect(row!.from).toBeGreaterThan(0);
    const strongest = longText.words.reduce((a, b) => (Math.abs(b.attribution) > Math.abs(a.attribution) ? b : a));
    expect(row!.text.slice(row!.from, row!.to)).toContain(strongest.text);
    expect(row!.text).toBe((longText as TextExplanation).input.text);
  });

  test("has the patches of a picture", () => {
    const [row] = browseRows([entry(image, 2)], []);
    expect(row!.grid![2]).toHaveLength(row!.grid![0] * row!.grid![1]);
    expect(Math.max(...row!.grid![2])).toBe(20);
    expect(row!.text).toMatch(/^Supports tabby cat: /);
  });
});

describe("judge()", () => {
  test("holds decisions to labels by name, and says nothing of labels that the model does not have", () => {
    expect(judge([entry(sentence, 2, "positive"), entry(sentence, 3, "NEGATIVE")])).toEqual([true, false]);
    expect(judge([entry(sentence, 2, "sarcastic"), entry(sentence, 3)])).toEqual([undefined, undefined]);
  });

  test("holds them to labels by index where all are indices", () => {
    const { index } = sentence.predictions[0]!;
    expect(judge([entry(sentence, 2, String(index)), entry(sentence, 3, String(1 - index))])).toEqual([true, false]);
  });
});

describe("the verdict", () => {
  test("says how many, how many are right, and how many have a warning", () => {
    const report = buildReport([
      entry(sentence, 2, "positive"),
      entry(weak, 3, "negative"),
      entry(sentence, 4),
      entry(image, 5),
    ]);
    const verdict = verdictOn(report, browseRows(report.entries, ["not-converged"]));
    expect(verdict).toMatchObject({
      explanations: 4,
      accuracy: { known: 2, right: 1 },
      unread: 0,
      decisions: [
        { name: "POSITIVE", inputs: 3, known: 2, right: 1 },
        { name: "tabby cat", inputs: 1, known: 0 },
      ],
    });
    expect(verdictSentences(verdict).join(" ")).toBe(
      "3 texts and 1 picture explained. The model decides as the label says in 50.0% of the 2 with a label: 1 right, 1 wrong. 3 explanations with a warning.",
    );
  });
});

describe("browsePage()", () => {
  const report = buildReport([sentence, hostile, image].map((explanation, i) => entry(explanation, i + 2)));
  const dataOf = (page: string) =>
    JSON.parse(/<script type="application\/json" data-browse>([\s\S]*?)<\/script>/.exec(page)![1]!) as BrowseData;
  const packsOf = (page: string) =>
    [...page.matchAll(/data-pack="\d+">([^<]*)</g)].map(
      ([, pack]) => JSON.parse(gunzipSync(Buffer.from(pack!, "base64")).toString()) as string[],
    );

  test("has a row for each, and the details of as many as asked for", async () => {
    const page = await browsePage(report, { details: 2 });
    expect(dataOf(page).rows.map((row) => unpackRow(row).name)).toEqual([
      "r.csv, line 2",
      "r.csv, line 3",
      "r.csv, line 4",
    ]);
    expect(dataOf(page).packed?.flat()).toHaveLength(2);
    expect(packsOf(page).flat()).toHaveLength(2);
    expect(packsOf(page).flat()[0]).toMatch(/^<article id="e\d"/);
    expect(page).toContain("This file opens 2 of 3 explanations");
  });

  test("keeps to its size: fewer details first, then an error that says what to do", async () => {
    const rows = Buffer.byteLength(await browsePage(report, { details: 0 }));
    const page = await browsePage(report, { maxBytes: rows + 1000 });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(rows + 1000);
    expect(packsOf(page)).toEqual([]);
    const whole = await browsePage(report, { maxBytes: 2 * rows });
    expect(packsOf(whole).flat()).toHaveLength(3);
    expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(2 * rows);
    await expect(browsePage(report, { maxBytes: rows - 1 })).rejects.toThrow(
      /^Cannot put 3 explanations into one page: their rows alone take 0\.1 MB, and 0\.1 MB are allowed; browse them with calig view/,
    );
  });

  test("asks its server where it has one, and nobody otherwise", async () => {
    expect(browsePageOfServer(report)).toContain("connect-src &#39;self&#39;");
    expect(dataOf(browsePageOfServer(report)).packed).toBeUndefined();
    expect(await browsePage(report)).not.toContain("connect-src");
  });
});
