import { expect, it } from "vitest";
import { REPORT_ENDINGS, REPORT_WRITERS } from "./writers.ts";

it("every report is written as JSON, Markdown and HTML", () => {
  for (const formats of Object.values(REPORT_WRITERS)) {
    expect(Object.keys(formats)).toEqual(expect.arrayContaining(["json", "markdown", "html"]));
  }
});

it("an ending of a file means one format", () => {
  const endings = Object.values(REPORT_ENDINGS).flat();
  expect(new Set(endings).size).toBe(endings.length);
});
