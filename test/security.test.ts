/** @file SECURITY.md: each of its promises names tests that exist; what they leave out is tested here. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildReport, renderHtml, renderReportHtml } from "@calig/core";
import { describe, expect, it } from "vitest";
import { hostile } from "./render/fixtures.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(ROOT + path, "utf8");
const [, promises = ""] = /## What each input is promised\n([\s\S]*?)\n## /.exec(read("SECURITY.md")) ?? [];
const rows = [...promises.matchAll(/^\| ([^|]+) \|[^|]+\| ([^|]+) \|$/gm)]
  .map(([, input = "", held = ""]) => ({ input: input.trim(), held }))
  .filter(({ input }) => input !== "input" && !input.startsWith("---"));

describe("what each input is promised", () => {
  it("is a table of inputs", () => {
    expect(rows.length).toBeGreaterThan(8);
  });

  it.each(rows)("$input: its tests exist", ({ held }) => {
    const tests = [...held.matchAll(/\[([^\]]+\.test\.ts)\]\(\1\) "([^"]+)"/g)];
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.length).toBe(held.split("; ").length);
    for (const [, path = "", title = ""] of tests) {
      const titles = read(path).match(/(["'`])(?:(?!\1).)+\1/g) ?? [];
      expect([path, titles.join("\n")]).toEqual([path, expect.stringContaining(title)]);
    }
  });
});

describe("pages that calig writes", async () => {
  const PAGES = {
    explanation: renderHtml(hostile),
    report: await renderReportHtml(buildReport([{ source: { file: "<b>" }, explanation: hostile }])),
  };

  it.each(Object.entries(PAGES))("%s: runs its own script alone, and asks nobody for anything", (_, page) => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll("&#39;", "'");
    const directives = new Map(
      (policy ?? "").split("; ").map((directive) => {
        const [name = "", ...sources] = directive.split(" ");
        return [name, sources];
      }),
    );
    expect(directives.get("default-src")).toEqual(["'none'"]);
    for (const name of ["connect-src", "font-src", "frame-src", "object-src", "media-src"]) {
      expect(directives.has(name)).toBe(false);
    }
    expect(directives.get("img-src")).toEqual(["data:"]);
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);
    const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    expect(directives.get("script-src") ?? []).toEqual(hashes);
    expect(page).not.toMatch(/<(iframe|object|embed|base)\b|\bsrc="(?!data:)|\bhref="(?!#|data:)/);
  });
});
