/** @file What must hold of every run of the sweep, whatever the model: a run that contradicts the forward pass explains nothing. METHOD 10. */

import type { SweepPoint, SweepResult } from "../../program/model-programs.ts";
import { agrees, contradiction, ROUNDING } from "../consistency.ts";

/** What forward passes said, which the ends of the paths must say again. */
export interface KnownScores {
  readonly scoreAtInput: number;
  /** Undefined where baselines are not propagated: then every block has another score there. */
  readonly scoreAtBaseline: number | undefined;
  /** Largest |logit| at the input and at the baseline: what rounding is relative to. */
  readonly scale: number;
}

/**
 * Checks one run: as many scores as rows, everything finite, and at the ends of the paths the scores of the forward
 * pass. Cost: a comparison for each number that the run returns; no pass of the model.
 *
 * @param rows - The points that were run, in the order of the result.
 * @throws {ConsistencyError} With the numbers that contradict each other.
 */
export function checkSweep(rows: readonly SweepPoint[], result: SweepResult, known: KnownScores): void {
  const { scores, relevance } = result;
  if (scores.length !== rows.length || relevance.length !== rows.length) {
    throw contradiction(
      `${rows.length} points gave ${scores.length} scores and ${relevance.length} gradients`,
      "one of each for every point",
    );
  }
  for (const [i, { block, alpha }] of rows.entries()) {
    const score = scores[i] as number;
    const place = `at ${placeName(alpha)} of block ${block}`;
    if (!Number.isFinite(score)) throw contradiction(`the score ${place} is ${score}`, "a finite number");
    const broken = (relevance[i] as Float32Array | undefined)?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (broken >= 0) throw contradiction(`the gradient of position ${broken} ${place} is not finite`, "finite numbers");
    const wanted = alpha === 1 ? known.scoreAtInput : alpha === 0 ? known.scoreAtBaseline : undefined;
    if (wanted === undefined || agrees(score, wanted, known.scale)) continue;
    throw contradiction(
      `the score ${place} is ${score} along the path, ${wanted} in the forward pass`,
      `the same within ${Number((ROUNDING * known.scale).toPrecision(2))}`,
    );
  }
  for (const [block, passing] of result.passing.entries()) {
    if (passing.every((values) => values.every(Number.isFinite))) continue;
    throw contradiction(`the gradient at block ${block} is not finite`, "finite numbers");
  }
}

const placeName = (alpha: number): string =>
  alpha === 1 ? "the input" : alpha === 0 ? "the baseline" : `place ${Number(alpha.toPrecision(3))} of the path`;
