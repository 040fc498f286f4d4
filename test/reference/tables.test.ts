/** @file Cells of tables against Python's csv module and pandas: tools/make_table_reference.py. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseTable } from "@calig/node/internal/node/parse-table";
import { readText } from "@calig/node/internal/node/read-text";
import { findSeparator } from "@calig/node/internal/node/separator";
import { describe, expect, test } from "vitest";

interface Golden {
  readonly tables: readonly {
    readonly file: string;
    readonly separator: string;
    readonly cells: readonly (readonly string[])[];
  }[];
  readonly accidents: readonly {
    readonly text: string;
    readonly strict: boolean;
    readonly cells: readonly (readonly string[])[];
  }[];
}

const { tables, accidents } = JSON.parse(
  readFileSync(new URL("../golden/tables.json", import.meta.url), "utf8"),
) as Golden;

const pathOf = (file: string) => fileURLToPath(new URL(`../fixtures/tables/${file}`, import.meta.url));

describe("parseTable() has the cells of csv and pandas", () => {
  test.each(tables)("$file", async ({ file, separator, cells }) => {
    const rows = parseTable(await readText(pathOf(file)), separator);
    expect(rows.map((row) => row.cells)).toEqual(cells);
  });
});

test("parseTable() refuses what csv refuses if strict, or has its cells", () => {
  const wrong = accidents.filter(({ text, strict, cells }) => {
    let rows: string;
    try {
      // A line of nothing but quotes and blanks is a row here, and none in the reference.
      rows = JSON.stringify(
        parseTable(text, ",")
          .map((row) => row.cells)
          .filter((row) => row.length > 1 || row[0]?.trim() !== ""),
      );
    } catch {
      return strict;
    }
    return rows !== JSON.stringify(cells);
  });
  expect(wrong).toEqual([]);
  expect(accidents.filter(({ strict }) => !strict).length).toBeGreaterThan(100);
});

describe("findSeparator() finds the separator that the table was written with", () => {
  test.each(tables)("$file, whatever its ending", async ({ file, separator }) => {
    const content = await readText(pathOf(file));
    for (const usual of [",", "\t"]) {
      const found = findSeparator(content, file, usual, {});
      // A table of one column has none: what is usual for its ending is taken.
      expect(found).toBe(file === "comma-one-column.csv" ? usual : separator);
    }
  });
});
