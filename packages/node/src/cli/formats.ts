/**
 * @file Output formats of the command line: the registered renderers, PNG, and those of plugins; their file endings, and
 * several results in one output.
 */

import { InternalError } from "@calig/core/internal/errors";
import type { Theme } from "@calig/core/internal/render/palette";
import { RENDERERS } from "@calig/core/internal/render/registry";
import type { BinaryRenderer, Renderer, RenderOptions, Result } from "@calig/core/internal/render/renderer";

/** How results look. */
export interface RenderSettings extends RenderOptions {
  /** Background of the terminal as far as it tells; used where no theme was asked for. */
  readonly background: Theme;
  /** The formats that there are. */
  readonly formats: Formats;
}

/** What a format makes: text, or bytes where it is binary. */
export type Rendered = string | Uint8Array;

/** Name of a format. */
export type FormatName = string;

/** Pictures of pixels need a library that draws: loaded when the first is asked for. */
const png: BinaryRenderer = {
  name: "png",
  extension: "png",
  mediaType: "image/png",
  binary: true,
  showsPicture: true,
  async render(explanation, options) {
    const { renderPng } = await import("../render/png.ts");
    return renderPng(explanation, options);
  },
};

/** The format that is no file but a folder of event files. */
export const TENSORBOARD = "tensorboard" as const;

/** The format of data sets: a folder of shards with a row for each explanation. */
export const PARQUET = "parquet" as const;

/** The formats of a run. */
export interface Formats {
  readonly names: readonly FormatName[];
  /** All file endings that tell a format, with their dots. */
  readonly endings: readonly string[];
  /** The format of files with this ending (".html"), in any case of letters. */
  ofEnding(ending: string): FormatName | undefined;
  /** The ending of new files in a format, with its dot. */
  endingOf(name: FormatName): string;
  /** Whether a format is of bytes that no terminal can show. */
  isBinary(name: FormatName): boolean;
  /** Whether a format shows the picture that is explained. */
  showsPicture(name: FormatName): boolean;
  /** Whether a format has room for one explanation only. */
  isForOne(name: FormatName): boolean;
  /** One explanation in a format. */
  renderOne(name: FormatName, one: Result, settings: RenderSettings): Promise<Rendered>;
  /** Several explanations in one output. */
  renderAll(name: FormatName, all: readonly Result[], settings: RenderSettings): Promise<Rendered>;
}

/** calig's formats and those of other renderers. Endings that several have tell the first of them. */
export function formatsWith(others: readonly Renderer[]): Formats {
  const all: readonly Renderer[] = [...RENDERERS, png, ...others];
  const endings = new Map<string, FormatName>();
  for (const { name, extension, aliases = [] } of all) {
    for (const ending of [extension, ...aliases].map((own) => `.${own.toLowerCase()}`)) {
      if (!endings.has(ending)) endings.set(ending, name);
    }
  }
  const formatOf = (name: FormatName): Renderer => {
    const format = all.find((candidate) => candidate.name === name);
    if (format === undefined) throw new InternalError(`there is no format "${name}"`);
    return format;
  };
  return {
    names: [...all.map(({ name }) => name), TENSORBOARD, PARQUET],
    endings: [...endings.keys()],
    ofEnding: (ending) => endings.get(ending.toLowerCase()),
    endingOf: (name) => `.${formatOf(name).extension}`,
    isBinary: (name) => formatOf(name).binary,
    showsPicture: (name) => name === TENSORBOARD || formatOf(name).showsPicture === true,
    isForOne: (name) => formatOf(name).renderAll === undefined,
    async renderOne(name, { explanation, picture }, settings) {
      return formatOf(name).render(explanation, {
        ...optionsOf(name, settings),
        ...(picture === undefined ? {} : { picture }),
      });
    },
    async renderAll(name, results, settings) {
      const { renderAll } = formatOf(name);
      if (renderAll === undefined) throw new InternalError(`format "${name}" cannot hold several explanations`);
      return renderAll(results, optionsOf(name, settings));
    },
  };
}

/** calig's own. */
export const FORMATS: Formats = formatsWith([]);

const optionsOf = (name: FormatName, { background, formats: _formats, ...options }: RenderSettings): RenderOptions =>
  name === "terminal" ? { ...options, theme: options.theme ?? background } : options;
