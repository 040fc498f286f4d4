/** @file One row of a run: what is kept of an explanation in the columns of a shard. */

import type { Explanation, WrittenExplanation } from "@calig/core/internal/attribution/explanation";
import type { ReportSource } from "@calig/core/internal/report/evidence/evidence-report";
import type { ColumnTypes } from "../node/parquet/write.ts";

/**
 * The columns of a shard. Those from `target` on are null in rows that failed, `error_code` and `error` in all others.
 *
 * Of texts, `words`, `starts`, `ends` (UTF-16, end exclusive) and `attribution` have an entry for each word; of pictures
 * `attribution` has one for each patch, row by row of `grid`. `block_relevance` and `block_evidence`, its weight times its
 * fused map, have a list for each block of `blocks`, in the same order. Scores and attributions are in the unit of the target score.
 */
export const RUN_COLUMNS = {
  row: "int",
  id: "text",
  source: "text",
  line: "int",
  options: "text",
  text: "text",
  label: "text",
  target: "text",
  target_index: "int",
  against: "text",
  against_index: "int",
  probability: "double",
  score_kind: "text",
  score: "double",
  score_at_baseline: "double",
  completeness_error: "double",
  converged: "flag",
  warnings: "texts",
  warning_messages: "texts",
  words: "texts",
  starts: "ints",
  ends: "ints",
  grid: "ints",
  attribution: "floats",
  blocks: "ints",
  block_weights: "floats",
  block_sums: "floats",
  block_points: "ints",
  block_relevance: "rows of floats",
  block_evidence: "rows of floats",
  milliseconds: "double",
  error_code: "text",
  error: "text",
} as const satisfies ColumnTypes;

/** With the whole Explanation as JSON besides, its cost as 0: it is in `milliseconds`, so that the same inputs give the same bytes. */
export const FULL_COLUMNS = { ...RUN_COLUMNS, json: "text" } as const satisfies ColumnTypes;

/** A row as it is kept; what is absent is null. */
export type RunRow = { readonly row: number } & Readonly<Record<string, unknown>>;

/** Where a row is from. */
export interface RowPlace {
  /** Its number in the run, from 0. */
  readonly row: number;
  readonly source: ReportSource;
  /** What is explained, where it is a text. */
  readonly text?: string;
}

const placed = ({ row, source, text }: RowPlace, options: string) => ({
  row,
  id: source.id ?? idOf(source),
  source: source.file,
  line: source.line ?? source.item ?? null,
  options,
  text: text ?? null,
  label: source.label ?? null,
});

/** "reviews.csv:17", where the row has no id of its own. */
const idOf = ({ file, line, item }: ReportSource): string =>
  line === undefined && item === undefined ? file : `${file}:${line ?? item}`;

/** The row of an explanation. @param options - Hash of the options. @param full - Whether the whole Explanation is kept, too. */
export function explainedRow(place: RowPlace, options: string, explanation: Explanation, full: boolean): RunRow {
  const { target, completeness, blocks, warnings, cost } = explanation;
  const [first] = blocks;
  return {
    ...placed(place, options),
    target: target.label,
    target_index: target.index,
    against: target.against?.label,
    against_index: target.against?.index,
    probability: target.probability,
    score_kind: target.kind,
    score: target.score,
    score_at_baseline: completeness?.scoreAtBaseline ?? first?.completeness.scoreAtBaseline ?? null,
    completeness_error: completeness?.relativeError ?? null,
    converged: first === undefined ? null : blocks.every((block) => block.completeness.converged),
    warnings: warnings.map(({ code }) => code),
    warning_messages: warnings.map(({ message }) => message),
    ...(explanation.layout === "grid" ? patches(explanation) : words(explanation)),
    blocks: blocks.map(({ index }) => index),
    block_weights: blocks.map(({ weight }) => Math.fround(weight)),
    block_sums: blocks.map((block) => Math.fround(block.completeness.sum)),
    block_points: blocks.map((block) => block.completeness.points),
    milliseconds: cost.milliseconds,
    ...(full ? { json: JSON.stringify({ ...explanation, cost: { ...cost, milliseconds: 0, peakBytes: 0 } }) } : {}),
  };
}

function words({ words, features, blocks }: WrittenExplanation) {
  const byWord = (values: readonly number[]) => {
    const sums = new Array<number>(words.length).fill(0);
    for (const [place, value] of values.entries()) {
      const word = features[place]?.word ?? null;
      if (word !== null) sums[word] = (sums[word] as number) + value;
    }
    return sums.map(Math.fround);
  };
  return {
    words: words.map(({ text }) => text),
    starts: words.map(({ start }) => start),
    ends: words.map(({ end }) => end),
    attribution: words.map(({ attribution }) => Math.fround(attribution)),
    block_relevance: blocks.map(({ relevance }) => byWord(relevance)),
    block_evidence: blocks.map(({ weight, fused }) => byWord(fused.map((value) => weight * value))),
  };
}

function patches({ features, attribution, blocks, input }: Extract<Explanation, { layout: "grid" }>) {
  const own = (values: readonly number[]) => values.filter((_, i) => features[i]?.special !== true).map(Math.fround);
  return {
    grid: input.grid,
    attribution: own(attribution),
    block_relevance: blocks.map(({ relevance }) => own(relevance)),
    block_evidence: blocks.map(({ weight, fused }) => own(fused.map((value) => weight * value))),
  };
}

/** The row of an input that could not be explained. */
export const failedRow = (place: RowPlace, options: string, code: string, message: string): RunRow => ({
  ...placed(place, options),
  error_code: code,
  error: message,
});

/** Whether a row failed. */
export const hasFailed = (row: RunRow): boolean => typeof row.error_code === "string";
