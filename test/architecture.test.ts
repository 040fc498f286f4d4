/** @file The rules of the house as tests: import layers, no cycles, no barrels, who may use which library, file headers. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** Folder (or file) of src/ and the layer it is in: it may import lower layers and itself. ARCHITECTURE.md says what each is for. */
const LAYERS: Readonly<Record<string, number>> = {
  "errors.ts": 0,
  util: 1,
  tensor: 2,
  onnx: 3,
  checkpoint: 4,
  graph: 4,
  autodiff: 5,
  transformer: 5,
  runtime: 5,
  input: 5,
  program: 6,
  attribution: 7,
  render: 8,
  "index.ts": 9,
  node: 10,
  "node.ts": 11,
  cli: 12,
};

/** Entry files: the only ones that may re-export. */
const ENTRIES = new Set(["index.ts", "node.ts"]);

/** Narrower than the layers: these may import nothing but what is listed. */
const NARROW: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
  { from: /^(program|attribution)\//, to: /^runtime\//, why: "only the interface runtime/runtime.ts" },
  { from: /^render\//, to: /^attribution\//, why: "only attribution/explanation.ts" },
  { from: /^attribution\/(explanation|options)\.ts$/, to: /^(attribution|input|program)\//, why: "plain data" },
];
const ALLOWED: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^(program|attribution)\//, /^runtime\/runtime\.ts$/],
  [/^render\//, /^attribution\/explanation\.ts$/],
  [/^attribution\/(explanation|options)\.ts$/, /^(attribution\/(explanation|options)|input\/units)\.ts$/],
];
/** Renderers see nothing of models and inputs either. */
const RENDER_MAY = /^(render|util|tensor|errors\.ts|attribution\/explanation\.ts)/;

/** Libraries that only one part may know. */
const LIBRARIES: readonly { readonly library: RegExp; readonly where: RegExp }[] = [
  { library: /^onnxruntime/, where: /^runtime\// },
  { library: /^tokenizers$/, where: /^input\/text\/native-/ },
  { library: /^(onnx-buf|@bufbuild\/)/, where: /^onnx\// },
  { library: /^node:/, where: /^(node|cli)\/|^runtime\/.*-node\.ts$|^input\/text\/native-/ },
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), "utf8")]));

/** Import and re-export statements; `to` is a path below src/ or the name of a package. */
function importsOf(file: string): Import[] {
  const statements = (sources.get(file) ?? "").matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;"']*?(?:from\s*)?["']([^"'\n]+)["']/g,
  );
  return [...statements].map(([, target = ""]) => ({
    from: file,
    to: target.startsWith(".") ? relative(SRC, join(SRC, dirname(file), target)).replaceAll("\\", "/") : target,
  }));
}

const imports = files.flatMap(importsOf);
const inner = imports.filter(({ to }) => to.endsWith(".ts"));
const part = (file: string): string => file.split("/")[0] as string;
const show = (edges: readonly Import[]) => edges.map(({ from, to }) => `${from} -> ${to}`);

describe("the import layers", () => {
  it("know every folder", () => {
    expect([...new Set(files.map(part))].filter((name) => LAYERS[name] === undefined)).toEqual([]);
  });

  it("are imported downwards only", () => {
    const upward = inner.filter(
      ({ from, to }) => part(from) !== part(to) && (LAYERS[part(to)] ?? 99) >= (LAYERS[part(from)] ?? -1),
    );
    expect(show(upward)).toEqual([]);
  });

  it("keep to the narrower rules", () => {
    const broken = inner.filter(
      ({ from, to }) =>
        NARROW.some((rule) => rule.from.test(from) && rule.to.test(to)) &&
        !ALLOWED.some(([a, b]) => a.test(from) && b.test(to)),
    );
    expect(show(broken)).toEqual([]);
    expect(show(inner.filter(({ from, to }) => from.startsWith("render/") && !RENDER_MAY.test(to)))).toEqual([]);
  });

  it("have no cycles", () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of inner) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]) => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
      if (done.has(file) || trail.includes(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe("the libraries", () => {
  it.each(LIBRARIES)("$library is known only in $where", ({ library, where }) => {
    expect(show(imports.filter(({ from, to }) => library.test(to) && !where.test(from)))).toEqual([]);
  });
});

describe("every file", () => {
  it("says in its first lines what it is for", () => {
    expect(files.filter((file) => !/^(#!.*\n)?\/\*\*\s*(\n \* )?@file /.test(sources.get(file) ?? ""))).toEqual([]);
  });

  it("is no barrel, except the entries", () => {
    const barrels = files.filter((file) => {
      const lines = (sources.get(file) ?? "")
        .replaceAll(/\/\*[\s\S]*?\*\//g, "")
        .split(/;\s*\n/)
        .filter((line) => line.trim() !== "");
      return !ENTRIES.has(file) && lines.length > 0 && lines.every((line) => /^\s*export\b[\s\S]*\bfrom\b/.test(line));
    });
    expect(barrels).toEqual([]);
  });

  it("asks for operators by name only where operators are known", () => {
    const knows = /^(autodiff\/rules|graph|transformer)\//;
    const asking = files.filter((file) => !knows.test(file) && /opType\s*[!=]==?\s*["']/.test(sources.get(file) ?? ""));
    expect(asking).toEqual([]);
  });
});
