/** @file What a renderer is: an explanation becomes text or bytes, from the explanation and what the caller says of the output alone. */

import type { Explanation } from "../attribution/explanation.ts";
import type { Words } from "../reading/words/words.ts";
import type { OverlayName } from "./overlay.ts";
import type { Theme } from "./palette.ts";
import type { ColorDepth } from "./terminal/painter.ts";

/** What a caller may say about the output; each renderer takes what concerns it and ignores the rest. */
export interface RenderOptions {
  /** Width of the terminal in columns. Default 80. */
  readonly columns?: number;
  /** Bits of colour of the terminal. Default 0. */
  readonly colors?: ColorDepth;
  /** Whether the terminal shows Unicode. Default true. */
  readonly unicode?: boolean;
  /** Show the technical part in the terminal: every class, number, block, option and score. Default false. */
  readonly verbose?: boolean;
  /** Language of the summary: a code ("en", "de"), or the words of one. Default "en". */
  readonly language?: string | Words;
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

/** An explanation, and the picture that it is about as a data URI. */
export interface Result {
  readonly explanation: Explanation;
  readonly picture?: string;
}

interface RendererCommon {
  /** Name on the command line: `--format NAME`. Unique among the renderers of a run. */
  readonly name: string;
  /** Ending of file names, without a dot. */
  readonly extension: string;
  /** Other endings that tell this format, without a dot. */
  readonly aliases?: readonly string[];
  readonly mediaType: string;
  /** Whether the picture that is explained is shown: it is read only then. Absent for no. */
  readonly showsPicture?: true;
}

/** Makes text. */
export interface TextRenderer extends RendererCommon {
  readonly binary: false;
  render(explanation: Explanation, options?: RenderOptions): string;
  /** Several explanations in one output. Absent where there is room for one only. */
  renderAll?(results: readonly Result[], options?: RenderOptions): string;
}

/** Makes bytes, which no terminal can show. */
export interface BinaryRenderer extends RendererCommon {
  readonly binary: true;
  render(explanation: Explanation, options?: RenderOptions): Uint8Array | Promise<Uint8Array>;
  renderAll?(results: readonly Result[], options?: RenderOptions): Uint8Array | Promise<Uint8Array>;
}

/** A renderer. To add one to calig: a file and a row in registry.ts; from outside: `defineRenderer`. */
export type Renderer = TextRenderer | BinaryRenderer;
