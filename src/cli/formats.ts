/** @file Output formats of the command line: the registered renderers, their file endings, and several results in one output. */

import type { Explanation } from "../attribution/explanation.ts";
import { InternalError } from "../errors.ts";
import { renderHtml } from "../render/html.ts";
import { renderJson } from "../render/json.ts";
import { renderMarkdown } from "../render/markdown.ts";
import type { Theme } from "../render/palette.ts";
import { RENDERERS, type RenderOptions, rendererOf } from "../render/registry.ts";

/** How results look. */
export interface RenderSettings extends RenderOptions {
  /** Background of the terminal as far as it tells; used where no theme was asked for. */
  readonly background: Theme;
}

/** Name of a registered renderer. */
export type FormatName = string;

export const FORMATS: readonly FormatName[] = RENDERERS.map((renderer) => renderer.name);

/** Endings besides the renderers' own that tell a format. */
const ALIASES: Readonly<Record<string, FormatName>> = {
  ".jsonl": "json",
  ".ndjson": "json",
  ".htm": "html",
  ".markdown": "markdown",
  ".ansi": "terminal",
};

const ENDINGS: ReadonlyMap<string, FormatName> = new Map([
  ...RENDERERS.map(({ extension, name }) => [`.${extension}`, name] as const),
  ...Object.entries(ALIASES),
]);

/** All file endings that tell a format. */
export const KNOWN_EXTENSIONS: readonly string[] = [...ENDINGS.keys()];

/** The format of files with this ending (".html"), in any case of letters. */
export const formatOfExtension = (extension: string): FormatName | undefined => ENDINGS.get(extension.toLowerCase());

/** The ending of new files in a format. */
export const extensionOf = (name: FormatName): string => `.${rendererOf(name).extension}`;

/** An explanation, and the picture that it is about as a data URI. */
export interface Result {
  readonly explanation: Explanation;
  readonly picture?: string;
}

type Together = (all: readonly Result[], settings: RenderSettings) => string;

/** Formats that show the picture that is explained. */
const WITH_PICTURE: ReadonlySet<FormatName> = new Set(["html", "svg"]);

export const showsPicture = (name: FormatName): boolean => WITH_PICTURE.has(name);

/** Formats with room for several explanations in one output. */
const TOGETHER: Readonly<Record<FormatName, Together>> = {
  terminal: (all, settings) => all.map((one) => renderOne("terminal", one, settings)).join("\n"),
  json: (all) => renderJson(all.map(({ explanation }) => explanation)),
  html: (all, { palette, title }) =>
    renderHtml(
      all.map(({ explanation }) => explanation),
      {
        pictures: all.map(({ picture }) => picture),
        ...(palette === undefined ? {} : { palette }),
        ...(title === undefined ? {} : { title }),
      },
    ),
  markdown: (all) => renderMarkdown(all.map(({ explanation }) => explanation)),
};

/** Whether a format has room for one explanation only. */
export const isForOne = (name: FormatName): boolean => TOGETHER[name] === undefined;

/** One explanation as a text. */
export function renderOne(name: FormatName, one: Result, { background, ...options }: RenderSettings): string {
  const theme = name === "terminal" ? { theme: options.theme ?? background } : {};
  const picture = one.picture === undefined ? {} : { picture: one.picture };
  return rendererOf(name).render(one.explanation, { ...options, ...theme, ...picture });
}

/** Several explanations as one text. */
export function renderAll(name: FormatName, all: readonly Result[], settings: RenderSettings): string {
  const together = TOGETHER[name];
  if (together === undefined) throw new InternalError(`format "${name}" cannot hold several explanations`);
  return together(all, settings);
}
