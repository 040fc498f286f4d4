/** @file Text and tables as Markdown (GitHub flavour) that shows them as they are. */

import { largest } from "../util/largest.ts";
import { printable } from "./plain-text.ts";

/** Text that Markdown shows as it is: no markup, no table border, no mention. One line. */
export function plain(text: string): string {
  return printable(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/@/g, "&#64;")
    .replace(/[\\`*_{}[\]#|~!$^]/g, "\\$&");
}

/** A code span; backticks inside lengthen its fence, bars are escaped as tables want it. */
export function code(text: string): string {
  const shown = printable(text).replace(/\|/g, "\\|");
  const longest = largest(
    Array.from(shown.matchAll(/`+/g), ([run]) => run.length),
    0,
  );
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

type Align = "left" | "right";

/** A table; its cells are Markdown. */
export function table(
  header: readonly string[],
  align: readonly Align[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(align.map((side) => (side === "right" ? "---:" : "---"))),
    ...rows.map((cells) => line(cells)),
  ].join("\n");
}

/** Markdown of this package with its headings `levels` levels deeper. Lines of text never begin with "#": it is escaped in them. */
export const deeper = (markdown: string, levels: number): string => markdown.replace(/^#/gm, "#".repeat(levels + 1));
