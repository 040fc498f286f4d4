import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { hostile, image, sentence, withoutCompleteness } from "../../../../../test/render/fixtures.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import { jsonText } from "../../render/json.ts";
import { buildReport } from "./build-report.ts";
import { renderReportHtml } from "./html.ts";
import { renderReportMarkdown } from "./markdown.ts";

const FILE = `"><script>alert('file')</script>|x.csv`;
const reportOn = (...explanations: Explanation[]) =>
  buildReport(
    explanations.map((explanation, i) => ({ source: { file: FILE, line: i + 2, id: "<b>id</b>" }, explanation })),
  );
const report = reportOn(sentence, hostile, image, withoutCompleteness);
const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

/** The page without its style sheet, its script and the embedded JSON. */
const markupOf = (page: string) =>
  page.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<script[^>]*>[\s\S]*?<\/script>/g, "");

/** The explanations that a page can open. */
const openedOf = (page: string): string =>
  [...page.matchAll(/data-pack="\d+">([^<]*)</g)]
    .flatMap(([, pack]) => JSON.parse(gunzipSync(Buffer.from(pack!, "base64")).toString()) as string[])
    .join("\n");

describe("renderReportHtml()", async () => {
  const page = await renderReportHtml(report);

  test("shows nothing of words, labels, warnings and file names as markup", () => {
    const markup = markupOf(page) + markupOf(openedOf(page));
    expect(markup).not.toMatch(/<script|<img|<b>id|<b>code/);
    expect(markup).toContain(
      "&lt;script&gt;alert(&#39;file&#39;)&lt;/script&gt;|x.csv, line 3 (&lt;b&gt;id&lt;/b&gt;)",
    );
    expect(markup).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    // Rows, a pack of explanations, and two scripts; in the pack the data of four explanations.
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(openedOf(page).match(/<script/g)).toHaveLength(4);
  });

  test("has no id twice, and links to nothing that is not there", () => {
    const all = markupOf(page) + markupOf(openedOf(page));
    const ids = [...all.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of all.matchAll(/\s(?:aria-labelledby|href)="#?([^":,]+)"/g)) {
      expect(ids).toContain(target);
    }
  });

  test("opens as many explanations as asked for, and says that there are more", async () => {
    const short = await renderReportHtml(report, { details: 1 });
    expect(openedOf(short).match(/<article/g)).toHaveLength(1);
    expect(short).toContain("This file opens 1 of 4 explanations");
    expect(page).not.toContain("This file opens");
    expect(await renderReportHtml(report, { details: 0 })).not.toMatch(/data-pack="\d/);
  });

  test("shows the picture of an explanation where there is one", async () => {
    const shown = await renderReportHtml(report, { pictureOf: async (place) => (place === 2 ? PIXEL : undefined) });
    expect(openedOf(shown)).toContain(`href="${PIXEL}"`);
    expect(shown).toContain("Where in the pictures");
  });

  test("has one list of words for methods without a sign", async () => {
    const only = markupOf(await renderReportHtml(reportOn(withoutCompleteness), { details: 0 }));
    expect(only).toContain("Matters for POSITIVE");
    expect(only).not.toContain("Opposes POSITIVE");
    expect(only).toContain("The method has no sign");
  });
});

describe("renderReportMarkdown()", () => {
  test("shows nothing of words and file names as markup, and keeps its tables whole", () => {
    const markdown = renderReportMarkdown(report);
    // Spans of code show what is in them as it is.
    expect(markdown.replace(/`[^`\n]*`/g, "")).not.toMatch(/<(script|b|img)/);
    const rows = markdown.split("\n").filter((line) => line.startsWith("| script "));
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(8);
    expect(rows.length).toBeGreaterThan(0);
  });

  test("puts the headings of explanations below that of their place", () => {
    const headings = renderReportMarkdown(reportOn(sentence)).match(/^#+ .*$/gm);
    expect(headings?.slice(0, 2)).toEqual(["# Evidence report", "## POSITIVE"]);
    expect(headings).toContain("#### POSITIVE (99.0%)");
    expect(headings).toContain("##### Text");
  });
});

describe("the JSON of a report", () => {
  test("parses back to it", () => {
    expect(JSON.parse(jsonText(report))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(JSON.parse(jsonText(report))).toMatchObject({ version: 2, kind: "evidence-report" });
  });
});
