/**
 * @file The table of renderers. To add one, write a file that makes a string from an explanation and add a row here;
 * the command line, the API and the tests read the table.
 */

import { keyword } from "../errors.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Result, TextRenderer } from "./renderer.ts";
import { renderSvg } from "./svg.ts";
import { renderTerminal } from "./terminal.ts";

const toTerminal: TextRenderer["render"] = (explanation, options) =>
  renderTerminal(explanation, { columns: 80, colors: 0, ...options });

const explanationsOf = (results: readonly Result[]) => results.map(({ explanation }) => explanation);

/** Every renderer; names and extensions are unique. */
export const RENDERERS: readonly TextRenderer[] = [
  {
    name: "terminal",
    extension: "txt",
    mediaType: "text/plain; charset=utf-8",
    binary: false,
    aliases: ["ansi"],
    render: toTerminal,
    renderAll: (results, options) => results.map(({ explanation }) => toTerminal(explanation, options)).join("\n"),
  },
  {
    name: "json",
    extension: "json",
    mediaType: "application/json",
    binary: false,
    aliases: ["jsonl", "ndjson"],
    render: (explanation) => renderJson(explanation),
    renderAll: (results) => renderJson(explanationsOf(results)),
  },
  {
    name: "html",
    extension: "html",
    mediaType: "text/html; charset=utf-8",
    binary: false,
    aliases: ["htm"],
    showsPicture: true,
    render: (explanation, { picture, ...options } = {}) => renderHtml(explanation, { ...options, pictures: [picture] }),
    renderAll: (results, { picture: _picture, ...options } = {}) =>
      renderHtml(explanationsOf(results), { ...options, pictures: results.map(({ picture }) => picture) }),
  },
  {
    name: "markdown",
    extension: "md",
    mediaType: "text/markdown; charset=utf-8",
    binary: false,
    aliases: ["markdown"],
    render: (explanation) => renderMarkdown(explanation),
    renderAll: (results) => renderMarkdown(explanationsOf(results)),
  },
  {
    name: "svg",
    extension: "svg",
    mediaType: "image/svg+xml",
    showsPicture: true,
    binary: false,
    render: (explanation, options) => renderSvg(explanation, options),
  },
];

/**
 * The renderer of a name.
 *
 * @throws {InvalidOptionError} When there is none of this name; the message lists all names.
 */
export function rendererOf(name: string): TextRenderer {
  const known = keyword(
    "format",
    name,
    RENDERERS.map((renderer) => renderer.name),
  );
  return RENDERERS.find((renderer) => renderer.name === known)!;
}
