/** @file The test kit of layouts of data sets: files that have the layout and what is in them, and files that do not. */

import { InputError } from "../../errors.ts";
import type { DatasetFile, DatasetLayout, DatasetRow } from "../../evaluation/dataset-layout.ts";
import { type KitCheck, KitReport } from "./report.ts";

/** A file by its contents. */
export interface LayoutExample {
  /** Its ending tells much: "reviews.tsv". */
  readonly name: string;
  readonly content: string;
  /** Line and input of every row; "error" for those that are none. Undefined where the file has another layout. */
  readonly rows:
    | readonly { readonly line: number; readonly item: Exclude<DatasetRow["item"], InputError> | "error" }[]
    | undefined;
}

/**
 * Checks a layout: it knows its files by their names and contents, reads what is in them, and leaves others alone.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkDatasetLayout(
  layout: DatasetLayout,
  examples: readonly [LayoutExample, ...LayoutExample[]],
): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  for (const { name, content, rows } of examples) {
    const dot = name.lastIndexOf(".");
    const file: DatasetFile = {
      path: name,
      extension: dot < 0 ? "" : name.slice(dot).toLowerCase(),
      content,
      options: {},
      asked: false,
    };
    if (rows === undefined) {
      await report.expect(`leaves ${name} to other layouts`, () => (layout.matches(file) ? "it matches" : undefined));
      continue;
    }
    await report.expect(`knows ${name}`, () => (layout.matches(file) ? undefined : "it does not match"));
    await report.expect(`reads ${name}`, async () => {
      const read = (await layout.read(file)).rows.map(({ line, item }) => ({
        line,
        item: item instanceof InputError ? "error" : item,
      }));
      const [found, wanted] = [read, rows].map((list) => JSON.stringify(list, sorted));
      return found === wanted ? undefined : `${found}, wanted ${wanted}`;
    });
  }
  await report.expect("leaves an empty file to other layouts", () =>
    layout.matches({ path: "a.unknown", extension: ".unknown", content: "", options: {}, asked: false })
      ? "it matches"
      : undefined,
  );
  return report.finish("datasetLayout", layout.name);
}

/** Fields in the order of their names. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
