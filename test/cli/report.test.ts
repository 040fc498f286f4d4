/** @file `calig report` on files of explanations, from arguments to output. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { EvidenceReport } from "@calig/core/internal/report/evidence/evidence-report";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { hostile, image, sentence } from "../render/fixtures.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

let folder: string;
const at = (name: string) => join(folder, name);
const line = (explanation: object, source?: object) => `${JSON.stringify({ ...explanation, source })}\n`;

beforeAll(async () => {
  folder = await tempFolder({
    "lines.jsonl":
      line(sentence, { file: "reviews.csv", line: 2, id: "r1" }) + line(hostile, { file: "reviews.csv", line: 3 }),
    "one.json": JSON.stringify(sentence, null, 2),
    "list.json": JSON.stringify([sentence, image]),
    "texts.jsonl": '{"text": "A film"}\n',
    "broken.jsonl": `${line(sentence)}{"version": 1, "mod`,
    "cut.json": JSON.stringify(sentence, null, 2).slice(0, 500),
    "wrong.json": JSON.stringify([sentence, { ...sentence, attribution: [1, 2] }]),
    "newer.json": JSON.stringify({ ...sentence, version: 4 }),
    "empty.jsonl": "\n",
    "reviews.csv": "text\nA film\n",
    "photo.jpg": "",
    "notes.md": "",
  });
  await mkdir(at("nothing"));
});

/** The explanations that a page can open. */
const openedOf = (page: string): string =>
  [...page.matchAll(/data-pack="\d+">([^<]*)</g)]
    .flatMap(([, pack]) => JSON.parse(gunzipSync(Buffer.from(pack as string, "base64")).toString()) as string[])
    .join("\n");

const report = (...argv: string[]) => runCli(["report", ...argv]);

describe("calig report", () => {
  test("reads records, lists, lines and folders of them, each file once", async () => {
    const many = await tempFolder({ "b.json": JSON.stringify(sentence), "deep/a.jsonl": line(hostile), "c.txt": "no" });
    const run = await report(at("one.json"), at("list.json"), at("lines.jsonl"), many, join(many, "b.json"), "--json");
    expect(run.code).toBe(0);
    const made = JSON.parse(run.stdout) as EvidenceReport;
    expect(made.entries.map(({ source }) => source)).toEqual([
      { file: at("one.json") },
      { file: `${at("list.json")}, entry 1` },
      { file: `${at("list.json")}, entry 2` },
      { file: "reviews.csv", line: 2, id: "r1" },
      { file: "reviews.csv", line: 3 },
      { file: join(many, "b.json") },
      { file: join(many, "deep/a.jsonl") },
    ]);
    expect(made.entries[0]?.explanation).toEqual(JSON.parse(JSON.stringify(sentence)));
    expect(made.summary).toMatchObject({ explanations: 7, texts: 6, pictures: 1 });
  });

  test("reads what calig explain writes", async () => {
    const model = await tempFolder(tinyBertFiles());
    const inputs = await tempFolder({ "in.txt": "a fine film\na dull film\n" });
    const out = join(inputs, "out.jsonl");
    const argv = ["--input", join(inputs, "in.txt"), "--model", model, "--steps", "2", "--tolerance", "100"];
    expect((await runCli(["explain", ...argv, "--out", out])).code).toBe(0);
    const made = JSON.parse((await report(out, "--json")).stdout) as EvidenceReport;
    expect(made.entries.map(({ source }) => source.line)).toEqual([1, 2]);
    const words = made.classes.flatMap(({ supporting, opposing }) => [...supporting, ...opposing]);
    const film = words.filter(({ word }) => word === "film");
    expect(film.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  test("prints a summary and the strongest words, as many as asked for", async () => {
    const run = await report(at("one.json"), "--top", "1");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/converged +every block in 0 of 1 explanation,\s+tolerance 1\.0%\n/);
    expect(run.stdout).toMatch(/Supports POSITIVE\n.*\n {2}unforgettable +\+1\.92 /);
    expect(run.stdout).not.toContain("saved");
    expect(run.stdout).toContain("In which block");
  });

  test("writes a page, Markdown and JSON with names and words as they are", async () => {
    const out = await tempFolder();
    for (const name of ["report.html", "report.md", "report.json"]) {
      const run = await report(at("lines.jsonl"), "--out", join(out, name));
      expect(run).toEqual({ code: 0, stdout: "", stderr: `Wrote ${join(out, name)} (2 explanations)\n` });
    }
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("reviews.csv, line 2 (r1)");
    expect(openedOf(page).match(/<article/g)).toHaveLength(2);
    expect(await readFile(join(out, "report.md"), "utf8")).toContain("### No. 2: reviews.csv, line 3");
    expect(JSON.parse(await readFile(join(out, "report.json"), "utf8"))).toMatchObject({ kind: "evidence-report" });
  });

  test("shows pictures that are still where they were, and no others", async () => {
    const pictures = await tempFolder();
    const draw = (name: string, side: number) =>
      sharp({ create: { width: side, height: side, channels: 3, background: "#c08040" } })
        .png()
        .toFile(join(pictures, name));
    await draw("there.png", 224);
    await draw("other-size.png", 16);
    const of = (name: string) => line(image, { file: join(pictures, name) });
    await writeFile(join(pictures, "in.jsonl"), of("there.png") + of("other-size.png") + of("gone.png"));
    await report(join(pictures, "in.jsonl"), "--out", join(pictures, "report.html"));
    const page = await readFile(join(pictures, "report.html"), "utf8");
    expect(openedOf(page).match(/<article/g)).toHaveLength(3);
    expect(openedOf(page).match(/href="data:image\/jpeg/g)).toHaveLength(1); // however often it is drawn
    expect(page.match(/"data:image\/webp/g)).toHaveLength(1);
  });

  test("reads pictures again as they were read when they were explained", async () => {
    const pictures = await tempFolder();
    const file = join(pictures, "logo.png");
    await sharp({ create: { width: 224, height: 224, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toFile(file);
    const deep = join(pictures, "scan.png");
    await sharp(new Uint16Array(224 * 224).fill(128 * 256), { raw: { width: 224, height: 224, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toFile(deep);
    const shown = async (source: string, reading: object) => {
      const explanation = { ...image, input: { ...image.input, ...reading } };
      const [from, to] = [join(pictures, "in.jsonl"), join(pictures, "report.html")];
      await writeFile(from, line(explanation, { file: source }));
      expect((await report(from, "--out", to)).code).toBe(0);
      const [, jpeg = ""] = /href="data:image\/jpeg;base64,([^"]+)"/.exec(openedOf(await readFile(to, "utf8"))) ?? [];
      return [...(await sharp(Buffer.from(jpeg, "base64")).raw().toBuffer()).subarray(0, 3)];
    };
    expect(await shown(file, {})).toEqual([0, 0, 0]);
    expect(await shown(file, { background: "white" })).toEqual([255, 255, 255]);
    expect(await shown(deep, {})).toEqual([255, 255, 255]);
    expect(await shown(deep, { deepGrey: "scale" })).toEqual([128, 128, 128]);
  });

  test.each([
    ["texts.jsonl", 'it has a field "text" but no explanation; explain the file first with calig explain --input'],
    ["broken.jsonl", 'broken.jsonl", line 2: it is not valid JSON'],
    ["cut.json", 'cut.json": it is not valid JSON'],
    ["wrong.json", 'wrong.json", entry 2: field "attribution" has 2 entries, wanted 17; write it again'],
    ["newer.json", "it is of version 4, wanted 1, 2 or 3; use the calig that made it"],
    ["empty.jsonl", "there are none in it"],
  ])("refuses %s, and leaves nothing behind", async (name, message) => {
    const out = await tempFolder();
    const run = await report(at("one.json"), at(name), "--out", join(out, "report.html"));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(at(name));
    expect(run.stderr).toContain(message);
    expect(await readdir(out)).toEqual([]);
  });

  test.each([
    [["none.json"], 'Cannot read explanations from "none.json": there is no such file; to read what a model says'],
    [["A gripping film"], "explain it first with calig explain"],
    [[() => at("reviews.csv")], "it holds texts; explain them first with calig explain --input"],
    [[() => at("photo.jpg")], "it is a picture; explain it first with calig explain --image"],
    [[() => at("notes.md")], "its ending is none of .json, .jsonl, .ndjson"],
    [[() => at("nothing")], "it has no files ending in .json, .jsonl, .ndjson"],
    [[], "Nothing to report on: give files with explanations"],
    [[() => at("one.json"), "--out", "report.pdf"], 'its ending must be one of ".json", ".md"'],
    [[() => at("one.json"), "--out", () => at("one.json")], "it is one of the files that are read"],
  ] as const)("refuses as misuse: case %#", async (argv, message) => {
    const run = await report(...argv.map((word) => (typeof word === "string" ? word : word())));
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(run.stderr).toContain(message);
  });

  test("refuses a report as an explanation", async () => {
    const out = await tempFolder();
    await report(at("one.json"), "--out", join(out, "report.json"));
    expect((await report(out)).stderr).toContain("it is a report; give the files that it was made from");
  });
});
