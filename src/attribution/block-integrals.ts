/**
 * @file Layer-wise Integrated Gradients of all asked-for blocks: which points are evaluated, and when it is enough.
 *
 * On any part [a, b] of a path the exact integral of dF/dalpha is F(b) - F(a), and both numbers come out of the same
 * sweep. The error is therefore known for every part: `auto` bisects the parts that carry the error and leaves the
 * others alone (METHOD 2).
 */

import type { ModelPrograms, SweepPoint } from "../program/model-programs.ts";
import type { ScoreSpec } from "../program/score.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { LEAST_DIFFERENCE } from "./completeness.ts";
import type { BlockCompleteness } from "./explanation.ts";
import type { Quadrature } from "./options.ts";
import { quadratureRule } from "./quadrature.ts";

/** Points that `auto` spends on a part of a path before it looks at the error. */
const POINTS_PER_PART = 8;
/** Most points that `auto` spends on one block before it gives up and says so. */
const MOST_POINTS = 512;
export interface IntegralRequest {
  readonly programs: ModelPrograms;
  readonly hiddenStates: readonly FloatTensor[];
  readonly baselines: readonly FloatTensor[];
  /** F at the baseline where it is known and the same for all blocks. */
  readonly scoreAtBaseline: number | undefined;
  readonly scoreAtInput: number;
  readonly score: ScoreSpec;
  readonly feeds: Feeds;
  /** Blocks to integrate, ascending. */
  readonly layers: readonly number[];
  readonly quadrature: Quadrature;
  readonly steps: number | "auto";
  readonly tolerance: number;
  /** Most rows of one run of the sweep, >= 1. */
  readonly rowsPerRun: number;
  /** Called after every run with the share of the work done. */
  readonly onRun: (done: number) => void;
  readonly signal: AbortSignal | undefined;
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
}

/** A part [from, to] of the path of one block. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** What it integrates to, per position; undefined until evaluated. */
  relevance?: Float64Array;
  /** sum of relevance - (F(to) - F(from)). */
  error: number;
}

interface BlockState {
  readonly index: number;
  /** F by place on the path. */
  readonly scores: Map<number, number>;
  parts: Part[];
  points: number;
}

/** Integrates dF/dH along the straight paths of the asked-for blocks. Cost: see `ModelPrograms.sweep`; stops at MOST_POINTS per block. */
export async function integrateBlocks(request: IntegralRequest): Promise<IntegralResult> {
  const { steps, quadrature, tolerance } = request;
  const rule = quadratureRule(quadrature, steps === "auto" ? POINTS_PER_PART : steps);
  const runner = new Runner(request);
  const states = request.layers.map((index): BlockState => {
    const scores = new Map([[1, request.scoreAtInput]]);
    if (request.scoreAtBaseline !== undefined) scores.set(0, request.scoreAtBaseline);
    return { index, scores, parts: [{ from: 0, to: 1, error: Number.NaN }], points: 0 };
  });

  let done = 0;
  for (;;) {
    const open = states.flatMap((state) =>
      state.parts.filter((part) => part.relevance === undefined).map((part) => ({ state, part })),
    );
    // How many rounds `auto` needs is not known: each one counts as half of what is left.
    const span = (1 - done) * (steps === "auto" ? 0.5 : 1);
    const before = done;
    await runner.evaluate(open, rule, (share) => request.onRun(before + span * share));
    done += span;
    if (steps !== "auto") break;
    let refined = false;
    for (const state of states) refined = refine(state, tolerance, rule.nodes.length) || refined;
    if (!refined) break;
  }
  return {
    blocks: states.map((state) => summarise(state, tolerance)),
    attention: runner.attention,
    evaluations: runner.evaluations,
  };
}

/** Bisects the parts that carry the error of a block. Returns whether anything is left to evaluate. */
function refine(state: BlockState, tolerance: number, pointsPerPart: number): boolean {
  const allowed = tolerance * Math.max(Math.abs(difference(state)), LEAST_DIFFERENCE);
  const byError = [...state.parts].sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
  let left = byError.reduce((sum, part) => sum + Math.abs(part.error), 0);
  if (left <= allowed) return false;
  const bisected = new Set<Part>();
  let points = state.points;
  // Errors of the parts are added without their signs: a block counts as exact only where every part of it is.
  for (const part of byError) {
    if (left <= allowed / 2) break;
    if (points + 2 * pointsPerPart + 1 > MOST_POINTS) break;
    bisected.add(part);
    points += 2 * pointsPerPart + 1;
    left -= Math.abs(part.error);
  }
  state.parts = state.parts.flatMap((part) => {
    if (!bisected.has(part)) return [part];
    const middle = (part.from + part.to) / 2;
    return [
      { from: part.from, to: middle, error: Number.NaN },
      { from: middle, to: part.to, error: Number.NaN },
    ];
  });
  return bisected.size > 0;
}

const difference = ({ scores }: BlockState): number => (scores.get(1) as number) - (scores.get(0) as number);

function summarise(state: BlockState, tolerance: number): BlockIntegral {
  const positions = state.parts[0]?.relevance?.length ?? 0;
  const relevance = new Array<number>(positions).fill(0);
  for (const part of state.parts)
    part.relevance?.forEach((value, t) => {
      (relevance[t] as number) += value;
    });
  const sum = relevance.reduce((total, value) => total + value, 0);
  const scoreAtInput = state.scores.get(1) as number;
  const scoreAtBaseline = state.scores.get(0) as number;
  const delta = sum - (scoreAtInput - scoreAtBaseline);
  const relativeError = Math.abs(delta) / Math.max(Math.abs(scoreAtInput - scoreAtBaseline), LEAST_DIFFERENCE);
  return {
    index: state.index,
    relevance,
    completeness: {
      scoreAtInput,
      scoreAtBaseline,
      sum,
      delta,
      relativeError,
      points: state.points,
      converged: relativeError <= tolerance,
    },
  };
}

/** Runs points through the sweep in chunks that fit the memory. A class, because the cost and the attention maps gather over its runs. */
class Runner {
  readonly #request: IntegralRequest;
  attention: readonly FloatTensor[] = [];
  evaluations = 0;

  constructor(request: IntegralRequest) {
    this.#request = request;
  }

  /** Integrates the given parts and learns F at their ends. `onRun` gets the share of the points that is done. */
  async evaluate(
    open: readonly { readonly state: BlockState; readonly part: Part }[],
    rule: { readonly nodes: readonly number[]; readonly weights: readonly number[] },
    onRun: (done: number) => void,
  ): Promise<void> {
    // The input itself comes first in the first run: attention gradients are taken there.
    const points: SweepPoint[] = this.attention.length === 0 ? [{ block: 0, alpha: 1, weight: 0, group: 0 }] : [];
    const groups = new Map<number, Part[]>();
    for (const { state, part } of [...open].sort((a, b) => a.state.index - b.state.index)) {
      const own = groups.get(state.index) ?? [];
      groups.set(state.index, own);
      const group = own.push(part) - 1;
      const length = part.to - part.from;
      rule.nodes.forEach((node, i) => {
        points.push({
          block: state.index,
          alpha: part.from + length * node,
          weight: length * (rule.weights[i] as number),
          group,
        });
      });
      state.points += rule.nodes.length;
      for (const end of [part.from, part.to]) {
        if (state.scores.has(end)) continue;
        state.scores.set(end, Number.NaN);
        points.push({ block: state.index, alpha: end, weight: 0, group });
        state.points += 1;
      }
    }
    const states = new Map(open.map(({ state }) => [state.index, state]));
    for (const parts of groups.values()) for (const part of parts) part.relevance = new Float64Array(this.#positions);
    const { rowsPerRun } = this.#request;
    for (let start = 0; start < points.length; start += rowsPerRun) {
      const own = points.slice(start, start + rowsPerRun);
      const onPiece = (done: number) => {
        this.#request.signal?.throwIfAborted();
        onRun((start + done * own.length) / points.length);
      };
      await this.#run(own, groups, states, onPiece);
      onRun((start + own.length) / points.length);
    }
    for (const { state, part } of open) {
      const sum = (part.relevance as Float64Array).reduce((total, value) => total + value, 0);
      part.error = sum - ((state.scores.get(part.to) as number) - (state.scores.get(part.from) as number));
    }
  }

  get #positions(): number {
    return this.#request.hiddenStates[0]?.shape[1] ?? 0;
  }

  async #run(
    points: readonly SweepPoint[],
    groups: ReadonlyMap<number, readonly Part[]>,
    states: ReadonlyMap<number, BlockState>,
    onPiece: (done: number) => void,
  ): Promise<void> {
    const { programs, hiddenStates, baselines, score, feeds, signal } = this.#request;
    signal?.throwIfAborted();
    const result = await programs.sweep({ hiddenStates, baselines, score, feeds, points, onPiece });
    points.forEach((point, i) => {
      const { scores } = states.get(point.block) ?? {};
      if (point.weight === 0 && Number.isNaN(scores?.get(point.alpha)))
        scores?.set(point.alpha, result.scores[i] as number);
      this.evaluations += (2 * (programs.blocks - point.block)) / programs.blocks;
    });
    for (const [block, parts] of groups) {
      parts.forEach((part, group) => {
        const into = part.relevance as Float64Array;
        result.relevance[block]?.[group]?.forEach((value, t) => {
          (into[t] as number) += value;
        });
      });
    }
    if (this.attention.length === 0) this.attention = result.attention;
  }
}
