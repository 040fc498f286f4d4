import { join } from "node:path";
import { InputError, UsageError } from "@calig/core/internal/errors";
import { describe, expect, test } from "vitest";
import { useTempFolders } from "../../../../test/support/temp-folder.ts";
import { readInputs } from "./read-inputs.ts";

const tempFolder = useTempFolders();

async function read(name: string, content: string | Uint8Array) {
  const folder = await tempFolder({ [name]: content });
  return (await readInputs(join(folder, name))).entries;
}

describe("readInputs() of JSON lines", () => {
  test("gives texts, pairs and ids with their lines", async () => {
    const entries = await read(
      "a.jsonl",
      '{"text": "one"}\n\n{"text": "two", "pair": "zwei", "id": 7, "label": 1}\r\n"three"\n',
    );
    expect(entries).toEqual([
      { line: 1, input: { text: "one" } },
      { line: 3, id: "7", input: { text: "two", pair: "zwei" } },
      { line: 4, input: { text: "three" } },
    ]);
  });

  test("keeps what is wrong as an error of its line", async () => {
    const entries = await read(
      "a.jsonl",
      '{"text": "one"\n[]\n{"txt": "x"}\n{"text": "  "}\n{"text": "x", "pair": 2}\n{"text": "ok"}',
    );
    const messages = entries.map(({ line, input }) => [line, input instanceof InputError ? input.message : "fine"]);
    expect(messages).toEqual([
      [1, "the line is not valid JSON"],
      [2, 'the line is not an object with field "text"'],
      [3, 'field "text" is missing or is not a text'],
      [4, 'field "text" is empty'],
      [5, 'field "pair" is not a text'],
      [6, "fine"],
    ]);
  });
});

describe("readInputs() of tables", () => {
  test("reads quoted fields, and knows the line that a row starts on", async () => {
    const entries = await read(
      "a.csv",
      'id,text,label\na,"one, with a comma",1\nb,"two\nlines",0\n\nc,"he said ""no""",1\nd,plain "quotes",1\n',
    );
    expect(entries).toEqual([
      { line: 2, id: "a", input: { text: "one, with a comma" } },
      { line: 3, id: "b", input: { text: "two\nlines" } },
      { line: 6, id: "c", input: { text: 'he said "no"' } },
      { line: 7, id: "d", input: { text: 'plain "quotes"' } },
    ]);
  });

  test("takes quotes of tab-separated files as text", async () => {
    const entries = await read("a.TSV", '\uFEFFtext\tlabel\r\n"an open quote\t1\r\nb\t0\r\n');
    expect(entries.map(({ input }) => input)).toEqual([{ text: '"an open quote' }, { text: "b" }]);
  });

  test("reports rows without a text", async () => {
    const [first] = await read("a.csv", "label,text\n1,\n");
    expect(first?.input).toBeInstanceOf(InputError);
  });

  test("names the columns when none is known to hold texts", async () => {
    await expect(read("a.csv", "phrase,label\nx,1\n")).rejects.toThrow('one of them "text"; it has "phrase", "label"');
  });

  test("refuses an unclosed quote", async () => {
    await expect(read("a.csv", 'text\n"open\n')).rejects.toThrow(
      /Cannot read ".*a\.csv": the quote that opens in line 2 is never closed/,
    );
  });
});

test("readInputs() of plain text takes every line that is not blank", async () => {
  expect(await read("a.txt", "one\n\n  two\r\n")).toEqual([
    { line: 1, input: { text: "one" } },
    { line: 3, input: { text: "  two" } },
  ]);
});

describe("readInputs() refuses", () => {
  test("files that are not there, folders and unknown endings", async () => {
    const folder = await tempFolder({ "a.xlsx": "" });
    await expect(readInputs(join(folder, "none.csv"))).rejects.toThrow(UsageError);
    await expect(readInputs(folder)).rejects.toThrow("it is a folder");
    await expect(readInputs(join(folder, "a.xlsx"))).rejects.toThrow(
      'its ending must be one of ".jsonl", ".ndjson", ".csv"',
    );
  });

  test("files without any text", async () => {
    await expect(read("a.csv", "text\n")).rejects.toThrow("there are none in it");
    await expect(read("a.jsonl", "")).rejects.toThrow("there are none in it");
  });

  test("bytes that are not UTF-8", async () => {
    await expect(read("a.txt", Uint8Array.of(0x66, 0xfc, 0x72))).rejects.toThrow("it is not UTF-8 text");
  });
});
