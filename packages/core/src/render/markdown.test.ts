import { describe, expect, test } from "vitest";
import {
  against,
  allZero,
  FIXTURES,
  hostile,
  image,
  longText,
  sentence,
  withoutBlocks,
  withoutCompleteness,
} from "../../../../test/render/fixtures.ts";
import { renderMarkdown } from "./markdown.ts";

/** Cells of a table row, by the bars that are not escaped. */
const cells = (line: string) => line.split(/(?<!\\)\|/).length - 2;

describe.each(Object.entries(FIXTURES))("renderMarkdown() of %s", (_, explanation) => {
  const output = renderMarkdown(explanation);

  test("has tables whose rows all have as many cells as their header", () => {
    let width = 0;
    for (const line of output.split("\n")) {
      if (!line.startsWith("|")) width = 0;
      else if (width === 0) width = cells(line);
      else expect(cells(line), line).toBe(width);
    }
  });

  test("has one title and no line with white space only", () => {
    expect(output.match(/^# /gm)).toHaveLength(1);
    expect(output).not.toMatch(/^[ \t]+$/m);
    expect(output).not.toContain("NaN");
  });
});

describe("renderMarkdown()", () => {
  test("states target, class probabilities, warnings and completeness", () => {
    const output = renderMarkdown(sentence);
    expect(output).toContain("# POSITIVE (99.0%)\n\nThe predicted class; logit 2.303. Model `sst2-minilm-6`");
    expect(output).toContain("| POSITIVE | 99.0% | 2.303 |");
    expect(output).toContain("> **Warning** (not-converged): Block 0 reached");
    expect(output).toContain("delta +0.0760, relative error 2.9%");
    expect(output).toContain("`[CLS]`, `[SEP]`");
    expect(output).toContain("17.4% **not converged**");
    expect(renderMarkdown(against)).toContain("measured against **NEGATIVE**; logit difference");
  });

  test("marks words of the text and keeps its lines", () => {
    expect(renderMarkdown(sentence)).toContain("**unforgettable** `+++`");
    expect(renderMarkdown(longText)).toMatch(/told us\.\n> \n> The first hour/);
  });

  test("leaves no markup of the text or the model alive", () => {
    const output = renderMarkdown(hostile);
    expect(output.replace(/`+[^`]*`+/g, "")).not.toMatch(/<(?!br)/);
    expect(output).toContain("\\*\\*");
    expect(output).toContain("\\|");
    expect(output).not.toContain("\u001b");
  });

  test("draws patches as a grid and leaves out what there is not", () => {
    expect(
      renderMarkdown(image)
        .match(/^[.+-][ .+-]*$/gm)!
        .filter((line) => line !== "---").length,
    ).toBe(14);
    expect(renderMarkdown(withoutBlocks)).not.toContain("Evidence by block");
    expect(renderMarkdown(allZero)).toContain("No words.");
  });

  test("says so of a method that has no completeness", () => {
    const page = renderMarkdown(withoutCompleteness);
    expect(page).toContain("- **Completeness**: this method does not say what its values should add up to\n");
    expect(page).not.toMatch(/at the baseline|NaN/);
  });

  test("speaks of what matters where values have no sign", () => {
    const page = renderMarkdown(withoutCompleteness);
    expect(page).toContain("`+` to `+++` matters for POSITIVE; unmarked words");
    expect(page).toContain("## Matters for POSITIVE\n");
    expect(page).not.toMatch(/Supports|Opposes|supports/);
  });

  test("puts rules between several explanations", () => {
    const output = renderMarkdown([sentence, image]);
    expect(output).toContain("\n\n---\n\n# tabby cat");
  });
});
