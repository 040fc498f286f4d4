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
import type { Random } from "../../util/random.ts";
import { openAttentionShift } from "../attention-shift.ts";
import { derivative, OFFSETS } from "../central-difference.ts";
import type { Check, CheckContext } from "../check.ts";
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
/** Part of its size by which the score moves along a direction. */
const MOVE = 0.05;
/**
 * Share of a derivative that a gradient may miss it by, beyond what the difference itself is uncertain of. Right gradients
 * miss by less than a tenth of it on the models tried (docs/verify.md).
 */
const LIMIT = { most: 0.01, unit: "share of the derivative" };

/** What is left of the distance where a gradient seems to miss. */
const NEARER = [1 / 4, 1 / 16];

/** Differences that are less certain than this share of the derivative tell nothing. */
const VAGUE = 0.1;

export const gradients: Check = {
  name: "gradients",
  compares:
    "gradients of the score with differences of the score, at random directions of the hidden states of every block and of its attention",
  doubt: "block relevance, fused maps and every method that uses gradients; predictions are not touched",
  weight: 12,
  async run(context) {
    const differences = new Differences();
    const tally = { conclusive: 0, all: 0 };
    const few = context.subject.input.units.length > MANY_POSITIONS;
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

interface Tally {
  conclusive: number;
  all: number;
}

/** One derivative: by gradient, and by values of F. */
interface Compared {
  readonly where: string;
  readonly gradient: number;
  /** F at every one of `OFFSETS`, where offset 1 goes `reach` along the direction. */
  readonly values: (reach: number) => Promise<ArrayLike<number>>;
  /** Those of the whole reach, where they are known. */
  readonly known?: ArrayLike<number>;
  readonly size: number;
}

/**
 * A gradient that misses is measured again, nearer by: of a kink (ReLU) that lies in between nothing is left there, and a
 * wrong gradient misses at any distance.
 */
async function take(differences: Differences, tally: Tally, compared: Compared): Promise<void> {
  const { where, gradient, values, size } = compared;
  const reach = reachOf(gradient, size);
  let found = missOf(reach * gradient, compared.known ?? (await values(reach)), size);
  tally.all++;
  if (!(found.uncertainty <= VAGUE)) return;
  if (found.uncertainty < LIMIT.most) tally.conclusive++;
  for (const share of NEARER) {
    if (found.missed <= LIMIT.most) break;
    found = missOf(share * reach * gradient, await values(share * reach), size);
  }
  // Nearer by, rounding hides more.
  if (found.uncertainty <= VAGUE || found.missed > LIMIT.most) differences.add(where, found.missed, LIMIT);
}

/** Both as shares of the derivative. */
function missOf(gradient: number, values: ArrayLike<number>, size: number) {
  const { value, uncertainty } = derivative(values, size);
  const scale = Math.max(Math.abs(value), Math.abs(gradient), Number.MIN_VALUE);
  return { missed: Math.max(0, Math.abs(gradient - value) - uncertainty) / scale, uncertainty: uncertainty / scale };
}

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
  for (const [block, hiddenState] of hiddenStates.entries()) {
    const own = relevance[block] as Float32Array;
    const sets = positionSets(own, draw, alone).map((positions) => {
      const gradient = positions.reduce((sum, t) => sum + (own[t] as number), 0);
      return { positions, gradient, reach: reachOf(gradient, size) };
    });
    const scores = async (chosen: readonly { readonly positions: readonly number[]; readonly reach: number }[]) => {
      const states = chosen.flatMap(({ positions, reach }) =>
        OFFSETS.map((offset) => moved(hiddenState, directions[block] as Float32Array, reach * offset, positions)),
      );
      const logits = await model.programs.logitsFrom({
        block,
        hiddenState: stacked(states, hiddenState),
        feeds: input.feeds,
      });
      return scoresOf(logits, states.length, score);
    };
    const together = await scores(sets);
    for (const [s, { positions, gradient }] of sets.entries()) {
      const place = positions.length === own.length ? "all positions" : `position ${positions[0]}`;
      await take(differences, tally, {
        where: `the hidden state entering block ${block}, ${place}`,
        gradient,
        values: (reach) => scores([{ positions, reach }]),
        known: together.slice(s * OFFSETS.length, (s + 1) * OFFSETS.length),
        size,
      });
    }
    onProgress((block + 1) / hiddenStates.length);
  }
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
  const { forward, baseline, score, input } = subject;
  const { attention } = await model.programs.sweep({
    hiddenStates: forward.hiddenStates,
    baselines: baseline.hiddenStates,
    score,
    points: [{ block: 0, alpha: 1 }],
    feeds: input.feeds,
  });
  const draw = random("attention");
  const patterns = input.units.length > MANY_POSITIONS ? 1 : PATTERNS;
  const shift = await openAttentionShift(model);
  try {
    for (const [block, map] of attention.entries()) {
      for (let p = 0; p < patterns; p++) {
        const pattern = Float32Array.from(map.data, () => 2 * draw.next() - 1);
        // The sweep gives the mean over the heads, and all of them are moved.
        const gradient =
          model.anatomy.heads * map.data.reduce((sum, value, i) => sum + value * (pattern[i] as number), 0);
        const values = async (reach: number) => {
          const logits = await shift.logits(forward.hiddenStates[block] as FloatTensor, input.feeds, {
            block,
            pattern: floatTensor(pattern, map.shape),
            offsets: OFFSETS.map((offset) => reach * offset),
          });
          return scoresOf(logits, OFFSETS.length, score);
        };
        await take(differences, tally, { where: `the attention of block ${block}`, gradient, values, size });
      }
    }
  } finally {
    await shift.dispose();
  }
  return true;
}
