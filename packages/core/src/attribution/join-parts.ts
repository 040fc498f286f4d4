/**
 * @file An input that the model reads in several parts, joined into one map.
 *
 * The score of the whole is the mean of the parts' scores, weighted by the share of features that each part is responsible for.
 * Attributions are linear in the score, so every feature has the sum of what all parts that read it say of it, each times
 * the part's share: maps that add up to the differences of their parts' scores add up to that of the whole. Blocks are
 * weighted after they were joined: a block has one weight for the whole input.
 */

import type { ForwardResult } from "../program/model-programs.ts";
import { LEAST_DIFFERENCE, measureCompleteness } from "./completeness.ts";
import type { BlockCompleteness, BlockExplanation, Completeness, Warning } from "./explanation.ts";
import type { MethodResult } from "./method.ts";
import type { Part } from "./prepared-input.ts";
import { weightedBlocks } from "./weighted-blocks.ts";

/** Mean of the parts' logits by their shares [classes]. */
export function weightedLogits(parts: readonly Part[], forwards: readonly ForwardResult[]): readonly number[] {
  const classes = forwards[0]?.logits.data.length ?? 0;
  return Array.from({ length: classes }, (_, index) =>
    weightedMean(parts, (p) => forwards[p]?.logits.data[index] as number),
  );
}

/** One result for the whole; the result itself when one part is the whole. */
export function joinParts(
  parts: readonly Part[],
  results: readonly MethodResult[],
  featureCount: number,
): MethodResult {
  const [first, ...others] = results as readonly [MethodResult, ...MethodResult[]];
  if (others.length === 0 && parts[0]?.positions.length === featureCount) return first;
  const join = (values: (result: MethodResult) => readonly number[]) =>
    joinMaps(parts, results.map(values), featureCount);
  const common = {
    options: first.options,
    modelEvaluations: results.reduce((sum, result) => sum + result.modelEvaluations, 0),
    warnings: numbered(results),
  };
  if (first.blocks.length === 0) {
    const attribution = join((result) => result.attribution);
    return { ...common, attribution, blocks: [], completeness: joinedCompleteness(parts, results, attribution) };
  }
  const blocks = first.blocks.map((block, b) => {
    const of = (p: number) => (results[p] as MethodResult).blocks[b] as BlockExplanation;
    return {
      index: block.index,
      relevance: join((result) => (result.blocks[b] as BlockExplanation).relevance),
      attentionEvidence: join((result) => (result.blocks[b] as BlockExplanation).attentionEvidence),
      ...(block.heads === undefined
        ? {}
        : { heads: block.heads.map((_, h) => join((result) => result.blocks[b]?.heads?.[h] as readonly number[])) }),
      fused: join((result) => (result.blocks[b] as BlockExplanation).fused),
      completeness: joinedIntegration(
        parts,
        results.map((_, p) => of(p).completeness),
      ),
    };
  });
  return { ...common, ...weightedBlocks(blocks, first.layerWeighting) };
}

function weightedMean(parts: readonly Part[], value: (part: number) => number): number {
  return parts.reduce((sum, { share }, p) => sum + share * value(p), 0);
}

function joinMaps(parts: readonly Part[], maps: readonly (readonly number[])[], featureCount: number): number[] {
  const joined = new Array<number>(featureCount).fill(0);
  parts.forEach(({ positions, share }, p) => {
    positions.forEach((position, index) => {
      joined[position] = (joined[position] as number) + share * ((maps[p] as readonly number[])[index] as number);
    });
  });
  return joined;
}

/** How well the parts were integrated, overlaps included: errors of parts are added without their signs. */
function joinedIntegration(parts: readonly Part[], of: readonly BlockCompleteness[]): BlockCompleteness {
  const mean = (value: (part: BlockCompleteness) => number) =>
    weightedMean(parts, (p) => value(of[p] as BlockCompleteness));
  const scoreAtInput = mean((part) => part.scoreAtInput);
  const scoreAtBaseline = mean((part) => part.scoreAtBaseline);
  return {
    scoreAtInput,
    scoreAtBaseline,
    sum: mean((part) => part.sum),
    ...joinedStandardError(parts, of),
    delta: mean((part) => part.delta),
    relativeError: mean((part) => Math.abs(part.delta)) / denominator(scoreAtInput - scoreAtBaseline),
    points: of.reduce((sum, part) => sum + part.points, 0),
    converged: of.every((part) => part.converged),
  };
}

/** Points of different parts are drawn independently: variances add up. */
function joinedStandardError(parts: readonly Part[], of: readonly BlockCompleteness[]): { standardError?: number } {
  const errors = of.flatMap(({ standardError }) => standardError ?? []);
  if (errors.length < of.length) return {};
  return { standardError: Math.hypot(...errors.map((error, p) => (parts[p] as Part).share * error)) };
}

function joinedCompleteness(
  parts: readonly Part[],
  results: readonly MethodResult[],
  attribution: readonly number[],
): Completeness | null {
  const all = results.flatMap(({ completeness }) => completeness ?? []);
  if (all.length < results.length) return null;
  const mean = (value: (part: Completeness) => number) => weightedMean(parts, (p) => value(all[p] as Completeness));
  return measureCompleteness(
    attribution,
    mean((part) => part.scoreAtInput),
    mean((part) => part.scoreAtBaseline),
  );
}

const denominator = (difference: number): number => Math.max(Math.abs(difference), LEAST_DIFFERENCE);

function numbered(results: readonly MethodResult[]): Warning[] {
  if (results.length === 1) return [...(results[0]?.warnings ?? [])];
  return results.flatMap(({ warnings }, p) =>
    warnings.map(({ code, message }) => ({ code, message: `Part ${p + 1} of ${results.length}: ${message}` })),
  );
}
