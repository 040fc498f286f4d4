/** @file `calig calibrate` on a small model: measures, stores beside it, and `calig explain` says what was measured. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

const ROWS = ["a fine film", "dull and long", "it begins well", "nobody laughs here"];

describe("calig calibrate", () => {
  test("stores what it measured with the weights that it belongs to, and explanations carry it", async () => {
    const model = await tempFolder(tinyBertFiles());
    const rows = ROWS.map((text, i) => `${JSON.stringify({ text, label: `#${i % 2}` })}\n`).join("");
    const data = join(await tempFolder({ "dev.jsonl": rows }), "dev.jsonl");
    const { code, stdout, stderr } = await runCli(["calibrate", "--model", model, "--dataset", data]);
    expect([code, stderr.includes("Wrote")]).toEqual([0, true]);
    expect(stdout).toContain("What the words came to");
    const { version, card } = JSON.parse(await readFile(join(model, "calig.json"), "utf8"));
    expect([version, card.calibration.length, card.typical.inputs]).toEqual([1, 1, 4]);
    expect(card.sha256).toMatch(/^[0-9a-f]{64}$/);
    const explained = await runCli(["explain", ROWS[0] as string, "--model", model, "--json", "--steps", "1"]);
    const { sha256: _, ...known } = card;
    expect((JSON.parse(explained.stdout) as Explanation).model.card).toEqual(known);
  });

  test("refuses to start without a data set", async () => {
    const { code, stderr } = await runCli(["calibrate", "--model", "sst2"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--dataset FILE");
  });
});
