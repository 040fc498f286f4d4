/** @file Runs tasks on the paths of blocks through the sweep, in chunks that fit the memory and the time. */

import type { ModelPrograms, SweepPoint, SweepRequest } from "../program/model-programs.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { Pacer } from "./pacer.ts";
import { addTo, type PathTask } from "./path-integral.ts";

/** What is known of one block. */
export interface BlockState {
  readonly index: number;
  /** F by place on the path; NaN while it is asked for. */
  readonly scores: Map<number, number>;
  /** Points spent. */
  points: number;
}

export interface BlockTask {
  readonly block: BlockState;
  readonly task: PathTask;
}

export interface RunnerRequest extends Omit<SweepRequest, "points" | "onPiece"> {
  readonly programs: ModelPrograms;
  /** Most rows of one run of the sweep, >= 1. */
  readonly rowsPerRun: number;
  readonly pacer: Pacer;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** A point, and the task that waits for it. */
interface WaitingPoint extends SweepPoint {
  readonly state: BlockState | undefined;
  readonly task: number | undefined;
}

/** A class, because the cost and the attention maps gather over its runs. */
export class SweepRunner {
  readonly #request: RunnerRequest;
  attention: readonly FloatTensor[] = [];
  /** Path points and score points, each weighted by 2 x the share of the blocks it passes. */
  evaluations = 0;
  /** Whether the time was used before everything was evaluated. */
  stopped = false;

  constructor(request: RunnerRequest) {
    this.#request = request;
  }

  /**
   * The weighted sums of the tasks, and F at their ends; undefined for tasks that there was no time for.
   *
   * @param mustFinish - Go on whatever time it takes.
   * @param onRun - Gets the share of the points that is done.
   */
  async evaluate(
    tasks: readonly BlockTask[],
    mustFinish: boolean,
    onRun: (done: number) => void,
  ): Promise<readonly (Float64Array | undefined)[]> {
    const { rowsPerRun, pacer, now, programs } = this.#request;
    const points = this.#pointsOf(tasks);
    const waiting = tasks.map((_, i) => points.filter(({ task }) => task === i).length);
    const sums = tasks.map(() => new Float64Array(this.#request.hiddenStates[0]?.shape[1] ?? 0));
    const workOf = (some: readonly WaitingPoint[]) => some.map(({ block }) => programs.blocks - block);
    for (let start = 0; start < points.length; ) {
      const rest = points.slice(start, start + rowsPerRun);
      const count = mustFinish ? rest.length : pacer.admit(workOf(rest), rest.length);
      if (count === 0) {
        this.stopped = true;
        break;
      }
      const own = rest.slice(0, count);
      const began = now();
      await this.#run(own, sums, (done) => onRun((start + done * count) / points.length));
      pacer.record(workOf(own), now() - began);
      for (const { task } of own) if (task !== undefined) waiting[task] = (waiting[task] as number) - 1;
      start += count;
      onRun(start / points.length);
    }
    return tasks.map(({ block, task }, i) => {
      const isKnown = waiting[i] === 0 && task.ends.every((end) => !Number.isNaN(block.scores.get(end)));
      return isKnown ? sums[i] : undefined;
    });
  }

  /** All points of the tasks, those of low blocks first; within a block each task is a group of its own. */
  #pointsOf(tasks: readonly BlockTask[]): readonly WaitingPoint[] {
    // The input itself comes first in the first run: attention gradients are taken there.
    const first = { block: 0, alpha: 1, weight: 0, group: 0, state: undefined, task: undefined };
    const points: WaitingPoint[] = this.attention.length === 0 ? [first] : [];
    const groups = new Map<BlockState, number>();
    const inOrder = [...tasks.entries()].sort(([, a], [, b]) => a.block.index - b.block.index);
    for (const [i, { block: state, task }] of inOrder) {
      const group = groups.get(state) ?? 0;
      groups.set(state, group + 1);
      const own = { block: state.index, group, state, task: i };
      for (const point of task.points) points.push({ ...own, ...point });
      for (const end of task.ends) {
        if (state.scores.has(end)) continue;
        state.scores.set(end, Number.NaN);
        points.push({ ...own, alpha: end, weight: 0 });
      }
    }
    return points;
  }

  async #run(
    points: readonly WaitingPoint[],
    sums: readonly Float64Array[],
    onDone: (done: number) => void,
  ): Promise<void> {
    const { programs, signal, hiddenStates, baselines, score, feeds } = this.#request;
    signal?.throwIfAborted();
    const onPiece = (done: number) => {
      signal?.throwIfAborted();
      onDone(done);
    };
    const result = await programs.sweep({ hiddenStates, baselines, score, feeds, points, onPiece });
    const settled = new Set<number>();
    points.forEach(({ block, alpha, weight, state, task, group }, i) => {
      this.evaluations += (2 * (programs.blocks - block)) / programs.blocks;
      if (state === undefined || task === undefined) return;
      state.points++;
      if (weight === 0 && Number.isNaN(state.scores.get(alpha))) state.scores.set(alpha, result.scores[i] as number);
      if (settled.has(task)) return;
      settled.add(task);
      const relevance = result.relevance[block]?.[group];
      if (relevance !== undefined) addTo(sums[task] as Float64Array, relevance);
    });
    if (this.attention.length === 0) this.attention = result.attention;
  }
}
