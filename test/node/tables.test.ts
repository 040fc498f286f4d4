/** @file Tables and other files of texts as people have them: what is read from them, and what is refused in which words. */

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InputError, InvalidOptionError, UsageError } from "@calig/core/internal/errors";
import { type ReadDatasetOptions, readDataset } from "@calig/node";
import { readInputs } from "@calig/node/internal/node/read-inputs";
import { describe, expect, test } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

type Content = string | Uint8Array;

const inputs = async (name: string, content: Content, options: Parameters<typeof readInputs>[1] = {}) =>
  readInputs(join(await tempFolder({ [name]: content }), name), options);

const dataset = async (name: string, content: Content, options: ReadDatasetOptions = {}) =>
  readDataset(join(await tempFolder({ [name]: content }), name), options);

/** Texts, or texts and pairs, of a file; what is wrong with single rows by its message. */
async function texts(name: string, content: Content, options: Parameters<typeof readInputs>[1] = {}) {
  const { entries } = await inputs(name, content, options);
  return entries.map(({ input }) =>
    input instanceof InputError ? input.message : input.pair === undefined ? input.text : [input.text, input.pair],
  );
}

const LATIN_1 = Uint8Array.from(Buffer.from("text,label\ngood,1\ncafé,0\n", "latin1"));
const UTF_16 = (text: string) => Uint8Array.from(Buffer.from(text, "utf16le"));

describe("a row with another number of cells than the header is refused with its line", () => {
  test.each([
    [
      "a text cut at its commas",
      "a.csv",
      "text\nGood\nWell, well, well\n",
      'line 3: 3 cells for 1 column: quote the text that holds ","',
    ],
    [
      "the last cells are empty",
      "a.csv",
      "text,label\ngood,1,\n",
      'line 2: 3 cells for 2 columns: quote the text that holds ",", or end the row without it',
    ],
    ["a text that ends in a comma", "a.csv", "text\nWell,\n", "line 2: 2 cells for 1 column"],
    [
      "too few",
      "a.csv",
      "text,label\ngood,1\nbad\n",
      "line 3: 1 cell for 2 columns: a row needs a cell for every column",
    ],
    ["a name too many", "a.csv", "text,label,\ngood,1\n", "line 2: 2 cells for 3 columns"],
    ["tabs", "a.tsv", "text\tlabel\nso\tgood\t1\n", "line 2: 3 cells for 2 columns: quote the text that holds a tab"],
    [
      "after a text of several lines",
      "a.csv",
      'text,label\n"one\ntwo",1\nbad, bad,0\n',
      "line 4: 3 cells for 2 columns",
    ],
    [
      "a space before the quote",
      "a.csv",
      'label,text\n1, "good, fine"\n',
      'a quote opens a text only where it follows "," at once',
    ],
    [
      "semicolons that a text holds",
      "a.csv",
      "text;label\ngood; fine;1\n",
      'line 2: 3 cells for 2 columns: quote the text that holds ";"',
    ],
  ])("%s", async (_, name, content, message) => {
    await expect(inputs(name, content)).rejects.toThrow(message);
    await expect(inputs(name, content)).rejects.toBeInstanceOf(InputError);
    await expect(dataset(name, content)).rejects.toThrow(message);
  });

  test("rows of the right length are not explained beside it: they may be split wrongly, too", async () => {
    const content = "text,label\ngood\nI came, saw\nI came, saw, won\n";
    await expect(inputs("a.csv", content)).rejects.toThrow(
      /2 of its 3 rows have more or fewer cells.*\n.*line 2.*\n.*line 4/,
    );
  });

  test("data sets leave it out when asked", async () => {
    const { items, problems } = await dataset("a.csv", "text,label\ngood,1\nwell, well,0\n", { badRows: "skip" });
    expect(items).toEqual([{ line: 2, input: { text: "good" }, label: "1" }]);
    expect(problems.map(({ line }) => line)).toEqual([3]);
  });
});

describe("quotes that do not fit together are refused with the line where they opened", () => {
  test.each([
    ["never closed", 'text,label\ngood,1\n"bad,0\nfine,1\n', "the quote that opens in line 3 is never closed"],
    [
      "closed by the next one",
      'text,label\n"bad,0\n"fine",1\n',
      'line 3 goes on with "fine",1" after a closing quote, which opened in line 2',
    ],
    [
      "not doubled",
      'text,label\n"she said "no" twice",1\n',
      'line 2 goes on with "no" twice",1" after a closing quote',
    ],
    ["escaped by backslashes", 'text,label\n"she said \\"no\\" twice",1\n', "line 2 goes on with"],
  ])("%s", async (_, content, message) => {
    await expect(inputs("a.csv", content)).rejects.toThrow(message);
    await expect(dataset("a.csv", content)).rejects.toThrow(message);
  });
});

describe("files that are no text", () => {
  test.each([
    [
      "Parquet",
      "a.csv",
      Uint8Array.from([0x50, 0x41, 0x52, 0x31, 0x15, 0x04]),
      "it is a Parquet file; let its name end in .parquet",
    ],
    [
      "Excel",
      "a.csv",
      Buffer.from("PK\x03\x04 ... xl/workbook.xml"),
      'it is an Excel workbook; in the spreadsheet program, save the sheet as "CSV UTF-8"',
    ],
    ["zip", "a.tsv", Buffer.from("PK\x03\x04 ... a.csv"), "it is a zip archive; unpack it first with unzip"],
    ["gzip", "a.jsonl", gzipSync('{"text": "good"}'), "it is compressed (gzip); unpack it first with gunzip"],
    ["PDF", "a.txt", Buffer.from("%PDF-1.7"), "it is a PDF"],
    ["HTML", "a.csv", "\n<!DOCTYPE html><html>", "it is a page in HTML"],
    ["Git LFS", "a.csv", "version https://git-lfs.github.com/spec/v1\n", "git lfs pull"],
    ["NUL", "a.csv", "text\ngood\nb\0d\n", "line 3 holds a NUL character"],
    ["Latin-1", "a.csv", LATIN_1, "it is not UTF-8 text: byte 0xE9 in line 3; convert it first"],
    ["UTF-16 without mark", "a.csv", UTF_16("text\ngood\n"), "it looks like UTF-16 without a byte order mark"],
    [
      "UTF-16 cut off",
      "a.csv",
      UTF_16("\uFEFFtext\ngood\n").slice(0, -1),
      "it is marked as UTF-16LE but is not valid in it",
    ],
  ])("%s is named", async (_, name, content, message) => {
    const bytes = typeof content === "string" ? content : Uint8Array.from(content);
    await expect(inputs(name, bytes)).rejects.toThrow(message);
    await expect(dataset(name, bytes)).rejects.toThrow(message);
  });

  test.each([
    ["a.xlsx", "it is an Excel workbook"],
    ["a.feather", "pandas.read_feather"],
    ["a.csv.gz", "gunzip"],
    ["a.pkl", "it is a pickle"],
  ])("%s is known by its ending", async (name, message) => {
    await expect(inputs(name, "")).rejects.toThrow(message);
    await expect(inputs(name, "")).rejects.toBeInstanceOf(UsageError);
    await expect(dataset(name, "")).rejects.toThrow(message);
  });

  test("what is wrong is found where the file holds replacement characters of its own", async () => {
    const bytes = Uint8Array.from([...Buffer.from("text\n\uFFFD\ngood\n"), 0xff, 0x0a]);
    await expect(inputs("a.csv", bytes)).rejects.toThrow("byte 0xFF in line 4");
  });

  test("a column whose name starts as a kind of file does is a table", async () => {
    expect(await texts("a.csv", "ORCID,text\n1,good\n")).toEqual(["good"]);
  });
});

describe("columns", () => {
  test.each([
    ["Text,Label\ngood,1\n", ["good"]],
    ["sentence,label\ngood,1\n", ["good"]],
    ["review,sentiment\ngood,1\n", ["good"]],
    ["sentence1,sentence2,label\na,b,1\n", [["a", "b"]]],
    ["gold_label,premise,hypothesis\n1,a,b\n", [["a", "b"]]],
    ["question,context\na,b\n", [["a", "b"]]],
    ["Text A,Text B\na,b\n", [["a", "b"]]],
    ["text,pair\na,b\n", [["a", "b"]]],
    ["text,context\na,b\n", ["a"]],
  ])("%j by names that are common", async (content, wanted) => {
    expect(await texts("a.csv", content)).toEqual(wanted);
  });

  test("says what it took for what, where the names are not its own", async () => {
    const { note } = await inputs("a.csv", "idx,premise,hypothesis,title\n7,a,b,c\n");
    expect(note).toMatch(
      /^Reading texts from column "premise", second texts from column "hypothesis", ids from column "idx" of .*; not read: "title"$/,
    );
    expect((await inputs("a.csv", "id,text,label\n1,a,b\n")).note).toBeUndefined();
    const { notes, items } = await dataset("a.csv", "review,sentiment\ngood,yes\n");
    expect(notes?.[0]).toContain('texts from column "review", labels from column "sentiment"');
    expect(items[0]?.label).toBe("yes");
  });

  test.each([
    [
      "two that could be texts",
      "title,content\na,b\n",
      'several columns could be the texts: "title", "content"; name one with --text-column',
    ],
    ["half a pair", "text,sentence2\na,b\n", '"sentence2" looks like the second text of a pair'],
    [
      "two that could be pairs",
      "question,context,answer\na,b,c\n",
      'several columns could be the second text of "question"',
    ],
    ["one name twice", "text,text\na,b\n", '2 columns are called "text"'],
    ["one name in two spellings", "Text,TEXT\na,b\n", '2 columns are called "Text"'],
    [
      "no names at all",
      "I loved it,1\nI hated it,0\n",
      'it has "I loved it", "1"; name it with --text-column, perhaps "I loved it", or if line 1 is a text already',
    ],
  ])("%s is refused", async (_, content, message) => {
    await expect(inputs("a.csv", content)).rejects.toThrow(message);
    await expect(dataset("a.csv", content)).rejects.toThrow(message);
  });

  test("several that could be labels are refused in data sets only", async () => {
    const content = "text,class,category\na,b,c\n";
    expect(await texts("a.csv", content)).toEqual(["a"]);
    await expect(dataset("a.csv", content)).rejects.toThrow('several columns could be the labels: "class", "category"');
    expect((await dataset("a.csv", content, { labelColumn: "category" })).items[0]?.label).toBe("c");
    expect((await dataset("a.csv", content, { labelColumn: "" })).items[0]?.label).toBeUndefined();
  });

  test("that are named are read, whatever the others are called", async () => {
    const content = "key,text,text2,topic\nk1,a,b,t\n";
    const options = { textColumn: "text2", pairColumn: "text", labelColumn: "topic", idColumn: "key" };
    const { items } = await dataset("a.csv", content, options);
    expect(items).toEqual([{ line: 2, id: "k1", input: { text: "b", pair: "a" }, label: "t" }]);
    const { entries, note } = await inputs("a.csv", content, options);
    expect(entries).toEqual([{ line: 2, id: "k1", label: "t", input: { text: "b", pair: "a" } }]);
    expect(note).toBeUndefined();
    expect(await texts("a.csv", content, { textColumn: "text", pairColumn: "" })).toEqual(["a"]);
  });

  test.each(["textColumn", "pairColumn", "labelColumn", "idColumn"] as const)("%s that is not there", async (key) => {
    const reading = dataset("a.csv", "text,topic\na,b\n", { [key]: "nope" });
    await expect(reading).rejects.toThrow(
      new RegExp(
        `Cannot use --${key.replace("Column", "-column")} "nope" with ".*": it has the columns "text", "topic"`,
      ),
    );
    await expect(reading).rejects.toBeInstanceOf(InvalidOptionError);
  });

  test("are looked for in a .tsv of two columns where one has such a name, else its lines are label and text", async () => {
    expect((await dataset("a.tsv", "tweet\temotion\na fine day\tjoy\n")).items).toEqual([
      { line: 2, input: { text: "a fine day" } },
    ]);
    expect((await dataset("a.tsv", "joy\ta fine day\n")).items).toEqual([
      { line: 1, input: { text: "a fine day" }, label: "joy" },
    ]);
  });

  test("of a published layout are its own, unless others are named", async () => {
    const content = '{"post_tokens": ["a", "b"], "label": "x", "rationales": [], "raw": "a  b"}\n';
    expect((await dataset("a.jsonl", content)).items[0]?.input).toEqual({ text: "a b" });
    expect((await dataset("a.jsonl", content, { textColumn: "raw" })).items[0]?.input).toEqual({ text: "a  b" });
  });

  test("empty texts, second texts and ids", async () => {
    expect(await texts("a.csv", "text,pair,id\n,b,1\na,,2\na,b,\n")).toEqual([
      'field "text" is empty',
      'field "pair" is empty',
      ["a", "b"],
    ]);
    expect((await inputs("a.csv", "text,id\na,\n")).entries[0]).toEqual({ line: 2, input: { text: "a" } });
    expect(await texts("a.jsonl", '{"premise": "a", "hypothesis": "b"}\n{"premise": "a"}\n')).toEqual([
      ["a", "b"],
      'field "hypothesis" is missing',
    ]);
  });
});

describe("separators", () => {
  test.each([
    ["semicolons, commas in texts", "a.csv", "id;text\n1;well, well\n", "well, well"],
    ["commas, semicolons in texts", "a.csv", 'text,label\n"a; b; c",1\n', "a; b; c"],
    ["one column, semicolons in texts", "a.csv", "text\na; b\n", "a; b"],
    ["tabs in a .csv", "a.csv", "text\tlabel\na, b\t1\n", "a, b"],
    ["commas in a .tsv", "a.tsv", 'text,label\n"a, b",1\n', "a, b"],
    ["bars", "a.csv", "label|text\n1|a, b\n", "a, b"],
    ["names in quotes", "a.csv", '"text";"label"\n"a; b";"1"\n', "a; b"],
    ["what Excel writes in front", "a.csv", "sep=;\ntext;label\na, b;1\n", "a, b"],
    ["a .txt of Excel", "a.txt", "text\tlabel\na, b\t1\n", "a, b"],
  ])("%s", async (_, name, content, text) => {
    expect(await texts(name, content)).toEqual([text]);
    const { items } = await dataset(name, content);
    expect(items.map(({ input }) => input)).toEqual([{ text }]);
  });

  test("that are named", async () => {
    expect(await texts("a.csv", "text^label\na, b^1\n", { separator: "^" })).toEqual(["a, b"]);
    expect(await texts("a.dat", "text||label\na, b|c||1\n", { separator: "||" })).toEqual(["a, b|c"]);
    expect(await texts("a.csv", "text\tx\na\t1\n", { separator: "tab" })).toEqual(["a"]);
    await expect(inputs("a.csv", "text\na\n", { separator: '"' })).rejects.toBeInstanceOf(InvalidOptionError);
    await expect(inputs("a.jsonl", '{"text": "a"}\n', { separator: ";" })).rejects.toThrow("JSON has no cells");
  });

  test("two that would both do are not chosen from", async () => {
    await expect(inputs("a.csv", "text;a,text\nx;y,z\n")).rejects.toThrow(
      'its cells could be separated by "," or ";"; say which with --separator',
    );
    expect(await texts("a.csv", "text;a,text\nx,y;z,q\n")).toEqual(["x,y"]);
  });
});

describe("JSON", () => {
  test.each([
    ["a list of objects", "a.json", '[{"text": "a"}, {"text": "b"}]', "item"],
    ["a list of strings", "a.json", '["a", "b"]', "item"],
    ["a list in a .jsonl", "a.jsonl", '[\n  {"text": "a"},\n  "b"\n]\n', "item"],
    ["a list as data", "a.json", '{"version": 1, "data": [{"text": "a"}, "b"]}', "item"],
    ["lines in a .json", "a.json", '{"text": "a"}\n{"text": "b"}\n', "line"],
    ["lines of strings", "a.jsonl", '"a"\r\n"b"\r\n', "line"],
    ["lines of Windows", "a.ndjson", '{"text": "a"}\r\n\r\n{"text": "b"}', "line"],
  ])("%s", async (_, name, content, counted) => {
    expect(await texts(name, content)).toEqual(["a", "b"]);
    expect((await inputs(name, content)).counted).toBe(counted);
    expect((await dataset(name, content)).items.map(({ input }) => input)).toEqual([{ text: "a" }, { text: "b" }]);
  });

  test("one object is one input", async () => {
    const { items } = await dataset("a.json", '\n{\n  "text": "a",\n  "label": true\n}');
    expect(items).toEqual([{ line: 2, input: { text: "a" }, label: "true" }]);
  });

  test("items that are no inputs are told by their number", async () => {
    const content = '["a", 5, {"text": ""}]';
    await expect(dataset("a.json", content)).rejects.toThrow(
      /item 2: the item is not an object.*\n.*item 3: field "text" is empty/,
    );
    expect((await dataset("a.json", content, { badRows: "skip" })).counted).toBe("item");
  });

  test.each([
    [
      "pandas' columns",
      '{"text": {"0": "a"}, "label": {"0": 1}}',
      'not a list of rows; write a list of objects, as pandas does with orient="records"',
    ],
    ["lists", '{"text": ["a"], "label": [1]}', "it is one object of lists"],
    ["a mistake in a list", '[\n{"text": "a"},\n{"text" "b"}\n]', "it is not valid JSON, as line 3 shows"],
    ["a list that ends early", '[\n{"text": "a"},\n{"text": "b"}', "it is not valid JSON, as line 3 shows"],
    ["a dict of Python", "[{'text': 'a'}]", "names and texts need double quotes"],
    [
      "no texts",
      '{"body_md": "a b c", "label": 1}',
      'its objects must have a field "text"; they have "body_md", "label"; name it with --text-column, perhaps "body_md"',
    ],
    ["pandas' split", '{"columns": ["text"], "index": [0], "data": [["a"]]}', "its items are lists without names"],
    [
      "ids that JSON rounds",
      '[{"text": "a", "id": 1234567890123456789}]',
      "more digits than numbers of JSON keep; write them in quotes",
    ],
    ["nothing", " \n", "it is empty"],
  ])("%s is refused as a whole", async (_, content, message) => {
    await expect(inputs("a.json", content)).rejects.toThrow(message);
    await expect(dataset("a.json", content)).rejects.toThrow(message);
  });

  test("a wrong line is told by its number", async () => {
    const { entries } = await inputs("a.jsonl", '{"text": "a"}\n{"text": "b",\n{"text": NaN}\n');
    expect(
      entries.map(({ line, input }) => `${line}: ${input instanceof InputError ? input.message : "fine"}`),
    ).toEqual([
      "1: fine",
      "2: the line is not valid JSON: it ends in a comma",
      "3: the line is not valid JSON: NaN is no JSON, null is",
    ]);
  });
});

describe("lines of a .txt file", () => {
  test("are texts as they are, commas and quotes included", async () => {
    expect(await texts("a.txt", 'Well, well\r\n"quoted"\rlast')).toEqual(["Well, well", '"quoted"', "last"]);
    const { items } = await dataset("a.txt", "Well, well\n\nfine\n");
    expect(items).toEqual([
      { line: 1, input: { text: "Well, well" } },
      { line: 3, input: { text: "fine" } },
    ]);
  });

  test("are those of fastText where they are marked", async () => {
    const { items, problems } = await dataset("a.txt", "__label__yes good\nbad\n__label__a __label__b c\n", {
      badRows: "skip",
    });
    expect(items).toEqual([{ line: 1, input: { text: "good" }, label: "yes" }]);
    expect(problems.map(({ line }) => line)).toEqual([2, 3]);
  });

  test.each([
    ["rows of a table", "1\tgood\n0\tbad\n", "each of its lines has 1 tab, as the rows of a table"],
    ["a name of a column", "text\ngood\n", 'its first line is "text", which names a column'],
  ])("that look like %s are refused", async (_, content, message) => {
    await expect(inputs("a.txt", content)).rejects.toThrow(message);
    await expect(dataset("a.txt", content)).rejects.toThrow(message);
  });
});

describe("files without texts", () => {
  test.each([
    ["a.csv", "", "it is empty"],
    ["a.csv", "\uFEFF\r\n", "it is empty"],
    ["a.csv", "text,label\n", "nothing follows the names of its columns"],
    ["a.txt", "\n", "it is empty"],
    ["a.json", "[]", "its list is empty"],
    ["a.json", '{"data": []}', "its list is empty"],
  ])("%s with %j", async (name, content, message) => {
    const pattern = new RegExp(`${message}|there are none in it`);
    await expect(inputs(name, content)).rejects.toThrow(pattern);
    await expect(dataset(name, content)).rejects.toThrow(message);
  });

  test("a line of names that comes again is no text", async () => {
    expect(await texts("a.csv", "text,label\na,1\ntext,label\nb,1\n")).toEqual([
      "a",
      "the line repeats the names of the columns",
      "b",
    ]);
  });
});

test("column names are refused for a folder of pictures", async () => {
  await expect(readDataset(await tempFolder({ "a/b.png": "" }), { textColumn: "x" })).rejects.toThrow(
    /Cannot use --text-column with ".*": it is a folder, not a table/,
  );
});
