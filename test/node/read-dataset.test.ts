/** @file Data sets in every layout, well-formed and not. The texts are made up. */

import { join } from "node:path";
import type { Dataset, DatasetInput, LazyInput } from "@calig/core/internal/evaluation/dataset";
import { readDataset } from "@calig/node/internal/node/read-dataset";
import { describe, expect, test } from "vitest";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

const textOf = (input: DatasetInput): string => ("text" in input ? (input.text as string) : (input as LazyInput).name);

const tempFolder = useTempFolders();

async function read(name: string, content: string, badRows: "refuse" | "skip" = "refuse", others: Files = {}) {
  const folder = await tempFolder({ [name]: content, ...others });
  return readDataset(join(folder, name), { badRows });
}

/** The marked parts of the text of an item. */
function marked({ items }: Dataset, index = 0): string[] | undefined {
  const item = items[index];
  return item?.rationale?.map(({ start, end }) => textOf(item.input).slice(start, end));
}

const lines = (...rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

describe("fields and columns", () => {
  test("JSON lines: text, pair, id, label, and a rationale of marks or of spans", async () => {
    const dataset = await read(
      "set.jsonl",
      lines(
        { text: "a  fine day", label: "positive", id: 7, rationale: [0, 1, 1] },
        { text: "a 🙂 fine day", label: 0, rationale: [[4, 8]] },
        { text: "a fine day", pair: "it rains" },
        { text: "nothing here", rationale: [] },
        "a text alone",
      ),
    );
    expect(dataset.items.map(({ line, id, label }) => ({ line, id, label }))).toEqual([
      { line: 1, id: "7", label: "positive" },
      { line: 2, id: undefined, label: 0 },
      { line: 3, id: undefined, label: undefined },
      { line: 4, id: undefined, label: undefined },
      { line: 5, id: undefined, label: undefined },
    ]);
    expect(marked(dataset)).toEqual(["fine day"]);
    // Offsets count characters as Python does: the emoji is one.
    expect(marked(dataset, 1)).toEqual(["fine"]);
    expect(dataset.items[2]?.input).toEqual({ text: "a fine day", pair: "it rains" });
    expect(marked(dataset, 3)).toEqual([]);
    expect(dataset.name).toBe("set.jsonl");
  });

  test.each([
    ["set.csv", 'text,label,rationale\n"well, well",yes,"1 0"\nplain,no,\n'],
    ["set.tsv", "text\tlabel\trationale\nwell, well\tyes\t[1, 0]\nplain\tno\t\n"],
  ])("%s", async (name, content) => {
    const dataset = await read(name, content);
    expect(dataset.items.map(({ input, label }) => [textOf(input), label])).toEqual([
      ["well, well", "yes"],
      ["plain", "no"],
    ]);
    expect(marked(dataset)).toEqual(["well,"]);
    expect(dataset.items[1]?.rationale).toBeUndefined();
  });

  test.each([
    ["doubled quotes", 'label\ttext\nyes\t"She said ""well"", and left"\nno\tplain\n', 'She said "well", and left'],
    ["a line break", 'label\ttext\nyes\t"one\ntwo"\nno\tplain\n', "one\ntwo"],
    ["a line break, CRLF after rows", 'label\ttext\r\nyes\t"one\ntwo"\r\nno\tplain\r\n', "one\ntwo"],
    ["a tab", 'label\ttext\nyes\t"one\ttwo"\nno\tplain\n', "one\ttwo"],
    ["every text", '"label"\t"text"\n"yes"\t"one, two"\n"no"\t"plain"\n', "one, two"],
    ["doubled quotes, without names", 'yes\t"She said ""well"""\nno\tplain\n', 'She said "well"'],
    ["a line break, without names", 'yes\t"one\ntwo"\nno\tplain\n', "one\ntwo"],
  ])("tab-separated, in quotes for %s, as pandas, spreadsheets and R write", async (_, content, text) => {
    const { items, problems } = await read("set.tsv", `${content}maybe\t\n`, "skip");
    expect(problems.map(({ line }) => line)).toEqual([content.split("\n").length]);
    expect(items.map(({ input }) => textOf(input))).toEqual([text, "plain"]);
    expect(items.map(({ label }) => label)).toEqual(["yes", "no"]);
  });

  test.each([
    ["one who is quoted", '"well, well"', "plain"],
    ["a remark in two rows", '"it begins', 'and ends"'],
    ["quotes within", '"Well", she said, ""', 'he said "no"'],
    ["quotes that never end", '"it begins', "plain"],
    ["an inch", 'a 5" disk', '"old"'],
  ])("tab-separated without quoting: quotes are text (%s)", async (_, ...texts) => {
    const { items } = await read("set.tsv", `label\ttext\n${texts.map((text) => `yes\t${text}\n`).join("")}`);
    expect(items.map(({ input }) => textOf(input))).toEqual(texts);
  });

  test("offsets of single characters (Toxic Spans)", async () => {
    const dataset = await read("set.csv", 'spans,text\n"[9, 10, 4, 5, 6, 7]",you rude 🙂 one\n[],you kind one\n');
    expect(marked(dataset)).toEqual(["rude", "🙂 "]);
    expect(marked(dataset, 1)).toEqual([]);
  });

  test.each([
    [{ label: "x" }, 'field "text" is missing or is not a text'],
    [{ text: "  " }, 'field "text" is empty'],
    [{ text: "a b c", rationale: [0, 1] }, "the rationale has 2 marks, the text has 3 tokens between white space"],
    [{ text: "a b", rationale: [0, 2] }, "mark 2 of the rationale is 2: it must be 0 or 1"],
    [{ text: "a b", rationale: [[1, 9]] }, "span 1 of the rationale is [1,9]: it must be [start, end] in characters"],
    [{ text: "a b", rationale: [[2, 1]] }, "span 1 of the rationale is [2,1]"],
    [{ text: "a b", rationale: "yes" }, 'field "rationale" is no list'],
    [{ text: "a b", spans: [0, 3] }, "character 3 of the rationale is not in the text, which has 3 characters"],
    [{ text: "a b", label: ["x"] }, 'field "label" is neither a name nor a number'],
  ])("refuses %j with its line, or skips it", async (bad, message) => {
    const content = `\n${lines({ text: "good" }, bad)}`;
    await expect(read("set.jsonl", content)).rejects.toThrow(
      /Cannot use 1 of the 2 rows of "[^"]+set.jsonl"; correct them, or leave them out with --bad-rows skip:/,
    );
    const { items, problems } = await read("set.jsonl", content, "skip");
    expect(items.map(({ line }) => line)).toEqual([2]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(3);
    expect(problems[0]?.message).toContain(message);
  });

  test("lists the first twenty bad rows and counts the rest", async () => {
    const content = lines({ text: "good" }, ...new Array(25).fill({}));
    const error: unknown = await read("set.jsonl", content).catch((caught: unknown) => caught);
    const listed = (error as Error).message.split("\n").slice(1);
    expect(listed).toHaveLength(21);
    expect(listed.at(-1)).toBe("  - and 5 more");
  });
});

describe("published layouts", () => {
  test("label, tab, text (SST-2)", async () => {
    const dataset = await read("dev.tsv", '1\ta "fine" day\n0\ta dull one\n');
    expect(dataset.items.map(({ input, label }) => [textOf(input), label])).toEqual([
      ['a "fine" day', "1"],
      ["a dull one", "0"],
    ]);
    const { problems } = await read("dev.tsv", "1\ta fine day\nno tab\n\tno label\n1\t \n  \n", "skip");
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      "2: the line has no tab between label and text",
      "3: the line has no label before its tab",
      '4: field "text" is empty',
    ]);
  });

  test("a table with names of columns, none of them known for texts, is refused as a whole", async () => {
    await expect(read("dev.tsv", "phrase\tlabel\na fine day\t1\n")).rejects.toThrow(
      'its first line must name the columns, one of them "text"; it has "phrase", "label"; name it with --text-column, perhaps "phrase"',
    );
  });

  test("label, tab, text, as fastText marks its labels", async () => {
    const { items } = await read("dev.tsv", "__label__hate\taway with you\n__label__normal\tgood morning\n");
    expect(items.map(({ label }) => label)).toEqual(["hate", "normal"]);
  });

  test("trees of SST: words with their polarities, neutral sentences without a label", async () => {
    const dataset = await read(
      "trees.txt",
      "(3 (2 A) (4 (4 fine) (2 day)))\n(1 (0 dull) (2 -LRB-))\n(2 (2 so) (2 what\\/ever))\n",
    );
    expect(dataset.polarityLabel).toBe("positive");
    expect(dataset.items.map(({ input, label }) => [textOf(input), label])).toEqual([
      ["A fine day", "positive"],
      ["dull (", "negative"],
      ["so what/ever", undefined],
    ]);
    expect(dataset.items[0]?.polarities).toEqual([
      { start: 0, end: 1, value: 0 },
      { start: 2, end: 6, value: 2 },
      { start: 7, end: 10, value: 0 },
    ]);
    const broken = await read("trees.txt", "(3 (2 A) (4 day))\n(3 (2 A) (4 day)\n(3 A day)\n", "skip");
    expect(broken.problems.map(({ line }) => line)).toEqual([2, 3]);
  });

  test("ERASER: evidence by token in a document of the folder docs/", async () => {
    const evidence = (start_token: number, end_token: number) => [{ docid: "one.txt", start_token, end_token }];
    const row = (classification: string, evidences: unknown) => ({
      annotation_id: "one.txt",
      classification,
      evidences,
    });
    const docs = { "docs/one.txt": "a very fine\nday it was" };
    const dataset = await read(
      "val.jsonl",
      lines(row("POS", [evidence(1, 3), evidence(3, 4)]), row("NEG", [])),
      "refuse",
      docs,
    );
    expect(dataset.items.map(({ id, label }) => [id, label])).toEqual([
      ["one.txt", "positive"],
      ["one.txt", "negative"],
    ]);
    expect(marked(dataset)).toEqual(["very fine\nday"]);
    expect(marked(dataset, 1)).toEqual([]);
    const bad = lines(row("POS", []), row("POS", [evidence(4, 9)]), {
      ...row("POS", []),
      annotation_id: "../secret",
    });
    const { problems } = await read("val.jsonl", bad, "skip", docs);
    expect(problems.map(({ message }) => message)).toEqual([
      "evidence of tokens 4 to 9 is not in the document, which has 6",
      'document "../secret" is no file name',
    ]);
  });

  test("HateXplain: tokens that at least two annotators marked", async () => {
    const dataset = await read(
      "val.jsonl",
      lines(
        {
          post_id: "p1",
          label: "offensive",
          post_tokens: ["you", "rude", "<user>", "there"],
          rationales: [
            [1, 1, 0, 0],
            [0, 1, 1, 0],
            [0, 0, 1, 0],
          ],
        },
        { post_id: "p2", label: "normal", post_tokens: ["hello"], rationales: [] },
      ),
    );
    expect(dataset.items.map(({ id, label, input }) => [id, label, textOf(input)])).toEqual([
      ["p1", "offensive", "you rude <user> there"],
      ["p2", "normal", "hello"],
    ]);
    expect(marked(dataset)).toEqual(["rude <user>"]);
    expect(dataset.items[1]?.rationale).toBeUndefined();
    const bad = { post_id: "p3", label: "normal", post_tokens: ["a", "b"], rationales: [[1]] };
    await expect(read("val.jsonl", lines(bad))).rejects.toThrow(
      "line 1: rationale 1 does not have one mark for each of the 2 tokens",
    );
  });
});

describe("files that are no data sets", () => {
  test("none there, a folder, no known layout, nothing in it", async () => {
    const folder = await tempFolder({ "notes.md": "just a text\n", "none.jsonl": "\n", "no.csv": "a,b\n1,2\n" });
    await expect(readDataset(join(folder, "gone.jsonl"))).rejects.toThrow("there is no such file");
    await expect(readDataset(folder)).rejects.toThrow("there are no pictures in this folder");
    await expect(readDataset(join(folder, "notes.md"))).rejects.toThrow("it has none of the known layouts");
    await expect(readDataset(join(folder, "none.jsonl"))).rejects.toThrow("there are no inputs in it");
    await expect(readDataset(join(folder, "no.csv"))).rejects.toThrow('one of them "text"; it has "a", "b"');
  });
});
