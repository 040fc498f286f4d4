/** @file The built executable, as npm links it. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { buildPackages } from "../support/build-packages.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const run = promisify(execFile);

describe("bin/calig.js", () => {
  let bin: string;

  beforeAll(async () => {
    bin = join(await buildPackages(await tempFolder()), "node_modules/calig/bin/calig.js");
  });

  test("starts with a line that makes it executable", async () => {
    expect((await readFile(bin, "utf8")).split("\n")[0]).toBe("#!/usr/bin/env node");
  });

  test("explains a text", async () => {
    const { stdout, stderr } = await run(process.execPath, [bin, "explain", "A gripping film", "--format", "json"]);
    expect(stderr).toBe("");
    expect((JSON.parse(stdout) as { target: { label: string } }).target.label).toBe("positive");
  });

  test("passes the exit code on", async () => {
    await expect(run(process.execPath, [bin, "explain", "x", "--steps", "0"])).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: 'Error: Cannot use --steps "0": give a whole number from 1 to 10000, or "auto"\n',
    });
  });

  test("does not mind a reader that leaves early", async () => {
    const { stdout, stderr } = await run("bash", [
      "-c",
      `set -o pipefail; "$0" "$1" explain "A gripping film" --steps 1 --columns 200 | head -c 1`,
      process.execPath,
      bin,
    ]);
    expect(stdout).toHaveLength(1);
    expect(stderr).toBe("");
  });

  test("is interrupted by SIGINT", async () => {
    const folder = await tempFolder({ "texts.txt": "A fine film\n".repeat(200) });
    const child = spawn(process.execPath, [bin, "explain", "--input", join(folder, "texts.txt"), "--json"]);
    let [stdout, stderr] = ["", ""];
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    child.stdout.on("data", (chunk) => {
      if (stdout === "") child.kill("SIGINT");
      stdout += String(chunk);
    });
    const [code] = await once(child, "close");
    expect({ code, stderr }).toEqual({ code: 130, stderr: "Interrupted\n" });
    expect(stdout.split("\n").length).toBeLessThan(200);
  });
});
