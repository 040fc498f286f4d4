/** @file Output formats of the command line: file endings, and how one or several explanations become a text. */

import type { Explanation } from "../attribution/explanation.ts";
import { InternalError } from "../errors.ts";
import { renderHtml } from "../render/html.ts";
import { renderJson } from "../render/json.ts";
import { renderMarkdown } from "../render/markdown.ts";
import type { PaletteName, Theme } from "../render/palette.ts";
import { renderSvg } from "../render/svg.ts";
import type { ColorDepth } from "../render/terminal/painter.ts";
import { renderTerminal } from "../render/terminal.ts";

/** How results look. */
export interface RenderSettings {
  readonly columns: number;
  readonly colors: ColorDepth;
  readonly unicode: boolean;
  /** Background of the terminal as far as it tells. */
  readonly background: Theme;
  readonly verbose: boolean;
  readonly palette?: PaletteName;
  readonly theme?: Theme;
}

interface Format {
  /** Endings of files in this format; new files get the first. */
  readonly extensions: readonly string[];
  render(one: Explanation, settings: RenderSettings): string;
  /** All in one output, where the format has room for that. */
  renderAll?(all: readonly Explanation[], settings: RenderSettings): string;
}

const look = ({ palette, theme }: RenderSettings): { palette?: string; theme?: Theme } => ({
  ...(palette === undefined ? {} : { palette }),
  ...(theme === undefined ? {} : { theme }),
});

const toTerminal = (one: Explanation, settings: RenderSettings): string =>
  renderTerminal(one, {
    columns: settings.columns,
    colors: settings.colors,
    unicode: settings.unicode,
    verbose: settings.verbose,
    theme: settings.background,
    ...look(settings),
  });

const toHtml = (explanations: Explanation | readonly Explanation[], { palette }: RenderSettings): string =>
  renderHtml(explanations, palette === undefined ? {} : { palette });

const TABLE = {
  terminal: {
    extensions: [".txt", ".ansi"],
    render: toTerminal,
    renderAll: (all, settings) => all.map((one) => toTerminal(one, settings)).join("\n"),
  },
  json: { extensions: [".json", ".jsonl", ".ndjson"], render: renderJson, renderAll: renderJson },
  // A page has its own switch between light and dark.
  html: { extensions: [".html", ".htm"], render: toHtml, renderAll: toHtml },
  markdown: { extensions: [".md", ".markdown"], render: renderMarkdown, renderAll: renderMarkdown },
  svg: { extensions: [".svg"], render: (one, settings) => renderSvg(one, look(settings)) },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof TABLE;

export const FORMATS = Object.keys(TABLE) as FormatName[];

const formatOf = (name: FormatName): Format => TABLE[name];

/** All file endings that tell a format. */
export const KNOWN_EXTENSIONS: readonly string[] = FORMATS.flatMap((name) => formatOf(name).extensions);

/** The format of files with this ending (".html"), in any case of letters. */
export function formatOfExtension(extension: string): FormatName | undefined {
  return FORMATS.find((name) => formatOf(name).extensions.includes(extension.toLowerCase()));
}

/** The ending of new files in a format. */
export const extensionOf = (name: FormatName): string => formatOf(name).extensions[0] as string;

/** Whether a format has room for one explanation only. */
export const isForOne = (name: FormatName): boolean => formatOf(name).renderAll === undefined;

/** One or several explanations as a text. */
export function renderAs(
  name: FormatName,
  explanations: Explanation | readonly Explanation[],
  settings: RenderSettings,
): string {
  const format = formatOf(name);
  if ("version" in explanations) return format.render(explanations, settings);
  if (format.renderAll === undefined)
    throw new InternalError(`format "${String(name)}" cannot hold several explanations`);
  return format.renderAll(explanations, settings);
}
