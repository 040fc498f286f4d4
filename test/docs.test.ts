/** @file The documentation holds: links lead somewhere, the README's program runs, what is generated is fresh. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { METHODS } from "@calig/core";
import { describe, expect, it, vi } from "vitest";
import { onnxExports } from "./support/onnx-exports.ts";
import { readParityFiles } from "./support/parity.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const pages = [
  ...readdirSync(ROOT).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs")).flatMap((file) => (file.endsWith(".md") ? [`docs/${file}`] : [])),
  ...readdirSync(join(ROOT, "packages")).flatMap((name) => {
    const page = `packages/${name}/README.md`;
    return existsSync(join(ROOT, page)) ? [page] : [];
  }),
  "bench/study/README.md",
  "tools/README.md",
];

describe.each(pages)("%s", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8");

  it("links to files that exist", () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
    const broken = targets.filter(
      (target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(page), target)),
    );
    expect(broken).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe("docs/methods.md", () => {
  const page = readFileSync(join(ROOT, "docs/methods.md"), "utf8");

  it("has a section for every method, in their order", () => {
    const sections = [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(METHODS.map(({ name }) => name));
  });

  it("says of every method whether it has a sign and looks at the class", () => {
    const rows = [...page.matchAll(/^\| \[([a-z-]+)\]\(#\1\) \| (yes|no) \| (yes|no) \|/gm)];
    expect(rows.map(([, name, signed, specific]) => [name, signed === "yes", specific === "yes"])).toEqual(
      METHODS.map(({ name, signed, classSpecific }) => [name, signed, classSpecific]),
    );
  });
});

describe("docs/parity.md", () => {
  it("has a row for every model that is compared (npm run docs:parity writes it)", () => {
    // What npm run docs:matrix writes has tables of its own.
    const [page = ""] = readFileSync(join(ROOT, "docs/parity.md"), "utf8").split("<!-- matrix -->");
    const rows = [...page.matchAll(/^\| (.+?) \| \d+ \|/gm)].map(([, name]) => name);
    const models = readParityFiles().flatMap(({ cases }) => cases.map(({ name }) => name));
    expect(rows).toEqual([...models, ...onnxExports().map(({ name }) => name)]);
  });
});

describe("examples/explain.ts", () => {
  it("runs and prints what supports and opposes", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("../examples/explain.ts");
    const printed = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(printed[0]).toMatch(/^(positive|negative) \(\d+\.\d %\)$/);
    expect(printed.some((line) => /^ {2}\+ /.test(line))).toBe(true);
    expect(printed.at(-1)).toMatch(/completeness error at most \d\.\d\d % in 6 blocks/);
  });

  it("is the README's program and more", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const example = readFileSync(join(ROOT, "examples/explain.ts"), "utf8");
    const call = 'await explain(model, "A gripping, beautifully shot film that forgets to end.");';
    expect(readme).toContain(call);
    expect(example).toContain(call);
  });
});
