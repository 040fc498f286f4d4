/** @file The programs of the pages that people read, whole: with what they take from the text around them, and where they run. */

import { type CodeBlock, codeBlocks } from "./code-blocks.ts";

export interface DocProgram {
  readonly page: string;
  readonly line: number;
  /** Name of its file: the one that its first line says, or one made of page and line. */
  readonly file: string;
  readonly source: string;
  /** Programs of docs/extend.md have a test of their own: test/extend/page.test.ts. */
  readonly runs: "node" | "browser";
  /** Whether it shows what it did. */
  readonly prints: boolean;
}

/** Names that programs take from the text around them, and what they are there. */
const AROUND: Readonly<Record<string, string>> = {
  explain: 'import { explain } from "calig/node";',
  loadModel: 'import { loadModel } from "calig/node";',
  testCounterfactuals: 'import { testCounterfactuals } from "calig/node";',
  createApp: 'import { createApp } from "calig/server";',
  model: 'const model = await (await import("calig/node")).loadModel("sst2");',
  vision: 'const vision = await (await import("calig/node")).loadModel("cifar10");',
  image: 'const image = await (await import("calig/node")).readImageFile("photo.jpg");',
  app: 'const app = (await import("calig/server")).createApp({ models: [], version: "1" });',
  text: 'const text = "A gripping film";',
  report: 'const report = "maria works at acme in london";',
  explanation: 'const explanation = await explain(model, "A gripping film") as import("calig/node").TextExplanation;',
  // As the model of the tests has them.
  numbers: "const numbers = new Float32Array(5 * 16);",
  tokens: "const [tokens, width] = [5, 16];",
};

/** A program with what it takes from the text around it. */
function whole(source: string): string {
  const seen = new Set<string>();
  const names: string[] = [];
  const add = (text: string) => {
    for (const name of Object.keys(AROUND)) {
      const declared = new RegExp(`(?:const|let|function|import) (?:[^;=]*\\b)?${name}\\b`).test(source);
      const used = new RegExp(`(?<![.\\w"'-])${name}\\b(?!["':-])`).test(text);
      if (!used || declared || seen.has(name)) continue;
      seen.add(name);
      add(AROUND[name] as string);
      names.push(name);
    }
  };
  add(source);
  return [...names.map((name) => AROUND[name]), source, "export {};"].join("\n");
}

/** What stands behind an expression is what it is: `sum(1, 2); // 3`. */
const held = (source: string): string =>
  source.replaceAll(
    /^(.+); \/\/ (true|false|\d+)$/gm,
    (line, expression, value) => `if ((${expression}) !== ${value}) throw new Error(${JSON.stringify(line)});`,
  );

function programOf({ page, line, text }: CodeBlock): DocProgram {
  const forPages = page === "docs/browser.md" || /"@?calig\/web|\bself\.|\bnew Worker\(/.test(text);
  const own = whole(text);
  return {
    page,
    line,
    file: /^\/\/ ([\w.]+\.ts)\b/.exec(text)?.[1] ?? `${page.replaceAll(/\W/g, "-")}-${line}.ts`,
    source: held(forPages ? own.replaceAll("calig/node", "calig/web") : own),
    runs: forPages ? "browser" : "node",
    prints: text.includes("console.log("),
  };
}

/** All of them, in the order of the pages. */
export const docPrograms = (): readonly DocProgram[] =>
  codeBlocks()
    .filter(
      ({ page, language, notRun }) =>
        notRun === undefined && ["ts", "js"].includes(language) && page !== "docs/extend.md",
    )
    .map(programOf);
