/** @file Code blocks of pages that are not run: they name scripts, tools, packages and options that there are, and say what runs them instead. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { codeBlocks, commandsOf } from "./support/code-blocks.ts";
import { runCli } from "./support/run-cli.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (file: string) => readFileSync(ROOT + file, "utf8");
const manifest = JSON.parse(read("package.json")) as {
  readonly scripts: object;
  readonly workspaces: readonly string[];
  readonly devDependencies: object;
};
const packages = [
  ...Object.keys(manifest.devDependencies),
  ...manifest.workspaces.map((folder) => (JSON.parse(read(`${folder}/package.json`)) as { name: string }).name),
];

/** Programs of the system, of which nothing is held. */
const SYSTEM = ["cut", "zcat", "ls", "qemu-x86_64"];

const longOptions = (words: readonly string[]) => words.filter((word) => word.startsWith("--") && word.length > 2);

/** What a line names that there is not. */
async function missing(line: string): Promise<readonly string[]> {
  // What is behind the options of npm's own is the script's.
  const [program = "", ...rest] = line.replace(/^(\w+=\S+ )+/, "").split(/\s+/);
  const [first = ""] = rest;
  if (SYSTEM.includes(program))
    return rest.filter((word) => /^[\w-]+(\/[\w.-]+)+$/.test(word) && !existsSync(ROOT + word));
  if (program === "npm" && first === "run") return [rest[1] ?? ""].filter((name) => !(name in manifest.scripts));
  if (["npm", "pnpm", "yarn"].includes(program)) {
    return rest.slice(1).filter((word) => /^@?[a-z]/.test(word) && !packages.includes(word));
  }
  if (program === "npx") return packages.includes(first) ? [] : [first];
  if (program === "python") {
    if (first === "-c") return [];
    return existsSync(ROOT + first)
      ? longOptions(rest).filter((option) => !read(first).includes(`"${option}"`))
      : [first];
  }
  if (program !== "calig") return [program];
  const { stdout } = await runCli([first, "--help"]);
  return longOptions(rest).filter((option) => !stdout.includes(option));
}

const blocks = codeBlocks().flatMap(({ notRun, ...block }) => (notRun === undefined ? [] : [{ ...block, notRun }]));
const lines = blocks
  .filter(({ language }) => language === "sh")
  .flatMap((block) =>
    commandsOf(block).flatMap((command) =>
      command
        .split(" && ")
        .map((line) => ({ page: block.page, at: block.line, line: line.replace(/^npx calig\b/, "calig") })),
    ),
  );

describe("code blocks that are not run", () => {
  it.each(lines)("$line ($page:$at)", async ({ line }) => expect(await missing(line)).toEqual([]));

  it.each(blocks)("$page:$line says why, and where it is run instead", ({ notRun }) => {
    const files = [...notRun.matchAll(/(?:test|tools|\.ci)\/[\w./-]*\w/g)].map(([file]) => file);
    expect(files.filter((file) => !existsSync(ROOT + file))).toEqual([]);
    const scripts = [...notRun.matchAll(/npm run (\S+)/g)].map(([, name]) => name as string);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(files.length + scripts.length > 0 || /hour|trained above/.test(notRun)).toBe(true);
  });
});
