/** @file Layer-wise Integrated Gradients of all asked-for blocks: rounds of points, until it is enough or the time is used. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { BisectedPath } from "./bisected-path.ts";
import { LEAST_DIFFERENCE } from "./completeness.ts";
import type { BlockCompleteness } from "./explanation.ts";
import type { Quadrature } from "./options.ts";
import { Pacer } from "./pacer.ts";
import { type PathFacts, type PathIntegral, total } from "./path-integral.ts";
import { quadratureRule } from "./quadrature.ts";
import { SampledPath } from "./sampled-path.ts";
import { type BlockState, type RunnerRequest, SweepRunner } from "./sweep-runner.ts";

/** Points that `auto` spends on a part of a path before it looks at the error. */
const POINTS_PER_PART = 8;
/** Points of a block's first round where the time is limited: enough for an answer of some kind. */
const FIRST_POINTS = 2;

export interface IntegralRequest extends Omit<RunnerRequest, "pacer"> {
  /** F at the baseline where it is known and the same for all blocks. */
  readonly scoreAtBaseline: number | undefined;
  readonly scoreAtInput: number;
  /** Blocks to integrate, ascending. */
  readonly layers: readonly number[];
  readonly quadrature: Quadrature;
  readonly steps: number | "auto";
  readonly tolerance: number;
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
  const { steps, deadline = Number.POSITIVE_INFINITY, now } = request;
  const runner = new SweepRunner({ ...request, pacer: new Pacer(deadline, now) });
  const blocks = request.layers.map((index) => openBlock(index, request));
  let done = 0;
  while (!runner.stopped) {
    const isFirst = done === 0;
    const tasks = blocks.map((block) => block.path.next(block.points));
    const open = blocks.flatMap((block, b) => tasks[b]?.map((task) => ({ block, task })) ?? []);
    if (open.length === 0) break;
    // How many rounds `auto` needs is not known: each one counts as half of what is left.
    const span = (1 - done) * (steps === "auto" ? 0.5 : 1);
    const before = done;
    const results = await runner.evaluate(open, isFirst, (share) => request.onRun(before + span * share));
    let index = 0;
    for (const [b, { path }] of blocks.entries()) {
      const count = tasks[b]?.length ?? 0;
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
  const { steps, quadrature, seed, deadline } = request;
  const scores = new Map([[1, request.scoreAtInput]]);
  if (request.scoreAtBaseline !== undefined) scores.set(0, request.scoreAtBaseline);
  const facts: PathFacts = {
    scoreAt: (place) => scores.get(place) as number,
    tolerance: steps === "auto" ? request.tolerance : undefined,
  };
  const points = steps === "auto" ? POINTS_PER_PART : steps;
  const early = deadline === undefined ? undefined : FIRST_POINTS;
  const path =
    quadrature === "stochastic"
      ? new SampledPath(facts, early ?? points, `${seed} block ${index}`)
      : new BisectedPath(
          facts,
          quadratureRule(quadrature, points),
          early === undefined ? undefined : quadratureRule(quadrature, early),
        );
  return { index, scores, points: 0, path };
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
