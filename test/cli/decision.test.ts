/** @file `calig decision`: sheets that their own command makes again, forms, and checks. */

import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DecisionSheet } from "@calig/node";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const QUICK = ["--steps", "3", "--quadrature", "riemann-trapezoid", "--tolerance", "10"];
let folder: string;
let texts: string;
let pictures: string;

beforeAll(async () => {
  [folder, texts, pictures] = await Promise.all([
    tempFolder(),
    tempFolder(tinyBertFiles()),
    tempFolder(tinyVitFiles()),
  ]);
});

const decide = (...argv: string[]) => runCli(["decision", ...argv], { folder });

async function sheetOf(argv: readonly string[]): Promise<DecisionSheet> {
  const { code, stdout, stderr } = await runCli(argv);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as DecisionSheet;
}

/** What a shell makes of the printed command. */
function wordsOf({ made }: DecisionSheet): string[] {
  const printed = execFileSync("sh", ["-c", `calig() { printf '%s\\0' "$@"; }\n${made.command.command}`], {
    encoding: "utf8",
  });
  return printed.split("\0").slice(0, -1);
}

describe("the command in a decision sheet", () => {
  test("makes it again to the digit: a pair with quotes, the context, another language and baseline", async () => {
    const context = join(folder, "deployer's.json");
    await writeFile(context, JSON.stringify({ system: { name: "Triage" } }));
    const made = await sheetOf([
      ...["decision", "--text", `It's a "fine" film, $5!`, "--pair", "a dull film", "--model", texts],
      ...["--context", context, "--language", "de", "--baseline", "pad", "--json", ...QUICK],
    ]);
    expect(made.context.system).toMatchObject({ name: "Triage", version: "" });
    const again = await sheetOf(wordsOf(made));
    expect(again.checksums.numbers).toBe(made.checksums.numbers);
    expect(again.tests).toEqual(made.tests);
  });

  test("makes that of a picture again, whose page is checked with the picture", async () => {
    const [file, out] = [join(folder, "dots.png"), join(folder, "sheet.html")];
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256);
    await sharp(pixels, { raw: { width: 20, height: 16, channels: 3 } })
      .png()
      .toFile(file);
    const made = await sheetOf([
      ...["decision", "--image", file, "--model", pictures, "--json", "--out", out, ...QUICK],
    ]);
    expect((await sheetOf(wordsOf(made))).checksums.numbers).toBe(made.checksums.numbers);
    const checked = await decide("--check", out);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining("as written  page")]);
    const page = await readFile(out, "utf8");
    await writeFile(out, page.replace(made.checksums.sheet.slice(0, 8), "00000000"));
    const changed = await decide("--check", out);
    expect(changed).toMatchObject({ code: 1, stderr: `Error: ${out} is not as it was written\n` });
    expect(changed.stdout).toContain("CHANGED     page");
  });
});

describe("calig decision", () => {
  test("writes an empty form that it reads, and overwrites nothing", async () => {
    const form = join(folder, "form.json");
    expect((await decide("--context-template", form)).code).toBe(0);
    const sections = Object.values(JSON.parse(await readFile(form, "utf8")) as Record<string, object>);
    expect(new Set(sections.flatMap((fields) => Object.values(fields)))).toEqual(new Set([""]));
    expect(await decide("--context-template", form)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is such a file; name another one"),
    });
    const out = join(folder, "sheet.md");
    expect((await decide("fine", "--model", texts, "--context", form, "--out", out, ...QUICK)).code).toBe(0);
    expect(await readFile(out, "utf8")).toContain("Not stated: System, Version of the system");
  });

  test.each<[string, string, string]>([
    ["no JSON", "{", "it is not valid JSON"],
    ["another field", '{"contest":{"adress":""}}', 'there is no field of "contest" "adress"'],
    ["another section", '{"sytem":{}}', 'there is no section "sytem", did you mean "system"?'],
    ["a checksum of another model", '{"system":{"sha256":"ab"}}', 'states "ab" as its checksum'],
  ])("refuses a context with %s", async (_, content, message) => {
    const file = join(folder, "wrong.json");
    await writeFile(file, content);
    const { code, stderr } = await decide("fine", "--model", texts, "--context", file);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test("refuses what does not go together, and files that are no sheets", async () => {
    for (const [argv, message] of [
      [["fine", "--check", "a.html"], "Cannot use --check together with TEXT: give it alone"],
      [["--check", join(folder, "none.html")], "there is no such file"],
      [["--check", join(texts, "config.json")], "it is no decision sheet"],
      [["fine", "--context", "none.json"], "there is no such file"],
      [["fine", "--out", "sheet.txt"], "its ending must be one of"],
    ] as const) {
      const { code, stderr } = await decide(...argv);
      expect([code > 0, stderr]).toEqual([true, expect.stringContaining(message)]);
    }
  });
});
