/** @file A report on a case as Markdown. */

import { code, plain, table } from "../../render/markdown-text.ts";
import type { CaseReport } from "./case-report.ts";
import { type CasePart, caseDocument } from "./document.ts";
import type { PrintedDocument } from "./html.ts";

/** The whole report, ended by a line end. */
export const caseMarkdown = (report: CaseReport): string => documentMarkdown(caseDocument(report), report.input.text);

/** A document on one input, ended by a line end. @param input - The text of the input, where it is one. */
export function documentMarkdown({ title, about, sections }: PrintedDocument, input: string | undefined): string {
  return [
    `# ${plain(title)}`,
    plain(about),
    ...sections.flatMap((section) => [
      `## ${plain(section.title)}`,
      ...section.parts.flatMap((part) => written(part, input)),
    ]),
  ]
    .join("\n\n")
    .concat("\n");
}

function written(part: CasePart, input: string | undefined): string[] {
  switch (part.kind) {
    case "text":
      return [plain(part.text)];
    case "list":
      return [part.items.map((item) => `- ${plain(item)}`).join("\n")];
    case "command":
      // A line of its own for each line of the text in it.
      return [fenced(part.text)];
    case "input":
      return input === undefined ? [] : [`> ${plain(input)}`];
    default:
      return [
        `**${plain(part.title)}**`,
        table(
          part.header.map(plain),
          part.header.map((_, column) => (part.numbers.includes(column) ? "right" : "left")),
          part.rows.map((row) => row.map((cell) => (/^[0-9a-f]{64}/.test(cell) ? code(cell) : plain(cell)))),
        ),
      ];
  }
}

function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}
