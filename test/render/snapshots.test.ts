/** @file What is rendered compared with stored files: words and structure of all outputs, and a few of them to the last colour. */

import { readdirSync } from "node:fs";
import { renderHtml } from "@calig/core/internal/render/html";
import { renderMarkdown } from "@calig/core/internal/render/markdown";
import { renderSvg } from "@calig/core/internal/render/svg";
import { renderTerminal } from "@calig/core/internal/render/terminal";
import { buildReport } from "@calig/core/internal/report/evidence/build-report";
import { renderReportHtml } from "@calig/core/internal/report/evidence/html";
import { renderReportMarkdown } from "@calig/core/internal/report/evidence/markdown";
import { afterAll, describe, expect, test } from "vitest";
import { expectFile } from "./expected-file.ts";
import { allZero, hostile, image, longText, scripts, sentence, withoutCompleteness } from "./fixtures.ts";
import { outline } from "./outline.ts";

/** Two texts of one class by one method, and other things that must not be added to them. */
const report = buildReport(
  [sentence, { ...longText, target: sentence.target }, hostile, image, withoutCompleteness].map((explanation, i) => ({
    source: { file: "reviews|<1>.csv", line: i + 2 },
    explanation,
  })),
  { top: 5 },
);

const withoutColours = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "");

/** Name of the expected file, and what makes it. */
const CASES: Readonly<Record<string, () => string | Promise<string>>> = {
  "sentence-80.ansi": () => renderTerminal(sentence, { columns: 80, colors: 24 }),
  "sentence-80-256-colors.ansi": () => renderTerminal(sentence, { columns: 80, colors: 8 }),
  "sentence-80-16-colors.ansi": () => renderTerminal(sentence, { columns: 80, colors: 4 }),
  "sentence-200.txt": () => withoutColours(renderTerminal(sentence, { columns: 200, colors: 24 })),
  "sentence-80.txt": () => renderTerminal(sentence, { columns: 80, colors: 0 }),
  "sentence-40-ascii.txt": () => renderTerminal(sentence, { columns: 40, colors: 0, unicode: false }),
  "sentence-120-verbose.txt": () => renderTerminal(sentence, { columns: 120, colors: 0, verbose: true }),
  "sentence.html.txt": () => outline(renderHtml(sentence)),
  "sentence.md": () => renderMarkdown(sentence),
  "sentence.svg": () => renderSvg(sentence),
  "sentence-dark.svg.txt": () => outline(renderSvg(sentence, { theme: "dark", palette: "coral-teal", width: 400 })),
  "long-text-80.txt": () => renderTerminal(longText, { columns: 80, colors: 0 }),
  "long-text-200.txt": () => withoutColours(renderTerminal(longText, { columns: 200, colors: 24 })),
  "scripts-80.txt": () => renderTerminal(scripts, { columns: 80, colors: 0 }),
  "scripts.html.txt": () => outline(renderHtml(scripts)),
  "scripts.svg": () => renderSvg(scripts),
  "hostile-80.txt": () => renderTerminal(hostile, { columns: 80, colors: 0 }),
  "hostile.html.txt": () => outline(renderHtml(hostile)),
  "hostile.md": () => renderMarkdown(hostile),
  "hostile.svg.txt": () => outline(renderSvg(hostile)),
  "all-zero-80.txt": () => renderTerminal(allZero, { columns: 80, colors: 0 }),
  "all-zero.html.txt": () => outline(renderHtml(allZero)),
  "image-80.ansi": () => renderTerminal(image, { columns: 80, colors: 24 }),
  "image-40.txt": () => renderTerminal(image, { columns: 40, colors: 0 }),
  "image.md": () => renderMarkdown(image),
  "image.svg.txt": () => outline(renderSvg(image, { width: 360 })),
  "image-contours.svg.txt": () => outline(renderSvg(image, { width: 360, overlay: "contours", blockMaps: false })),
  "report.md": () => renderReportMarkdown(report, { details: 1 }),
  "report.html.txt": async () => outline(await renderReportHtml(report, { details: 0 })),
  "image-patches.svg.txt": () => outline(renderSvg(image, { width: 360, overlay: "patches", blockMaps: false })),
};

describe("rendered output", () => {
  test.each(Object.keys(CASES))("%s", async (name) => {
    expectFile(name, await CASES[name]!());
  });

  afterAll(() => {
    const stored = readdirSync(new URL("expected/", import.meta.url)).filter((name) => !name.includes(".changed."));
    expect(stored.sort(), "every stored file belongs to a case").toEqual(Object.keys(CASES).sort());
  });
});
