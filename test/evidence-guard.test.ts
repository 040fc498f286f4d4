/** @file The example for pull requests, run as its workflow runs it. */

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "./support/temp-folder.ts";

const tempFolder = useTempFolders();
const EXAMPLE = join(import.meta.dirname, "../examples/evidence-guard");

let folder: string;
beforeAll(async () => {
  folder = await tempFolder({
    "texts.txt": "A superb film.\nA dull film.\nIt rains.\n",
    "listed.txt": "Superb\n",
    "absent.txt": "nowhere\n",
    "summary.md": "",
  });
});

/** Runs it from the sources of calig. */
const check = (...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const tsx = join(import.meta.dirname, "../node_modules/tsx/dist/esm/index.mjs");
    const args = ["--import", tsx, "-C", "calig-source", join(EXAMPLE, "check.mjs"), ...argv];
    const env = { ...process.env, GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const FILES = ["--texts", "texts.txt", "--forbidden", "listed.txt"];

describe("the guard over evidence", () => {
  it("fails where the evidence lies on listed words, and says so in the summary of the run", async () => {
    const { code, stdout } = await check(...FILES, "--most", "0.1", "--out", "now.json");
    expect(code).toBe(1);
    expect(stdout).toMatch(/too much[\s\S]*over 1 texts[\s\S]*\| superb \| positive \| A superb film\. \|/);
    expect(await readFile(join(folder, "summary.md"), "utf8")).toBe(stdout);
  });

  it("passes within bounds: those given, or those of before", async () => {
    expect((await check(...FILES, "--most", "1")).code).toBe(0);
    await writeFile(join(folder, "before.json"), await readFile(join(folder, "now.json"), "utf8"));
    expect((await check(...FILES, "--most", "0.1", "--before", "before.json")).code).toBe(0);
  });

  it.each([
    [["--texts", "texts.txt"], "give --texts FILE and --forbidden FILE"],
    [["--texts", "none.txt", "--forbidden", "listed.txt"], 'no file "none.txt"'],
    [["--texts", "texts.txt", "--forbidden", "absent.txt"], "nothing would be checked"],
    [[...FILES, "--most", "2"], "--most must be a share"],
  ])("refuses %j", async (argv, message) => {
    const { code, stderr } = await check(...argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

it("its workflow calls it with options that it has", async () => {
  const workflow = await readFile(join(EXAMPLE, "evidence-guard.yml"), "utf8");
  const line = /node evidence\/check\.mjs (.*)/.exec(workflow)?.[1] ?? "";
  const used = [...line.matchAll(/--(\w+)/g)].map(([, name]) => name);
  expect(used).toEqual(["model", "texts", "forbidden", "most"]);
});
