/** @file How comparisons of methods are written to a file: by the ending of --out; pictures also as drawings. */

import type { ImageComparison, MethodComparison } from "@calig/core/internal/evaluation/method-comparison";
import { hex } from "@calig/core/internal/render/oklab";
import { paletteOf } from "@calig/core/internal/render/palette";
import { comparisonHtml, comparisonMarkdown } from "@calig/core/internal/report/comparison/comparison";
import { type ComparisonPictureOptions, comparisonSvg } from "@calig/core/internal/report/comparison/svg";
import { pngOfSvg } from "../render/png.ts";
import type { Rendered } from "./formats.ts";
import { reportJson, writerOf } from "./report-writers.ts";

type Write = (comparison: MethodComparison, look: ComparisonPictureOptions) => Rendered | Promise<Rendered>;

const html: Write = (comparison, { theme: _, ...look }) => comparisonHtml(comparison, look);
const svg = (comparison: MethodComparison, look: ComparisonPictureOptions) =>
  comparisonSvg(comparison as ImageComparison, look);

const WRITERS: Readonly<Record<string, Write>> = {
  ".json": reportJson,
  ".md": comparisonMarkdown,
  ".markdown": comparisonMarkdown,
  ".html": html,
  ".htm": html,
};

const WRITERS_OF_PICTURES: Readonly<Record<string, Write>> = {
  ...WRITERS,
  ".svg": svg,
  ".png": (comparison, look) => pngOfSvg(svg(comparison, look), hex(paletteOf(undefined, look.theme).neutral)),
};

/** The writer for a file with this name. @throws {UsageError} When its ending is unknown. */
export const comparisonWriter = (path: string, ofPicture: boolean): Write =>
  writerOf(path, ofPicture ? WRITERS_OF_PICTURES : WRITERS);
