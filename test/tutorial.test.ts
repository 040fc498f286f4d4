/** @file docs/tutorial.md as a newcomer types it: every command and the program, in their order. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "./support/run-cli.ts";
import { useTempFolders } from "./support/temp-folder.ts";

const run = promisify(execFile);
const tempFolder = useTempFolders();
const PAGE = readFileSync(new URL("../docs/tutorial.md", import.meta.url), "utf8");
const lines = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.trim().split("\n"));

let folder: string;
beforeAll(async () => {
  folder = await tempFolder();
});

/** The words of a command line, quotes taken off; files lie in the folder. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) =>
    quoted !== undefined ? quoted : /^[\w-]+\.\w+$/.test(plain) ? join(folder, plain) : plain,
  );

describe("the tutorial", () => {
  it("has commands", () => {
    expect(lines.length).toBeGreaterThan(8);
  });

  it.each(lines)("%s", async (line) => {
    if (!line.startsWith("npx calig ")) {
      await run("bash", ["-c", line], { cwd: folder });
      return;
    }
    const argv = wordsOf(line).slice(2);
    const { code, stdout, stderr } = await runCli(argv);
    expect({ code, errors: stderr.match(/Error:.*/g) }).toEqual({ code: 0, errors: null });
    const out = argv[argv.indexOf("--out") + 1];
    if (argv.includes("--out")) expect(existsSync(out as string)).toBe(true);
    else expect(stdout.length).toBeGreaterThan(100);
  });

  it("says what the page says that it shows", async () => {
    expect(await readFile(join(folder, "why.html"), "utf8")).toContain("superb");
    expect((await readFile(join(folder, "explanations.jsonl"), "utf8")).trim().split("\n")).toHaveLength(3);
  });
});

describe("its program", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  afterAll(() => log.mockRestore());

  it("prints every word with its attribution", async () => {
    const [, program = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];
    const body = program.replace(/^import (\{[^}]*\}) from "calig\/node";$/m, 'const $1 = await import("calig/node");');
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
      ...text: string[]
    ) => (load: unknown) => Promise<void>;
    const node = await import("calig/node");
    await new AsyncFunction("load", body.replace('await import("calig/node")', "await load()"))(async () => node);
    const printed = log.mock.calls.map(([word]) => String(word));
    expect(printed).toEqual(["The", "plot", "is", "thin", "but", "the", "acting", "is", "superb", "."]);
  });
});
