/** @file The writers of reports on this machine: those of every platform, and those that need a library or a folder. */

import { extname } from "node:path";
import { quote, UsageError, wordList } from "@calig/core/internal/errors";
import type { ImageComparison } from "@calig/core/internal/evaluation/method-comparison";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { hex } from "@calig/core/internal/render/oklab";
import { paletteOf } from "@calig/core/internal/render/palette";
import { comparisonSvg } from "@calig/core/internal/report/comparison/svg";
import {
  REPORT_ENDINGS,
  REPORT_WRITERS,
  type ReportData,
  type ReportFormat,
  type ReportKind,
  type ReportLook,
} from "@calig/core/internal/report/writers";
import { type Rendered, TENSORBOARD } from "./formats.ts";

/** How a report looks, and what its writers need besides. */
export interface WriterOptions extends ReportLook {
  /** Those that were measured, where there are others than calig's. */
  readonly metrics?: readonly Metric[];
}

/** Makes the contents of a file. */
export interface FileWriter<T> {
  readonly kind: "file";
  readonly format: ReportFormat;
  write(data: T, options?: WriterOptions): Rendered | Promise<Rendered>;
}

/** Fills a folder. */
interface FolderWriter<T> {
  readonly kind: "folder";
  readonly format: typeof TENSORBOARD;
  write(folder: string, data: T, options?: WriterOptions): Promise<void>;
}

export type ReportWriter<T> = FileWriter<T> | FolderWriter<T>;

type Cell<T> = (data: T, look: ReportLook) => Rendered | Promise<Rendered>;
type Table = { readonly [Kind in ReportKind]: Readonly<Partial<Record<ReportFormat, Cell<ReportData[Kind]>>>> };

const FILES: Table = {
  ...REPORT_WRITERS,
  imageComparison: {
    ...REPORT_WRITERS.imageComparison,
    async png(comparison, look) {
      const { pngOfSvg } = await import("../render/png.ts");
      return pngOfSvg(
        comparisonSvg(comparison as ImageComparison, look),
        hex(paletteOf(undefined, look.theme).neutral),
      );
    },
  },
};

const EVALUATION_FOLDER: FolderWriter<ReportData["evaluation"]> = {
  kind: "folder",
  format: TENSORBOARD,
  async write(folder, evaluation, { metrics } = {}) {
    const { writeEvaluationRun } = await import("../report/tensorboard/evaluation-run.ts");
    await writeEvaluationRun(folder, evaluation, metrics === undefined ? {} : { metrics });
  },
};

/** Formats that an evaluation can be asked for by name. */
export const EVALUATION_FORMATS = [...(["json", "markdown", "html"] as const), TENSORBOARD] as const;

/** The writer of a report in a format that it has. */
const fileWriter = <Kind extends ReportKind>(kind: Kind, format: ReportFormat): FileWriter<ReportData[Kind]> => ({
  kind: "file",
  format,
  write: (data, look = {}) => (FILES[kind][format] as Cell<ReportData[Kind]>)(data, look),
});

/** What was asked for. */
export interface ReportWishes<Format extends string> {
  /** File for the report. */
  readonly out: string | undefined;
  /** Its format, where it was named. */
  readonly format?: Format | undefined;
}

/**
 * The writer of a report: of the format that was named, else by the ending of its file; undefined where neither is.
 *
 * @throws {UsageError} When the ending is unknown.
 */
export function reportWriter<Kind extends ReportKind>(
  kind: Kind,
  { out, format }: ReportWishes<ReportFormat>,
): FileWriter<ReportData[Kind]> | undefined {
  if (format !== undefined) return fileWriter(kind, format);
  return out === undefined
    ? undefined
    : fileWriter(kind, formatOfFile(out, Object.keys(FILES[kind]) as ReportFormat[]));
}

/** The same for an evaluation, which may fill a folder. @throws {UsageError} When the ending is unknown. */
export const evaluationWriter = ({
  out,
  format,
}: ReportWishes<(typeof EVALUATION_FORMATS)[number]>): ReportWriter<ReportData["evaluation"]> | undefined =>
  format === TENSORBOARD ? EVALUATION_FOLDER : reportWriter("evaluation", { out, format });

function formatOfFile(path: string, formats: readonly ReportFormat[]): ReportFormat {
  const ending = extname(path).toLowerCase();
  const format = formats.find((own) => (REPORT_ENDINGS[own] as readonly string[]).includes(ending));
  if (format !== undefined) return format;
  throw new UsageError(
    `Cannot write a report to ${quote(path)}: its ending must be one of ${wordList(formats.flatMap((own) => REPORT_ENDINGS[own]))}`,
  );
}
