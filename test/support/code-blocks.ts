/** @file The code blocks of the pages that people read, and the commands in them. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface CodeBlock {
  /** "docs/models.md" */
  readonly page: string;
  readonly line: number;
  /** "sh", "ts", ...; "" where none is said. */
  readonly language: string;
  /** Why it is not run, as its fence says: ```sh not-run: REASON */
  readonly notRun?: string;
  readonly text: string;
}

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(`${ROOT}docs`).flatMap((file) => (file.endsWith(".md") ? [`docs/${file}`] : [])),
  ...readdirSync(`${ROOT}packages`)
    .map((name) => `packages/${name}/README.md`)
    .filter((page) => existsSync(ROOT + page)),
];

/** All of them, in the order of the pages. */
export function codeBlocks(): readonly CodeBlock[] {
  return pages.flatMap((page) => {
    const source = readFileSync(ROOT + page, "utf8");
    return [...source.matchAll(/^```(\w*)(?: not-run: ([^\n]+))?\n(.*?)^```$/gms)].map(
      ({ index, 1: language = "", 2: notRun, 3: text = "" }) => ({
        page,
        line: source.slice(0, index).split("\n").length,
        language,
        text,
        ...(notRun === undefined ? {} : { notRun }),
      }),
    );
  });
}

/** Fences of all kinds: what `codeBlocks` does not understand is missed by nobody. */
export const fences = (): number =>
  pages.reduce((sum, page) => sum + (readFileSync(ROOT + page, "utf8").match(/^ *```/gm) ?? []).length / 2, 0);

/** Whether a block is lines for a shell. */
export const isShell = ({ language, text }: CodeBlock): boolean =>
  ["sh", "bash"].includes(language) || (language === "" && /^(npx )?calig /.test(text));

/** Whether a block asks the server with curl: test/server/documented-requests.test.ts types it. */
export const isRequests = (block: CodeBlock): boolean =>
  isShell(block) && block.notRun === undefined && block.text.includes("curl -s");

/** Commands of a block, each in one line, without what is said of them. */
export const commandsOf = ({ language, text }: CodeBlock): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trim())
    // Without a language there is what is printed, too.
    .filter((line) => line !== "" && (language !== "" || /^(npx )?calig /.test(line)))
    .map((line) => line.replace(/^npx calig\b/, "calig"));

/** One call of calig in a line: its words, the file that its output goes to, and whether something reads it as JSON. */
export interface Call {
  readonly argv: readonly string[];
  readonly into?: string;
  readonly json: boolean;
}

/** The calls of a line; undefined where it has more than calls of calig. */
export function callsOf(line: string): readonly Call[] | undefined {
  const calls = line.split(" && ").map((part) => {
    const [call = "", reader] = splitPipe(part.trim());
    const [, command = "", into] = /^(?:npx )?calig(?: (.*?))?(?: > (\S+))?$/.exec(call) ?? [undefined];
    if (!/^(npx )?calig\b/.test(call) || (reader !== undefined && !/^jq\b/.test(reader))) return undefined;
    return { argv: wordsOf(command), json: reader !== undefined, ...(into === undefined ? {} : { into }) };
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

/** What stands before and behind a pipe that is in no quotes. */
function splitPipe(part: string): readonly [string, string?] {
  const at = part.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => "_".repeat(quoted.length)).indexOf(" | ");
  return at < 0 ? [part] : [part.slice(0, at), part.slice(at + " | ".length)];
}

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? "");
