/**
 * @file The table of renderers. To add one, write a file that makes a string from an explanation and add a row here;
 * the command line, the API and the tests read the table.
 */

import type { Explanation } from "../attribution/explanation.ts";
import { keyword } from "../errors.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { OverlayName } from "./overlay.ts";
import type { Theme } from "./palette.ts";
import { renderSvg } from "./svg.ts";
import type { ColorDepth } from "./terminal/painter.ts";
import { renderTerminal } from "./terminal.ts";

/** What a caller may say about the output; each renderer takes what concerns it and ignores the rest. */
export interface RenderOptions {
  /** Width of the terminal in columns. Default 80. */
  readonly columns?: number;
  /** Bits of colour of the terminal. Default 0. */
  readonly colors?: ColorDepth;
  /** Whether the terminal shows Unicode. Default true. */
  readonly unicode?: boolean;
  /** Show every class, option and score in the terminal. Default false. */
  readonly verbose?: boolean;
  /** Name of a palette. Default "orange-blue". */
  readonly palette?: string;
  /** Background that terminal and SVG are made for. Default "dark" for the terminal, "light" for SVG. */
  readonly theme?: Theme;
  /** Width of an SVG picture in pixels. Default 720. */
  readonly width?: number;
  /** Title of an HTML page. */
  readonly title?: string;
  /** The picture as it was given, as a data URI, for HTML and SVG: the patches are drawn over it. */
  readonly picture?: string;
  /** How HTML and SVG draw the evidence in a picture. Default "smooth". */
  readonly overlay?: OverlayName;
  /** Whether an SVG of a picture has a small map for each block. Default true. */
  readonly blockMaps?: boolean;
}

export interface Renderer {
  /** Name on the command line: `--format NAME`. */
  readonly name: string;
  /** Ending of file names, without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** All renderers here make text; platforms add formats of bytes (PNG in Node). */
  readonly binary: false;
  render(explanation: Explanation, options?: RenderOptions): string;
}

/** Every renderer; names and extensions are unique. */
export const RENDERERS: readonly Renderer[] = [
  {
    name: "terminal",
    extension: "txt",
    mediaType: "text/plain; charset=utf-8",
    binary: false,
    render: (explanation, options) => renderTerminal(explanation, { columns: 80, colors: 0, ...options }),
  },
  {
    name: "json",
    extension: "json",
    mediaType: "application/json",
    binary: false,
    render: (explanation) => renderJson(explanation),
  },
  {
    name: "html",
    extension: "html",
    mediaType: "text/html; charset=utf-8",
    binary: false,
    render: (explanation, { picture, ...options } = {}) => renderHtml(explanation, { ...options, pictures: [picture] }),
  },
  {
    name: "markdown",
    extension: "md",
    mediaType: "text/markdown; charset=utf-8",
    binary: false,
    render: (explanation) => renderMarkdown(explanation),
  },
  {
    name: "svg",
    extension: "svg",
    mediaType: "image/svg+xml",
    binary: false,
    render: (explanation, options) => renderSvg(explanation, options),
  },
];

/**
 * The renderer of a name.
 *
 * @throws {InvalidOptionError} When there is none of this name; the message lists all names.
 */
export function rendererOf(name: string): Renderer {
  const known = keyword(
    "format",
    name,
    RENDERERS.map((renderer) => renderer.name),
  );
  return RENDERERS.find((renderer) => renderer.name === known)!;
}
