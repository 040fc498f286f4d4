/** @file The examples in Python hold to what calig has: tags of the components, addresses of the server, no stored output. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

const EXAMPLES = ["examples/streamlit/app.py", "examples/notebook/explanation.ipynb"];

describe.each(EXAMPLES)("%s", (file) => {
  it("names only components and addresses that there are", () => {
    const known = new Set(
      [...read("packages/web/src/components/register.ts").matchAll(/"(calig-\w+)":/g)].map(([, tag]) => tag),
    );
    const named = [...read(file).matchAll(/\bcalig-\w+\b/g)].map(([tag]) => tag);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((tag) => !known.has(tag))).toEqual([]);
    const routes = ["information", "explain", "evaluate"]
      .map((name) => read(`packages/node/src/server/routes/${name}.ts`))
      .join();
    const addresses = [...read(file).matchAll(/\/api\/\w+/g)].map(([address]) => address);
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses.filter((address) => !routes.includes(`"${address}"`))).toEqual([]);
  });
});

it("the notebook is stored without what a run of it printed", () => {
  const { cells } = JSON.parse(read("examples/notebook/explanation.ipynb")) as {
    cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[];
  };
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  expect(code.map(({ outputs, execution_count }) => [outputs, execution_count])).toEqual(code.map(() => [[], null]));
});
