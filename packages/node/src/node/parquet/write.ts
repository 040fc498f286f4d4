/** @file Parquet files as they are written, row group by row group, so that memory does not grow with the file. The only file that knows the library, which is below 1.0. */

import type { FileHandle } from "node:fs/promises";
import { ByteWriter, type ColumnSource, ParquetWriter, type Writer } from "hyparquet-writer";
import { writeFully } from "../../util/write-fully.ts";

/** What a column holds. Every column may be null. */
export type ColumnType = "text" | "int" | "float" | "double" | "flag" | "texts" | "ints" | "floats" | "rows of floats";

/** Columns by name, in their order. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

/** A file under way. */
export interface ParquetSink {
  /** Writes one row group. */
  group(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Writes the footer; the file stays open. */
  finish(): Promise<void>;
}

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
type Element = Schema[number];

const LEAVES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  int: { type: "INT32" },
  float: { type: "FLOAT" },
  double: { type: "DOUBLE" },
  flag: { type: "BOOLEAN" },
} as const;

const leaf = (name: string, kind: keyof typeof LEAVES): Element => ({
  name,
  repetition_type: "OPTIONAL",
  ...LEAVES[kind],
});

/** A list as every reader knows it: three levels. */
const list = (name: string, element: readonly Element[]): readonly Element[] => [
  { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ...element,
];

function elementsOf(name: string, type: ColumnType): readonly Element[] {
  switch (type) {
    case "texts":
      return list(name, [leaf("element", "text")]);
    case "ints":
      return list(name, [leaf("element", "int")]);
    case "floats":
      return list(name, [leaf("element", "float")]);
    case "rows of floats":
      return list(name, list("element", [leaf("element", "float")]));
    default:
      return [leaf(name, type)];
  }
}

/**
 * Starts a file on an open handle.
 *
 * @param notes - Kept in the footer.
 */
export function startParquet(
  file: FileHandle,
  columns: ColumnTypes,
  notes: Readonly<Record<string, string>>,
): ParquetSink {
  const names = Object.keys(columns);
  const schema: Schema = [
    { name: "root", num_children: names.length },
    ...Object.entries(columns).flatMap(([name, type]) => elementsOf(name, type)),
  ];
  const buffer = new ByteWriter(2 ** 20) as ByteWriter & Writer;
  const flush = async () => {
    await writeFully(file, new Uint8Array(buffer.buffer, 0, buffer.index));
    buffer.index = 0;
  };
  const writer = new ParquetWriter({
    writer: buffer,
    schema,
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
    createdBy: "calig",
  });
  return {
    async group(rows) {
      const columnData: ColumnSource[] = names.map((name) => ({ name, data: rows.map((row) => row[name] ?? null) }));
      await writer.write({ columnData, rowGroupSize: rows.length });
      await flush();
    },
    async finish() {
      await writer.finish();
      await flush();
    },
  };
}
