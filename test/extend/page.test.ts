/** @file The programs of docs/extend.md run, and what they export is an extension. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { kindOf } from "@calig/core/internal/extend/extension";
import { afterAll, describe, expect, it, vi } from "vitest";

const page = readFileSync(new URL("../../docs/extend.md", import.meta.url), "utf8");

/** Programs in TypeScript, by the heading above them. */
const programs = page.split(/^## /m).flatMap((section) => {
  const [title = ""] = section.split("\n");
  return [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, source = ""], i): [string, string] => [
    `${title} ${i + 1}`,
    source,
  ]);
});

// Beside the tests: what they import is found from here, and read as the tests are.
const FOLDER = fileURLToPath(new URL("./.page/", import.meta.url));
mkdirSync(FOLDER, { recursive: true });
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe("docs/extend.md", () => {
  it("has a program for every extension point", () => {
    const points = [...page.matchAll(/^\| .*? \| `(define\w+)` \|/gm)].map(([, name]) => name);
    expect(points).toHaveLength(16);
    const used = programs.map(([, source]) => source).join("");
    const elsewhere = ["smooth-grad", "csv", "mish", "ijepa", "audio-modality", "frequent-words"].map((name) =>
      readFileSync(new URL(`../../examples/extend/${name}.ts`, import.meta.url), "utf8"),
    );
    for (const point of points) expect(`${used}${elsewhere.join("")}`).toMatch(new RegExp(`\\b${point}[(<]`));
  });

  it.each(programs)("%s runs", async (title, source) => {
    const file = `${FOLDER}${title.toLowerCase().replace(/\W+/g, "-")}.ts`;
    writeFileSync(file, source);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const { default: made } = (await import(file)) as { readonly default?: unknown };
      expect(made === undefined || kindOf(made) !== undefined).toBe(true);
      expect(made !== undefined || log.mock.calls.length > 0).toBe(true);
    } finally {
      log.mockRestore();
    }
  });

  it("states the lines of the examples", () => {
    for (const [, file = "", lines] of page.matchAll(/\]\((\.\.\/examples\/extend\/[\w-]+\.ts)\), (\d+) \|/g)) {
      const source = readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
      expect([file, source.trimEnd().split("\n").length]).toEqual([file, Number(lines)]);
    }
  });
});
