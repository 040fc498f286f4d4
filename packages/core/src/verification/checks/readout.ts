/** @file Check: the logits are read from where the anatomy says, found out by moving single positions of what the last block gives. */

import { readoutShares } from "../../attribution/readout.ts";
import { generalDefaults } from "../../attribution/resolve-run.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { sliceRows } from "../../program/rows.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import { logitsOf, streamOf } from "../../transformer/anatomy.ts";
import type { Check, CheckContext } from "../check.ts";
import { Differences, largestDifference } from "../differences.ts";
import { directionAt, moved, stacked } from "../directions.ts";
import { equal, sameNumbers } from "../limits.ts";
import { openReadout } from "../readout-program.ts";

/** Most positions of those that are read, and of the others, that are moved alone. */
const ALONE = 6;

export const readout: Check = {
  name: "readout",
  compares:
    "the positions that the logits are said to be read from with those that move the logits behind the last block",
  doubt:
    "methods that follow attention back from what is read: attention rollout, gradient rollout, raw attention, and fusion by transport",
  weight: 1,
  async run(context) {
    const { model } = context;
    const differences = new Differences();
    await compareDirections(context, differences);
    const attention = `attention looks ${streamOf(model.anatomy).causal === true ? "back alone, as the anatomy says" : "both ways, as the anatomy says"}`;
    const about = await readPositions(context, differences);
    return { differences, sentence: `${about}; ${attention}` };
  },
};

/** What was found out about the positions that are read. */
async function readPositions(context: CheckContext, differences: Differences): Promise<string> {
  const { model, subject } = context;
  if (model.streamed) return "The model is run block by block: nothing was moved behind its last block";
  const program = await openReadout(model, subject.input.feeds);
  if (program === undefined) {
    return "The last block computes only what is read, so that nothing was moved behind it";
  }
  try {
    const state = await program.state();
    if (logitsOf(model.anatomy).per === "token") return await eachToken(context, program.logits, state, differences);
    const shares = await sharesOf(context);
    if (typeof shares === "string") return `Nothing is said of the positions that are read (${shares})`;
    return await chosenPositions(context, shares, program.logits, state, differences);
  } finally {
    await program.dispose();
  }
}

const positionsOf = ({ shape }: FloatTensor): number[] => Array.from({ length: shape[1] ?? 0 }, (_, t) => t);

type Logits = (states: FloatTensor) => Promise<FloatTensor>;

/** Whether logits must not move, or must. */
function judge(differences: Differences, where: string, change: number, largest: number, read: boolean): void {
  const limit = sameNumbers(largest, "logit");
  if (read)
    differences.add(`${where}, which is read`, change > limit.most ? 0 : 1, {
      most: 0,
      unit: "position that does not move the logits",
    });
  else differences.add(`${where}, which is not read`, change, limit);
}

async function chosenPositions(
  { random, logitSize }: CheckContext,
  shares: Float64Array,
  logits: Logits,
  state: FloatTensor,
  differences: Differences,
): Promise<string> {
  const positions = positionsOf(state);
  const draw = random("readout");
  const direction = directionAt(state, draw);
  const read = positions.filter((t) => (shares[t] as number) > 0);
  const others = positions.filter((t) => !read.includes(t));
  const sets = [
    [],
    ...draw
      .shuffle(read)
      .slice(0, ALONE)
      .map((t) => [t]),
    ...(others.length === 0
      ? []
      : [
          others,
          ...draw
            .shuffle(others)
            .slice(0, ALONE)
            .map((t) => [t]),
        ]),
  ];
  const result = await logits(
    stacked(
      sets.map((set) => moved(state, direction, 1, set)),
      state,
    ),
  );
  const rows = sets.map((_, row) => sliceRows(result, row, row + 1).data);
  const [still = new Float32Array()] = rows;
  for (const [row, set] of sets.entries()) {
    const [first] = set;
    if (first === undefined) continue;
    const where = set.length === 1 ? `position ${first}` : `all ${set.length} other positions`;
    judge(differences, where, largestDifference(rows[row] as Float32Array, still), logitSize, read.includes(first));
  }
  return `Moving ${read.length === positions.length ? "any position" : `position ${read.join(", ")}`} behind the last block moves the logits${others.length === 0 ? "" : ", moving all others does not"}`;
}

/** The logits of every token move with its own position, and with no other. */
async function eachToken(
  { random, logitSize }: CheckContext,
  logits: Logits,
  state: FloatTensor,
  differences: Differences,
): Promise<string> {
  const positions = positionsOf(state);
  const draw = random("readout");
  const direction = directionAt(state, draw);
  const chosen = draw.shuffle(positions).slice(0, ALONE);
  const result = await logits(
    stacked([moved(state, direction, 0, []), ...chosen.map((t) => moved(state, direction, 1, [t]))], state),
  );
  const classes = result.shape.at(-1) ?? 0;
  const still = sliceRows(result, 0, 1).data;
  for (const [i, t] of chosen.entries()) {
    const row = sliceRows(result, i + 1, i + 2).data;
    const own = [row, still].map((values) => values.subarray(t * classes, (t + 1) * classes)) as [
      Float32Array,
      Float32Array,
    ];
    const others = [row, still].map((values) => values.filter((_, k) => Math.floor(k / classes) !== t)) as [
      Float32Array,
      Float32Array,
    ];
    judge(differences, `position ${t}, for its own label`, largestDifference(...own), logitSize, true);
    judge(differences, `position ${t}, for the labels of others`, largestDifference(...others), logitSize, false);
  }
  return "Moving a position behind the last block moves the logits of its own token and of no other";
}

/** Shares of what is read, as the methods that follow attention take them; why not, where they refuse. */
async function sharesOf({ model, subject, onProgress }: CheckContext): Promise<Float64Array | string> {
  const { forward, score, input } = subject;
  const scoreAtInput = evaluateScore(score, logitsRow(forward.logits, score.position));
  try {
    const { shares } = await readoutShares({
      model,
      input,
      forward,
      score,
      scoreAtInput,
      options: generalDefaults,
      onProgress,
    });
    return shares;
  } catch (error) {
    if (error instanceof UnsupportedModelError) return error.message;
    throw error;
  }
}

/** No position of a causal model looks at later ones; of every other model, one does somewhere. */
async function compareDirections({ model, subject }: CheckContext, differences: Differences): Promise<void> {
  const { programs, anatomy } = model;
  const hiddenState = subject.forward.hiddenStates[0] as FloatTensor;
  const maps = await programs.attention({
    block: 0,
    last: programs.blocks - 1,
    hiddenState,
    feeds: subject.input.feeds,
  });
  const most = maps.map(largestAhead);
  const looks = most.some((largest) => largest !== undefined && largest > 0);
  if (streamOf(anatomy).causal === true) {
    for (const [block, largest] of most.entries()) {
      if (largest !== undefined)
        differences.add(
          `attention of block ${block} to later positions, in a causal model`,
          largest,
          equal("probability"),
        );
    }
  } else if (most.some((largest) => largest !== undefined)) {
    const where = "attention to later positions, in a model that is not said to be causal";
    differences.add(where, looks ? 0 : 1, equal("model that looks back alone"));
  }
}

/** The largest probability with which a position looks at a later one; undefined where not all positions look. */
function largestAhead({ data, shape }: FloatTensor): number | undefined {
  const [, , queries = 0, keys = 0] = shape;
  if (queries !== keys || queries < 2) return undefined;
  let largest = 0;
  for (const [i, value] of data.entries()) {
    if (i % keys > Math.floor(i / keys) % queries) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}
