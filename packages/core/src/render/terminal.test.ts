import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import {
  against,
  allZero,
  FIXTURES,
  hostile,
  image,
  longText,
  scripts,
  sentence,
  withoutBlocks,
  withoutCompleteness,
} from "../../../../test/render/fixtures.ts";
import { columnsOf } from "./flow.ts";
import type { ColorDepth } from "./terminal/painter.ts";
import { renderTerminal } from "./terminal.ts";

const SGR = /\u001b\[[\d;]+m/g;
const bare = (text: string) => text.replace(SGR, "").replace(/[\u2068\u2069]/g, "");
const plain = (explanation: (typeof FIXTURES)[string], columns: number, unicode = true) =>
  renderTerminal(explanation, { columns, colors: 0, unicode });
const technical = (explanation: (typeof FIXTURES)[string], columns: number) =>
  renderTerminal(explanation, { columns, colors: 0, verbose: true });

describe.each(Object.entries(FIXTURES))("renderTerminal() of %s", (_, explanation) => {
  test("has no line wider than the terminal, at any width, depth and detail", () => {
    for (const columns of [24, 40, 61, 80, 99, 100, 200]) {
      for (const colors of [0, 4, 8, 24] as const) {
        for (const verbose of [false, true]) {
          const output = renderTerminal(explanation, { columns, colors, verbose });
          for (const line of output.split("\n")) {
            expect(columnsOf(line), `${columns} columns: ${JSON.stringify(line)}`).toBeLessThanOrEqual(columns);
          }
        }
      }
    }
  });

  test("contains no escape sequence but its own styles, each of which ends on its line", () => {
    for (const colors of [4, 8, 24] as const) {
      for (const line of renderTerminal(explanation, { columns: 80, colors }).split("\n")) {
        expect(line.replace(SGR, "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(line.match(/\u001b\[(?!0m)[\d;]+m/g)?.length).toBe(line.match(/\u001b\[0m/g)?.length);
      }
    }
    expect(plain(explanation, 80)).not.toContain("\u001b");
  });

  test("says the same with and without colours, apart from marks and textures", () => {
    const words = (text: string) => bare(text).match(/[+−]\d[\d.]*|\d+\.\d+%/g);
    expect(words(renderTerminal(explanation, { columns: 200, colors: 24 }).replace(/^ {2}opposes.*$/m, ""))).toEqual(
      words(plain(explanation, 200)),
    );
  });

  test("uses ASCII for everything of its own when Unicode is off", () => {
    const own = plain(explanation, 80, false);
    expect(own).not.toMatch(/[─█░▏…·→−“”’\u00a0\u2066-\u2069]/);
  });
});

describe("renderTerminal()", () => {
  test("begins with the summary, and leaves everything technical to verbose", () => {
    const first = plain(sentence, 80);
    const lines = first.split("\n");
    expect(lines[0]).toBe("POSITIVE  99.0%");
    expect(lines[1]).toBe("The model says “POSITIVE”. It is very sure (99%).");
    for (const title of ["What speaks for it", "What speaks against it", "Take care", "What this does not tell you"]) {
      expect(lines).toContain(title);
    }
    expect(first).toMatch(/^ {2}“unforgettable” +strong +█+$/m);
    expect(first).not.toMatch(/logit|baseline|fused|block 0|SHA-256|not-converged/i);
    expect(first).toContain("Numbers, blocks and method: --verbose");
    const whole = technical(sentence, 80);
    expect(whole).toContain("The predicted class; logit 2.303");
    expect(whole).toContain("! not-converged: Block 0");
    expect(whole).toContain("sst2-minilm-6");
    expect(whole).not.toContain("--verbose");
  });

  test("writes the summary in the language that is asked for", () => {
    const output = renderTerminal(sentence, { columns: 80, colors: 0, language: "de" });
    expect(output).toContain("Das Modell sagt „POSITIVE“.");
    expect(output).toMatch(/^ {2}„unforgettable“ +stark +█+$/m);
    expect(() => renderTerminal(sentence, { columns: 80, colors: 0, language: "xx" })).toThrow('language "xx"');
  });

  test("shows warnings that have no plain words as they are", () => {
    const warnings = [{ code: "of-a-plugin", message: "Something to know" }];
    expect(plain({ ...sentence, warnings }, 80)).toContain("! of-a-plugin: Something to know");
  });

  test("shows weak evidence weakly, however much it is the strongest that there is", () => {
    const words = sentence.words.map((word) => ({ ...word, attribution: word.attribution / 100 }));
    const output = plain({ ...sentence, words, attribution: sentence.attribution.map((value) => value / 100) }, 80);
    expect(output).not.toMatch(/\w\[[+-]+\]/);
    expect(output.replace(/\s+/g, " ")).toContain("All signs in this text are weak.");
  });

  test("says when the explained class is not the predicted one, and what it is measured against", () => {
    const other = { ...sentence, target: { ...sentence.target, index: 0, label: "NEGATIVE", probability: 0.01 } };
    expect(technical(other, 80)).toContain("Not the predicted class, which is POSITIVE; logit");
    expect(technical(against, 80)).toContain("The predicted class, measured against NEGATIVE; logit difference");
  });

  test("shows the explained class among the classes, however improbable", () => {
    const last = image.predictions.at(-1)!;
    const output = technical({ ...image, target: { ...image.target, index: last.index, label: last.label } }, 80);
    expect(output).toMatch(/ {2}quilt +<0\.1%/);
  });

  test("shows the whole of a long text, in order, and what the model did not read", () => {
    const output = plain(longText, 80)
      .replace(/\[[+-]+\]/g, "")
      .replace(/\s+/g, " ");
    expect(output).toContain(longText.input.text.replace(/\s+/g, " "));
    expect(output).toContain("Not read by the model: “And yet I would watch it again tomorrow.”");
  });

  test("limits the lists to twenty-five", () => {
    expect(technical(longText, 80)).toContain(" 10 wooden (2)");
    expect(technical(longText, 80)).toContain("and 200 more words");
  });

  test("puts both lists beside each other from 100 columns on", () => {
    const beside = /^Supports POSITIVE +Opposes POSITIVE$/m;
    expect(technical(sentence, 100)).toMatch(beside);
    expect(technical(sentence, 99)).not.toMatch(beside);
  });

  test("marks the sign and strength of words without colours", () => {
    const output = plain(sentence, 80);
    expect(output).toContain("unforgettable[+++]");
    expect(output).toContain("not[--]");
    expect(output).toContain("The plot was not");
  });

  test("shows words by block with sum, error, points and weight, and marks the block that did not converge", () => {
    const output = technical(sentence, 80);
    expect(output).toMatch(/^ {2}block +0 +1 +2 +3 +4 +5 +all$/m);
    expect(output).toMatch(/^ {2}unforgettable +\+0\.63 \+0\.84 .* \+1\.92$/m);
    expect(output).toMatch(/^ {2}error +17%! +<1%/m);
    expect(output).toMatch(/^ {2}points +128 +32 +16 +8 +8 +8 +200$/m);
    expect(output).toContain("! Not converged: block 0.");
  });

  test("divides the table of blocks where it is wider than the terminal", () => {
    const headers = technical(longText, 40).match(/^ {2}block [ \d]+(all)?$/gm)!;
    expect(headers.length).toBeGreaterThan(2);
    expect(headers.join(" ").match(/\d+|all/g)).toEqual([..."0123456789".split(""), "10", "11", "all"]);
  });

  test("scales small evidence by a power of ten, and says so", () => {
    const tiny = {
      ...sentence,
      target: { ...sentence.target, kind: "probability" as const },
      words: sentence.words.map((word) => ({ ...word, attribution: word.attribution / 1e4 })),
      blocks: sentence.blocks.map((block) => ({ ...block, fused: block.fused.map((value) => value / 1e4) })),
    };
    const output = technical(tiny, 80).replace(/\s+/g, " ");
    expect(output).toContain("in units of the 1e-4 probability");
    expect(output).toContain("unforgettable +0.63 +0.84");
  });

  test("leaves the block table out for a method without blocks", () => {
    expect(technical(withoutBlocks, 80)).not.toContain("Evidence by block");
  });

  test("says so of a method that has no completeness", () => {
    expect(technical(withoutCompleteness, 200)).toContain("this method does not say what its values should add up to");
    expect(technical(withoutCompleteness, 200)).not.toMatch(/at the baseline|NaN|null/);
  });

  test.each([0, 24] as const)("speaks of what matters where values have no sign, %i bits of colour", (colors) => {
    const shown = stripVTControlCharacters(
      renderTerminal(withoutCompleteness, { columns: 100, colors, verbose: true }),
    );
    expect(shown).toMatch(/matters? for POSITIVE/);
    expect(shown).toContain("Matters for POSITIVE");
    expect(shown).not.toMatch(/upports?|pposes?|logit$/m);
  });

  test("states completeness, the share of special tokens, cost and method", () => {
    const output = technical(sentence, 80).replace(/\s+/g, " ");
    expect(output).toContain("score −0.310 at the baseline → 2.303 at the input: +2.613.");
    expect(output).toContain("relative error 2.9% (above the tolerance of 1.0%)");
    expect(output).toContain("[CLS], [SEP] hold +0.0130 of the attribution (2.5% of its magnitude)");
    expect(output).toContain("343 ms, 61.5 model evaluations, peak memory 412 MiB");
    expect(technical(image, 80).replace(/\s+/g, " ")).toContain("peak memory unknown");
    expect(output).toContain("Method ca-lig, baseline mask, steps auto");
  });

  test("says of a map of zeros that nothing supports or opposes", () => {
    const output = plain(allZero, 80);
    expect(output).toContain("All attributions are 0: nothing supports or opposes NEUTRAL");
    expect(output).toContain("No word speaks clearly for “NEUTRAL”.");
    expect(technical(allZero, 80)).toContain("no words");
    expect(technical(allZero, 80)).not.toContain("NaN");
  });

  test("sets right-to-left text apart with balanced isolates", () => {
    const output = renderTerminal(scripts, { columns: 80, colors: 24 });
    expect(output).toContain("\u2068");
    for (const line of output.split("\n")) {
      expect(line.match(/\u2068/g)?.length).toBe(line.match(/\u2069/g)?.length);
    }
    expect(renderTerminal(sentence, { columns: 80, colors: 24 })).not.toContain("\u2068");
  });

  test("takes the control characters out of hostile text and names what does not show", () => {
    const output = technical(hostile, 80);
    expect(output).toContain("\ufffd[31mred\ufffd[0m");
    expect(output).toContain("U+202C");
  });

  test("merges patches where a grid is wider than the terminal", () => {
    const size = 40;
    const features = Array.from({ length: size * size }, (_, i) => ({
      row: Math.floor(i / size),
      column: i % size,
      special: false,
    }));
    const wide = {
      ...image,
      input: { ...image.input, grid: [size, size] as const },
      features,
      attribution: features.map(({ row, column }) => (row < 20 && column < 20 ? 1 : -1)),
      blocks: [],
    };
    const output = technical(wide, 40);
    expect(output.replace(/\s+/g, " ")).toContain("each cell is the mean of 3 x 3");
    expect(output).toMatch(/^ {2}(\+\+){7}(--){7}$/m);
  });

  test("refuses options that it cannot lay out", () => {
    expect(() => renderTerminal(sentence, { columns: 0, colors: 0 })).toThrow("terminal of 0 columns");
    expect(() => renderTerminal(sentence, { columns: Number.NaN, colors: 0 })).toThrow("terminal of NaN columns");
    expect(() => renderTerminal(sentence, { columns: 80, colors: 2 as ColorDepth })).toThrow("2 bits");
    expect(() => renderTerminal(sentence, { columns: 80, colors: 24, palette: "x" })).toThrow('Unknown palette "x"');
  });
});
