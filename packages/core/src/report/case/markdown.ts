/** @file A report on a case as Markdown. */

import { code, plain, table } from "../../render/markdown-text.ts";
import type { CaseReport } from "./case-report.ts";
import { type CasePart, caseDocument } from "./document.ts";

/** The whole report, ended by a line end. */
export function caseMarkdown(report: CaseReport): string {
  const { title, about, sections } = caseDocument(report);
  return [
    `# ${plain(title)}`,
    plain(about),
    ...sections.flatMap((section) => [
      `## ${plain(section.title)}`,
      ...section.parts.flatMap((part) => written(part, report)),
    ]),
  ]
    .join("\n\n")
    .concat("\n");
}

function written(part: CasePart, { input }: CaseReport): string[] {
  switch (part.kind) {
    case "text":
      return [plain(part.text)];
    case "list":
      return [part.items.map((item) => `- ${plain(item)}`).join("\n")];
    case "command":
      // A line of its own for each line of the text in it.
      return [fenced(part.text)];
    case "input":
      return input.text === undefined ? [] : [`> ${plain(input.text)}`];
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
