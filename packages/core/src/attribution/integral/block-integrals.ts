/** @file Layer-wise Integrated Gradients of all asked-for blocks: rounds of points, until it is enough or the time is used. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { LEAST_DIFFERENCE } from "../completeness.ts";
import type { BlockCompleteness } from "../explanation.ts";
import type { Quadrature } from "../options.ts";
import { BisectedPath } from "./bisected-path.ts";
import { Pacer } from "./pacer.ts";
import { type PathFacts, type PathIntegral, total } from "./path-integral.ts";
import { equalPlaces, quadratureRule } from "./quadrature.ts";
import { SampledPath } from "./sampled-path.ts";
import { LEAN, SplinePath, THOROUGH } from "./spline-path.ts";
import { type BlockState, type RunnerRequest, SweepRunner } from "./sweep-runner.ts";

/**
 * Places where a spline starts: those of the Gauss-Lobatto rule of seven points (Abramowitz & Stegun 25.4.32), closer at
 * the ends, where a spline has neighbours on one side only.
 */
const SPLINE_PLACES = [0, 0.084888051860717, 0.265575603264643, 0.5, 0.734424396735357, 0.915111948139283, 1];
/**
 * Places where the lean search starts: on trained models gradients bend most between a quarter and two thirds of the way
 * (docs/completeness.md), so that there they are closest.
 */
const LEAN_PLACES = [0, 0.12, 0.27, 0.41, 0.55, 0.7, 0.86, 1];
/** Points that a rule spends on a part of a path before it looks at the error. */
const POINTS_PER_PART = 8;
/** Points of a block's first round where the time is limited: enough for an answer of some kind. */
const FIRST_POINTS = 2;

export interface IntegralRequest extends Omit<RunnerRequest, "pacer" | "propagated"> {
  /** Blocks to integrate, ascending. */
  readonly layers: readonly number[];
  readonly quadrature: Quadrature;
  readonly steps: number | "auto";
  readonly tolerance: number;
  /** Most points that are spent on one block. Default: `MOST_POINTS`. */
  readonly mostPoints?: number;
  /** Of random points. */
  readonly seed: number;
  /** When `auto` must stop, by `now`; undefined for no limit. */
  readonly deadline: number | undefined;
  /** Called after every run with the share of the work done. */
  readonly onRun: (done: number) => void;
}

export interface BlockIntegral {
  readonly index: number;
  /** r_l [positions]. */
  readonly relevance: readonly number[];
  readonly completeness: BlockCompleteness;
}

export interface IntegralResult {
  /** One per asked-for block, in their order. */
  readonly blocks: readonly BlockIntegral[];
  /** M_l of every block of the model, at the input. */
  readonly attention: readonly FloatTensor[];
  /** Path points and score points, each weighted by 2 x the share of the blocks it passes. */
  readonly evaluations: number;
  /** Whether the time was used before the tolerance was met. */
  readonly stopped: boolean;
}

interface OpenBlock extends BlockState {
  readonly path: PathIntegral;
}

/**
 * Integrates dF/dH along the straight paths of the asked-for blocks.
 *
 * Cost: see `ModelPrograms.sweep`; stops at `MOST_POINTS` per block, and at the deadline once every block has an estimate.
 */
export async function integrateBlocks(request: IntegralRequest): Promise<IntegralResult> {
  const { steps, scoreAtBaseline, deadline = Number.POSITIVE_INFINITY, now } = request;
  const propagated = scoreAtBaseline !== undefined;
  const runner = new SweepRunner({ ...request, propagated, pacer: new Pacer(deadline, now) });
  const blocks = request.layers.map((index) => openBlock(index, request));
  let done = 0;
  while (!runner.stopped) {
    const isFirst = done === 0;
    const places = blocks.map((block) => block.path.next(block.points));
    const open = blocks.flatMap((block, b) => places[b]?.map((place) => ({ block, place })) ?? []);
    if (open.length === 0) break;
    // F at the baseline is needed whether the rule has a point there or not.
    const scoresOnly = blocks.filter(({ scores }) => !scores.has(0)).map((block) => ({ block, place: 0 }));
    // How many rounds `auto` needs is not known: each one counts as half of what is left.
    const span = (1 - done) * (steps === "auto" ? 0.5 : 1);
    const before = done;
    const results = await runner.evaluate([...open, ...scoresOnly], isFirst, (share) =>
      request.onRun(before + span * share),
    );
    let index = 0;
    for (const [b, { path }] of blocks.entries()) {
      const count = places[b]?.length ?? 0;
      path.settle(results.slice(index, index + count));
      index += count;
    }
    done += span;
  }
  return {
    blocks: blocks.map((block) => summarise(block, request.tolerance)),
    attention: runner.attention,
    evaluations: runner.evaluations,
    stopped: runner.stopped,
  };
}

function openBlock(index: number, request: IntegralRequest): OpenBlock {
  const scores = new Map([[1, request.scoreAtInput]]);
  if (request.scoreAtBaseline !== undefined) scores.set(0, request.scoreAtBaseline);
  const facts: PathFacts = {
    scoreAt: (place) => scores.get(place) as number,
    tolerance: request.steps === "auto" ? request.tolerance : undefined,
    mostPoints: request.mostPoints,
  };
  return { index, scores, points: 0, path: openPath(index, facts, request) };
}

function openPath(index: number, facts: PathFacts, request: IntegralRequest): PathIntegral {
  const { steps, quadrature, seed, deadline } = request;
  const isHurried = deadline !== undefined;
  const points = steps === "auto" ? POINTS_PER_PART : steps;
  switch (quadrature) {
    case "spline":
    case "lean-spline":
      return steps === "auto"
        ? new SplinePath(
            facts,
            quadrature === "spline" ? SPLINE_PLACES : LEAN_PLACES,
            isHurried ? [0, quadrature === "spline" ? 0.5 : 0.55, 1] : undefined,
            quadrature === "spline" ? THOROUGH : LEAN,
          )
        : new SplinePath(facts, equalPlaces(steps));
    case "stochastic":
      return new SampledPath(facts, isHurried ? FIRST_POINTS : points, `${seed} block ${index}`);
    default: {
      const rule = quadratureRule(quadrature, points);
      return new BisectedPath(facts, rule, isHurried ? quadratureRule(quadrature, FIRST_POINTS) : undefined);
    }
  }
}

function summarise({ index, scores, points, path }: OpenBlock, tolerance: number): BlockIntegral {
  const relevance = Array.from(path.relevance);
  const sum = total(relevance);
  const scoreAtInput = scores.get(1) as number;
  const scoreAtBaseline = scores.get(0) as number;
  const delta = sum - (scoreAtInput - scoreAtBaseline);
  const scale = Math.max(Math.abs(scoreAtInput - scoreAtBaseline), LEAST_DIFFERENCE);
  const relativeError = Math.abs(delta) / scale;
  const { standardError } = path;
  return {
    index,
    relevance,
    completeness: {
      scoreAtInput,
      scoreAtBaseline,
      sum,
      delta,
      relativeError,
      ...(standardError === undefined ? {} : { standardError }),
      points,
      converged: relativeError <= tolerance && (standardError ?? 0) / scale <= tolerance,
    },
  };
}
