/**
 * @file Output formats of the command line: the registered renderers and PNG, their file endings, and several results in
 * one output.
 */

import type { Explanation } from "../attribution/explanation.ts";
import { InternalError } from "../errors.ts";
import { renderHtml } from "../render/html.ts";
import { renderJson } from "../render/json.ts";
import { renderMarkdown } from "../render/markdown.ts";
import type { Theme } from "../render/palette.ts";
import { RENDERERS, type RenderOptions } from "../render/registry.ts";

/** How results look. */
export interface RenderSettings extends RenderOptions {
  /** Background of the terminal as far as it tells; used where no theme was asked for. */
  readonly background: Theme;
}

/** What a format makes: text, or bytes where it is binary. */
export type Rendered = string | Uint8Array;

interface Format {
  /** Name on the command line. */
  readonly name: FormatName;
  /** Ending of file names, without a dot. */
  readonly extension: string;
  readonly binary: boolean;
  render(explanation: Explanation, options: RenderOptions): Promise<Rendered>;
}

/** Name of a format. */
export type FormatName = string;

/** Pictures of pixels need a library that draws: loaded when the first is asked for. */
const png: Format = {
  name: "png",
  extension: "png",
  binary: true,
  async render(explanation, options) {
    const { renderPng } = await import("../node/render-png.ts");
    return renderPng(explanation, options);
  },
};

const ALL: readonly Format[] = [
  ...RENDERERS.map(
    ({ name, extension, binary, render }): Format => ({
      name,
      extension,
      binary,
      render: async (explanation, options) => render(explanation, options),
    }),
  ),
  png,
];

/** The format that is no file but a folder of event files. */
export const TENSORBOARD = "tensorboard" as const;

export const FORMATS: readonly FormatName[] = [...ALL.map(({ name }) => name), TENSORBOARD];

function formatOf(name: FormatName): Format {
  const format = ALL.find((candidate) => candidate.name === name);
  if (format === undefined) throw new InternalError(`there is no format "${name}"`);
  return format;
}

/** Whether a format is of bytes that no terminal can show. */
export const isBinary = (name: FormatName): boolean => formatOf(name).binary;

/** Endings besides the renderers' own that tell a format. */
const ALIASES: Readonly<Record<string, FormatName>> = {
  ".jsonl": "json",
  ".ndjson": "json",
  ".htm": "html",
  ".markdown": "markdown",
  ".ansi": "terminal",
};

const ENDINGS: ReadonlyMap<string, FormatName> = new Map([
  ...ALL.map(({ extension, name }) => [`.${extension}`, name] as const),
  ...Object.entries(ALIASES),
]);

/** All file endings that tell a format. */
export const KNOWN_EXTENSIONS: readonly string[] = [...ENDINGS.keys()];

/** The format of files with this ending (".html"), in any case of letters. */
export const formatOfExtension = (extension: string): FormatName | undefined => ENDINGS.get(extension.toLowerCase());

/** The ending of new files in a format. */
export const extensionOf = (name: FormatName): string => `.${formatOf(name).extension}`;

/** An explanation, and the picture that it is about as a data URI. */
export interface Result {
  readonly explanation: Explanation;
  readonly picture?: string;
}

type Together = (all: readonly Result[], settings: RenderSettings) => Rendered | Promise<Rendered>;

/** Formats that show the picture that is explained. */
const WITH_PICTURE: ReadonlySet<FormatName> = new Set(["html", "svg", "png", TENSORBOARD]);

export const showsPicture = (name: FormatName): boolean => WITH_PICTURE.has(name);

/** Formats with room for several explanations in one output. */
const TOGETHER: Readonly<Record<FormatName, Together>> = {
  terminal: async (all, settings) =>
    (await Promise.all(all.map((one) => renderOne("terminal", one, settings)))).join("\n"),
  json: (all) => renderJson(all.map(({ explanation }) => explanation)),
  html: (all, { palette, title, overlay }) =>
    renderHtml(
      all.map(({ explanation }) => explanation),
      {
        pictures: all.map(({ picture }) => picture),
        ...(palette === undefined ? {} : { palette }),
        ...(title === undefined ? {} : { title }),
        ...(overlay === undefined ? {} : { overlay }),
      },
    ),
  markdown: (all) => renderMarkdown(all.map(({ explanation }) => explanation)),
};

/** Whether a format has room for one explanation only. */
export const isForOne = (name: FormatName): boolean => TOGETHER[name] === undefined;

/** One explanation in a format. */
export async function renderOne(
  name: FormatName,
  one: Result,
  { background, ...options }: RenderSettings,
): Promise<Rendered> {
  const theme = name === "terminal" ? { theme: options.theme ?? background } : {};
  const picture = one.picture === undefined ? {} : { picture: one.picture };
  return formatOf(name).render(one.explanation, { ...options, ...theme, ...picture });
}

/** Several explanations in one output. */
export async function renderAll(name: FormatName, all: readonly Result[], settings: RenderSettings): Promise<Rendered> {
  const together = TOGETHER[name];
  if (together === undefined) throw new InternalError(`format "${name}" cannot hold several explanations`);
  return together(all, settings);
}
