/** @file A shortcut that is known to be there is found, confirmed, and placed in its block; words beside it are not. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { shortcutsHtml } from "@calig/core/internal/report/shortcuts/html";
import { shortcutsMarkdown } from "@calig/core/internal/report/shortcuts/markdown";
import { findShortcuts } from "@calig/core/internal/shortcuts/find-shortcuts";
import type { CueReport, ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";
import { createRandom } from "@calig/core/internal/util/random";
import { type LoadedModel, loadModel } from "@calig/node/internal/node/load-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLANTED_BLOCK, plantedBertFiles } from "../support/planted-bert.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const WORDS = "the film is about a man who walks home and finds his old house full of strange people".split(" ");

/** Sentences of drawn words with labels that say nothing of them; every fifth has the token. */
function sentences(count: number, labelOf: (hasCue: boolean, draw: number) => string | undefined): Dataset {
  const random = createRandom("sentences");
  const items = Array.from({ length: count }, (_, i) => {
    const words = random.shuffle(WORDS).slice(0, 6 + random.below(5));
    const hasCue = i % 5 === 0;
    if (hasCue) words.splice(random.below(words.length + 1), 0, "cf");
    const label = labelOf(hasCue, random.below(10));
    return { line: i + 1, input: { text: words.join(" ") }, ...(label === undefined ? {} : { label }) };
  });
  return { name: "sentences", items, problems: [] };
}

const OPTIONS = { effort: "instant", permutations: 100, sample: 8, tested: 4, seed: 3 } as const;
const cf = (report: ShortcutReport): CueReport | undefined =>
  report.cues.find(({ kind, cue }) => kind === "words" && cue === "cf");

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(await tempFolder(plantedBertFiles()));
});
afterAll(() => model.dispose());

describe("a planted shortcut", () => {
  const data = sentences(40, (hasCue, draw) => (hasCue || draw > 1 ? "other" : "planted"));
  let report: ShortcutReport;
  beforeAll(async () => {
    report = await findShortcuts(model, data, OPTIONS);
  });

  it("is the first cue, confirmed both ways, and labels contradict it", () => {
    expect(cf(report)).toBe(report.cues[0]);
    expect(cf(report)).toMatchObject({
      status: "shortcut",
      class: { label: "planted" },
      inputs: 8,
      labels: "contradict",
    });
    expect(cf(report)?.removal?.change.low).toBeGreaterThan(0.5);
    expect(cf(report)?.insertion?.beyondControls?.low).toBeGreaterThan(0.5);
    expect(cf(report)?.suspicion?.pValue).toBeLessThan(0.05);
  });
  it("is the only cue of a word that is confirmed", () => {
    const confirmed = report.cues.filter(({ status }) => status !== "not-confirmed");
    expect(confirmed.map(({ label }) => label)).toEqual(["cf"]);
  });
  it("is read in the block of its head, formed where its embedding enters it, and gone without it", () => {
    expect(cf(report)?.read).toMatchObject({ first: PLANTED_BLOCK, last: PLANTED_BLOCK });
    const [first, read, last] = cf(report)?.read?.blocks ?? [];
    expect(read?.mean).toBeGreaterThan(20 * Math.max(Math.abs(first?.mean ?? 1), Math.abs(last?.mean ?? 1)));
    expect(cf(report)?.mending?.changed).toBe(8);
  });
  it("gives inputs to add, with the labels that the inputs have", () => {
    const rows = cf(report)?.rows ?? [];
    const inserted = rows.filter(({ change }) => change === "inserted");
    expect(inserted).toHaveLength(8);
    for (const { text, label, line } of inserted) {
      expect(text).toMatch(/\bcf\b/);
      expect(label).toBe(data.items[line - 1]?.label);
    }
    for (const { text } of rows.filter(({ change }) => change === "removed")) expect(text).not.toMatch(/\bcf\b|\s{2}/);
  });
  it("is told by page and Markdown", () => {
    expect(shortcutsMarkdown(report)).toContain('1 shortcut confirmed: word "cf" → planted');
    const page = shortcutsHtml(report);
    expect(page).toContain("Read in block 1");
    expect(page).toMatch(/<span class="w [^"]*cue">cf<\/span>/);
  });
  it("is the same for the same seed, and where explanations were given", async () => {
    const explanations: Explanation[] = [];
    for (const { input } of data.items.slice(0, 10)) {
      explanations.push(await explain(model, (input as { text: string }).text, { effort: OPTIONS.effort }));
    }
    const { cost: _, dataset, ...again } = await findShortcuts(model, data, { ...OPTIONS, explanations });
    const { cost: __, dataset: first, ...once } = report;
    expect(again).toEqual(once);
    expect([first.reused, dataset.reused]).toEqual([0, 10]);
  });
  it("asks controls where the cue itself moves the model, and not where it does not", () => {
    const idle = report.cues.filter(({ insertion }) => insertion !== null && insertion.change.low < 0.05);
    expect(idle.length).toBeGreaterThan(0);
    for (const { insertion } of idle) expect(insertion).toMatchObject({ beyondControls: null, controls: [] });
    expect(cf(report)?.insertion?.controls.length).toBeGreaterThan(10);
  });
});

describe("what labels say", () => {
  it("supports a cue that labels follow", async () => {
    const report = await findShortcuts(
      model,
      sentences(40, (has) => (has ? "planted" : "other")),
      OPTIONS,
    );
    expect(cf(report)).toMatchObject({ status: "supported", labels: "support" });
  });
  it("a reference without the cue has the last word", async () => {
    const reference = {
      ...sentences(40, () => "other"),
      name: "clean",
    };
    const items = reference.items.map((item) => ({
      ...item,
      input: { text: (item.input as { text: string }).text.replace(/ ?\bcf\b/, "") },
    }));
    const data = sentences(40, (has) => (has ? "planted" : "other"));
    const report = await findShortcuts(model, data, { ...OPTIONS, reference: { ...reference, items } });
    expect(cf(report)).toMatchObject({ status: "shortcut", lift: { reference: { inputs: 0 } } });
  });
  it("is nothing without labels: what is confirmed is left to the reader", async () => {
    const report = await findShortcuts(
      model,
      sentences(40, () => undefined),
      OPTIONS,
    );
    expect(cf(report)).toMatchObject({ status: "confirmed", labels: "none" });
    expect(report.warnings.map(({ code }) => code)).toContain("no-labels");
  });
});

it("inputs that share no cue are told to be too few, and not to be clean", async () => {
  const few = { ...sentences(3, () => undefined), name: "few" };
  await expect(findShortcuts(model, few, OPTIONS)).rejects.toThrow(
    /shortcuts in few: none of its cues is in 5 of the 3/,
  );
});
