/** @file The explanations of a run from its shards: whole where they were kept (--full), else made of the columns. */

import type { BlockExplanation, Explanation, WordAttribution } from "@calig/core/internal/attribution/explanation";
import { parseExplanation } from "@calig/core/internal/attribution/parse-explanation";
import { InputError, quote } from "@calig/core/internal/errors";
import type { ReportEntry, ReportSource } from "@calig/core/internal/report/evidence/evidence-report";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { openParquet } from "./parquet/read.ts";
import type { RunFacts } from "./run-shards.ts";

type Row = Readonly<Record<string, unknown>>;

/**
 * The explanations in a shard; rows that failed have none.
 *
 * Made of the columns, an explanation has the words of the text as its features, and no special tokens; predictions have the
 * explained class alone, and blocks no attention evidence.
 *
 * @throws {InputError} When it is damaged, or has pictures without their explanations.
 */
export async function readShard(path: string, facts: RunFacts): Promise<readonly ReportEntry[]> {
  const file = await openParquet(path);
  try {
    const rows = await file.read(0, file.rows);
    return rows.flatMap((row) =>
      typeof row.error_code === "string"
        ? []
        : [{ source: sourceOf(row), explanation: explanationOf(row, facts, path) }],
    );
  } finally {
    await file.close();
  }
}

function sourceOf({ source, line, id, label }: Row): ReportSource {
  return {
    file: String(source),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof label === "string" ? { label } : {}),
  };
}

function explanationOf(row: Row, facts: RunFacts, path: string): Explanation {
  const milliseconds = numberOf(row.milliseconds);
  if (typeof row.json === "string") {
    const whole = parseExplanation(parseJson(row.json));
    return { ...whole, cost: { ...whole.cost, milliseconds } };
  }
  if (typeof row.text !== "string" || !Array.isArray(row.words)) {
    throw new InputError(
      `Cannot read explanations from ${quote(path)}: of pictures a run keeps them whole with --full alone; start it over with --full --fresh`,
    );
  }
  return parseExplanation(ofColumns(row, row.text, facts, milliseconds));
}

function ofColumns(row: Row, text: string, { model, options }: RunFacts, milliseconds: number): Explanation {
  const attribution = numbersOf(row.attribution);
  const [starts, ends] = [numbersOf(row.starts), numbersOf(row.ends)];
  const words: WordAttribution[] = listOf(row.words).map((word, i) => ({
    text: String(word),
    start: starts[i] as number,
    end: ends[i] as number,
    attribution: attribution[i] as number,
  }));
  const [score, baseline] = [numberOf(row.score), numberOf(row.score_at_baseline)];
  const target = { index: numberOf(row.target_index), label: String(row.target) };
  const probability = typeof row.probability === "number" ? row.probability : null;
  const messages = listOf(row.warning_messages);
  const { method, ...settings } = options;
  const error = typeof row.completeness_error === "number" ? row.completeness_error : undefined;
  return {
    version: 3,
    layout: "text",
    model,
    input: { kind: "text", text },
    target: {
      ...target,
      score,
      kind: String(row.score_kind),
      probability,
      ...(typeof row.against === "string"
        ? { against: { index: numberOf(row.against_index), label: row.against } }
        : {}),
    },
    predictions: [{ ...target, logit: score, probability }],
    features: words.map(({ text: word, start, end }, i) => ({ text: word, start, end, special: false, word: i })),
    attribution,
    words,
    supporting: words.filter((word) => word.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: words.filter((word) => word.attribution < 0).sort((a, b) => a.attribution - b.attribution),
    blocks: blocksOf(row, score, baseline, settings),
    method: { name: String(method), options: settings },
    completeness:
      error === undefined
        ? null
        : {
            scoreAtInput: score,
            scoreAtBaseline: baseline,
            delta: error * Math.max(Math.abs(score - baseline), LEAST_DIFFERENCE),
            relativeError: error,
          },
    cost: { milliseconds, modelEvaluations: 0, peakBytes: 0 },
    warnings: listOf(row.warnings).map((code, i) => ({ code: String(code), message: String(messages[i] ?? code) })),
  };
}

/** As completeness errors are defined. */
const LEAST_DIFFERENCE = 1e-3;

function blocksOf(row: Row, score: number, baseline: number, settings: Row): readonly BlockExplanation[] {
  const [relevance, evidence] = [listOf(row.block_relevance), listOf(row.block_evidence)];
  const [weights, sums, points] = [row.block_weights, row.block_sums, row.block_points].map(numbersOf);
  const tolerance = typeof settings.tolerance === "number" ? settings.tolerance : 0;
  return numbersOf(row.blocks).map((index, i) => {
    const weight = weights?.[i] ?? 0;
    const sum = sums?.[i] ?? 0;
    const delta = sum - (score - baseline);
    const relativeError = Math.abs(delta) / Math.max(Math.abs(score - baseline), LEAST_DIFFERENCE);
    return {
      index,
      relevance: numbersOf(relevance[i]),
      attentionEvidence: [],
      fused: numbersOf(evidence[i]).map((value) => (weight === 0 ? 0 : value / weight)),
      weight,
      completeness: {
        scoreAtInput: score,
        scoreAtBaseline: baseline,
        sum,
        delta,
        relativeError,
        points: points?.[i] ?? 0,
        converged: row.converged === true || relativeError <= tolerance,
      },
    };
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numbersOf = (value: unknown): readonly number[] => listOf(value).map(Number);
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
