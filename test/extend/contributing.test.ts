/** @file What CONTRIBUTING.md says that a new part needs: its lines are all there are, from outside and from inside. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as extend from "calig/extend";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string) => readFileSync(ROOT + file, "utf8");

interface Point {
  readonly what: string;
  /** A part to copy; "" where parts are entries of a list. */
  readonly file: string;
  /** The files that it is written into. */
  readonly lists: readonly string[];
  /** Its function of calig/extend; "" where it is made from inside alone. */
  readonly define: string;
  /** The page or file that shows it from outside. */
  readonly example: string;
}

const [, table = ""] = /^\| to add \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(read("CONTRIBUTING.md")) ?? [];
const points: readonly Point[] = table
  .trim()
  .split("\n")
  .map((row) => row.split("|").map((cell) => cell.trim()))
  .map(([, what = "", file = "", lists = "", define = "", example = ""]) => ({
    what,
    file: file.replaceAll("`", ""),
    lists: [...lists.matchAll(/`([\w-]+\/[\w./-]+)`/g)].map(([, path]) => path as string),
    define: /define\w+/.exec(define)?.[0] ?? "",
    example: /\]\(([^)]+)\)/.exec(example)?.[1] ?? "",
  }));

/** Every source file, and the sources that it imports. */
const sources = readdirSync(`${ROOT}packages`)
  .filter((name) => existsSync(`${ROOT}packages/${name}/src`))
  .flatMap((name) =>
    readdirSync(`${ROOT}packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => `packages/${name}/src/${file}`),
  );
const imports = new Map(
  sources.map((file) => [
    file,
    [...read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, name = ""]) => {
      const [, owner, inner] = /^@calig\/(\w+)\/internal\/(.*)$/.exec(name) ?? [];
      return owner === undefined ? normalize(join(dirname(file), name)) : `packages/${owner}/src/${inner}.ts`;
    }),
  ]),
);
const importers = (part: string) => sources.filter((file) => imports.get(file)?.includes(part) === true);

describe("the parts of CONTRIBUTING.md", () => {
  it("are all that can be made from outside, as docs/extend.md lists them", () => {
    const made = Object.keys(extend).filter((name) => /^define(?!Option$)/.test(name));
    const stated = points.flatMap(({ define }) => (define === "" ? [] : [define]));
    expect([...new Set(stated)].sort()).toEqual(made.sort());
    const page = [...read("docs/extend.md").matchAll(/^\| .*? \| `(define\w+)` \|/gm)].map(
      ([, name]) => name as string,
    );
    expect(page.sort()).toEqual(made);
  });

  it.each(points.filter(({ define }) => define !== ""))("$what: the example makes one", ({ define, example }) => {
    const source = read(example);
    const programs = example.endsWith(".md")
      ? [...source.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program = ""]) => program).join("")
      : source;
    expect(programs).toMatch(new RegExp(`\\b${define}[(<]`));
  });

  it("are shown by every file of examples/extend, each of which a test runs", () => {
    const shown = points.flatMap(({ example }) => (example.endsWith(".ts") ? [example] : []));
    const files = readdirSync(`${ROOT}examples/extend`).map((file) => `examples/extend/${file}`);
    expect([...new Set(shown)].sort()).toEqual(files.sort());
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => read(`test/extend/${file}`))
      .join("");
    for (const file of files) expect(tests).toContain(`from "../../${file}"`);
  });

  it.each(points)("$what: what is named is there", ({ file, lists }) => {
    expect([file, ...lists].filter((path) => path !== "" && !existsSync(ROOT + path))).toEqual([]);
  });

  const parts = points.filter(({ file }) => file !== "");
  it.each(parts)("$what: one file, known to the files that list it alone", ({ file, lists }) => {
    // Names of words and schemas are written there without an import.
    const naming = /option-words|schemas/;
    // Data sets of pictures are read by the kind of input itself.
    const others = importers(file).filter((path) => !path.endsWith("/yolo-folder.ts"));
    expect(others.filter((path) => !lists.includes(path))).toEqual([]);
    expect(lists.filter((path) => !others.includes(path) && !naming.test(path))).toEqual([]);
  });

  it.each(parts)("$what: imported there in one line", ({ file, lists: [list = ""] }) => {
    const lines = read(list).split("\n");
    expect(lines.filter((line) => line.includes(`/${basename(file)}"`))).toHaveLength(1);
  });
});
