/**
 * @file Check: gradients of the score beside differences of the score, at the hidden states of every block and at the
 * attention between them.
 *
 * The sweep itself is asked: with a path from H - v to H it gives dF/dH * v at every position, which is the derivative of F
 * along v, position by position. The differences come from forward passes alone.
 */

import { sliceRows } from "../../program/rows.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { streamOf } from "../../transformer/anatomy.ts";
import type { Random } from "../../util/random.ts";
import { openAttentionShift } from "../attention-shift.ts";
import { OFFSETS } from "../central-difference.ts";
import type { Check, CheckContext } from "../check.ts";
import { type Taken, type Tally, take } from "../derivatives.ts";
import { Differences } from "../differences.ts";
import { directionAt, moved, stacked } from "../directions.ts";
import { sameNumbers } from "../limits.ts";

/** Random directions at the hidden states of every block. */
const DIRECTIONS = 2;
/** Positions of each direction that are moved alone, besides all of them together. */
const ALONE = 3;
/** Random patterns that the attention of every block is moved by. */
const PATTERNS = 2;
/** Inputs of more positions, as pictures are, are moved in one direction, and one position of it alone. */
const MANY_POSITIONS = 64;
/** How far from a hidden state a derivative is taken again, in parts of its size. */
const NEARBY = 0.02;
/** Part of the distance that is gone there: what bends on the way is less. */
const SHORTER = 1 / 4;
/** Part of its size by which the score moves along a direction. */
const MOVE = 0.05;
export const gradients: Check = {
  name: "gradients",
  compares:
    "gradients of the score with differences of the score, at random directions of the hidden states of every block and of its attention",
  doubt: "block relevance, fused maps and every method that uses gradients; predictions are not touched",
  weight: 12,
  async run(context) {
    const differences = new Differences();
    const tally = { conclusive: 0, all: 0 };
    const few = context.subject.input.features.length > MANY_POSITIONS;
    const directions = few ? 1 : DIRECTIONS;
    for (let d = 0; d < directions; d++) {
      const onProgress = (done: number) => context.onProgress((0.7 * (d + done)) / directions);
      await alongDirection({ ...context, onProgress }, { d, alone: few ? 1 : ALONE }, differences, tally);
    }
    await otherPrograms(context, differences);
    context.onProgress(0.8);
    const attention = await alongAttention(context, differences, tally);
    if (tally.conclusive === 0) {
      return {
        notApplicable: `The score moves so little that rounding in float32 hides it: no gradient can be checked by differences`,
      };
    }
    const moved = `random directions at the hidden states of all ${context.model.programs.blocks} blocks${attention ? " and patterns in their attention" : ""}`;
    return {
      differences,
      sentence: `Gradients along ${moved} were compared with differences of the score; ${tally.conclusive} of ${tally.all} derivatives were large enough beside rounding to tell a gradient that is off by 1 %${attention ? "" : "; the attention was not moved, because the model is run block by block"}`,
    };
  },
};

async function alongDirection(
  context: CheckContext,
  { d, alone }: { readonly d: number; readonly alone: number },
  differences: Differences,
  tally: Tally,
): Promise<void> {
  const { model, subject, logitSize: size, random, onProgress } = context;
  const { forward, score, input } = subject;
  const { hiddenStates } = forward;
  const draw = random(`direction ${d}`);
  const directions = hiddenStates.map((state) => directionAt(state, draw));
  const baselines = hiddenStates.map((state, l) =>
    floatTensor(
      state.data.map((value, i) => value - (directions[l]?.[i] as number)),
      state.shape,
    ),
  );
  const points = hiddenStates.map((_, block) => ({ block, alpha: 1 }));
  const { relevance } = await model.programs.sweep({ hiddenStates, baselines, score, points, feeds: input.feeds });
  const judgement = { differences, tally, size };
  for (const [block, hiddenState] of hiddenStates.entries()) {
    const direction = directions[block] as Float32Array;
    const own = relevance[block] as Float32Array;
    const sets = positionSets(own, draw, alone);
    const taken = await takenAt(context, block, hiddenState, { direction, relevance: own, sets });
    for (const [s, positions] of sets.entries()) {
      const place = positions.length === own.length ? "all positions" : `position ${positions[0]}`;
      const where = `the hidden state entering block ${block}, ${place}`;
      await take(judgement, where, taken[s] as Taken, async (time) => {
        const shift = directionAt(hiddenState, random(`direction ${d}, ${where}, ${time}`));
        const [nearby] = await takenNearby(context, block, { direction, sets: [positions] }, shift);
        return nearby as Taken;
      });
    }
    onProgress((block + 1) / hiddenStates.length);
  }
}

interface Along {
  readonly direction: Float32Array;
  readonly sets: readonly (readonly number[])[];
}

/** Derivatives at a hidden state entering a block, of sets of positions moved along a direction. */
async function takenAt(
  { model, subject, logitSize: size }: CheckContext,
  block: number,
  hiddenState: FloatTensor,
  { direction, relevance, sets }: Along & { readonly relevance: Float32Array },
  part = 1,
): Promise<readonly Taken[]> {
  const { score, input } = subject;
  const moves = sets.map((positions) => {
    const gradient = positions.reduce((sum, t) => sum + (relevance[t] as number), 0);
    return { positions, gradient, reach: part * reachOf(gradient, size) };
  });
  const states = moves.flatMap(({ positions, reach }) =>
    OFFSETS.map((offset) => moved(hiddenState, direction, reach * offset, positions)),
  );
  const logits = await model.programs.logitsFrom({
    block,
    hiddenState: stacked(states, hiddenState),
    feeds: input.feeds,
  });
  const values = scoresOf(logits, states.length, score);
  return moves.map(({ gradient, reach }, s) => ({
    gradient: reach * gradient,
    values: values.slice(s * OFFSETS.length, (s + 1) * OFFSETS.length),
  }));
}

/** The same at a hidden state a little away. */
async function takenNearby(
  context: CheckContext,
  block: number,
  along: Along,
  shift: Float32Array,
): Promise<readonly Taken[]> {
  const { model, subject } = context;
  const { forward, score, input } = subject;
  const own = forward.hiddenStates[block] as FloatTensor;
  const at = (change: (i: number) => number) =>
    floatTensor(
      own.data.map((value, i) => value + change(i)),
      own.shape,
    );
  const hiddenState = at((i) => NEARBY * (shift[i] as number));
  const baseline = at((i) => NEARBY * (shift[i] as number) - (along.direction[i] as number));
  const replaced = (state: FloatTensor) => forward.hiddenStates.map((one, l) => (l === block ? state : one));
  const { relevance } = await model.programs.sweep({
    hiddenStates: replaced(hiddenState),
    baselines: replaced(baseline),
    score,
    points: [{ block, alpha: 1 }],
    feeds: input.feeds,
  });
  return takenAt(context, block, hiddenState, { ...along, relevance: relevance[0] as Float32Array }, SHORTER);
}

/**
 * How much of a direction is gone along: where the gradient is steep, less of it, so that the score moves by a small part of
 * its size and is nearly a polynomial on the way.
 */
const reachOf = (gradient: number, size: number): number =>
  Math.min(1, (MOVE * size) / Math.max(Math.abs(gradient), Number.MIN_VALUE));

/** All positions together, the one with the largest derivative, and others at random. */
function positionSets(relevance: Float32Array, random: Random, alone: number): readonly (readonly number[])[] {
  const all = [...relevance.keys()];
  const strongest = all.reduce(
    (best, t) => (Math.abs(relevance[t] as number) > Math.abs(relevance[best] as number) ? t : best),
    0,
  );
  const others = random.shuffle(all.filter((t) => t !== strongest)).slice(0, alone - 1);
  return [all, ...[strongest, ...others].map((t) => [t])];
}

const scoresOf = (logits: FloatTensor, rows: number, score: Parameters<typeof evaluateScore>[0]): number[] =>
  Array.from({ length: rows }, (_, row) =>
    evaluateScore(score, logitsRow(sliceRows(logits, row, row + 1), score.position)),
  );

/** The programs that methods other than CA-LIG take gradients from must say what the sweep says. */
async function otherPrograms({ model, subject }: CheckContext, differences: Differences): Promise<void> {
  const { forward, baseline, score, input } = subject;
  const { programs } = model;
  const points = forward.hiddenStates.map((_, block) => ({ block, alpha: 1 }));
  const swept = await programs.sweep({
    hiddenStates: forward.hiddenStates,
    baselines: baseline.hiddenStates,
    score,
    points,
    feeds: input.feeds,
  });
  for (const block of new Set([0, programs.blocks - 1])) {
    const hiddenState = forward.hiddenStates[block] as FloatTensor;
    const { gradient } = await programs.hiddenGradient({ block, hiddenState, feeds: input.feeds, score });
    const width = hiddenState.shape[2] ?? 0;
    const own = Float32Array.from({ length: hiddenState.shape[1] ?? 0 }, (_, t) => {
      let sum = 0;
      for (let i = t * width; i < (t + 1) * width; i++) {
        sum +=
          (gradient.data[i] as number) *
          ((hiddenState.data[i] as number) - (baseline.hiddenStates[block]?.data[i] as number));
      }
      return sum;
    });
    const wanted = swept.relevance[block] as Float32Array;
    const total = wanted.reduce((sum, value) => sum + Math.abs(value), 0);
    differences.compare(
      `the gradient at block ${block}, alone and in the sweep`,
      own,
      wanted,
      sameNumbers(total, score.kind),
    );
  }
}

/** A * (1 + s R) for a random pattern R of queries and keys: its derivative is the sum of R times what the sweep says of A * dF/dA. */
async function alongAttention(context: CheckContext, differences: Differences, tally: Tally): Promise<boolean> {
  const { model, subject, logitSize: size, random } = context;
  if (model.streamed) return false;
  const { forward, input } = subject;
  const draw = random("attention");
  const patterns = input.features.length > MANY_POSITIONS ? 1 : PATTERNS;
  const shift = await openAttentionShift(model);
  const judgement = { differences, tally, size };
  try {
    const attention = await attentionFrom(context, forward.hiddenStates);
    for (const [block, map] of attention.entries()) {
      for (let p = 0; p < patterns; p++) {
        const pattern = Float32Array.from(map.data, () => 2 * draw.next() - 1);
        const first = await alongPattern(context, shift, forward.hiddenStates, { block, map, pattern });
        await take(judgement, `the attention of block ${block}`, first, async (time) => {
          const [state] = forward.hiddenStates as readonly [FloatTensor];
          const away = directionAt(state, random(`attention ${block}, ${p}, ${time}`));
          const hiddenState = floatTensor(
            state.data.map((value, i) => value + NEARBY * (away[i] as number)),
            state.shape,
          );
          const { hiddenStates } = await model.programs.forwardFrom({ hiddenState, feeds: input.feeds });
          const maps = await attentionFrom(context, hiddenStates);
          return alongPattern(
            context,
            shift,
            hiddenStates,
            { block, map: maps[block] as FloatTensor, pattern },
            SHORTER,
          );
        });
      }
    }
  } finally {
    await shift.dispose();
  }
  return true;
}

/** A * dF/dA of every block, mean over heads, at states that follow from the first. */
async function attentionFrom(
  { model, subject }: CheckContext,
  hiddenStates: readonly FloatTensor[],
): Promise<readonly FloatTensor[]> {
  const { baseline, score, input } = subject;
  const points = [{ block: 0, alpha: 1 }];
  const request = { hiddenStates, baselines: baseline.hiddenStates, score, points, feeds: input.feeds };
  return (await model.programs.sweep(request)).attention;
}

/** The derivative along one pattern of one block's attention. */
async function alongPattern(
  { model, subject, logitSize: size }: CheckContext,
  shift: Awaited<ReturnType<typeof openAttentionShift>>,
  hiddenStates: readonly FloatTensor[],
  { block, map, pattern }: { readonly block: number; readonly map: FloatTensor; readonly pattern: Float32Array },
  part = 1,
): Promise<Taken> {
  // The sweep gives the mean over the heads, and all of them are moved.
  const gradient =
    streamOf(model.anatomy).heads * map.data.reduce((sum, value, i) => sum + value * (pattern[i] as number), 0);
  const reach = part * reachOf(gradient, size);
  const logits = await shift.logits(hiddenStates[block] as FloatTensor, subject.input.feeds, {
    block,
    pattern: floatTensor(pattern, map.shape),
    offsets: OFFSETS.map((offset) => reach * offset),
  });
  return { gradient: reach * gradient, values: scoresOf(logits, OFFSETS.length, subject.score) };
}
