/**
 * @file In which block a cue is read, and where the state at its own place says the class. METHOD 11.
 *
 * Integrated Gradients at the entry of a block contains everything that comes after it, so it cannot tell either: the first
 * block with evidence at a cue is always the first one. What attention takes from the cue is taken away instead, one block at
 * a time; and states are read along the direction of the class, without anything behind them.
 */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { resampledMeans } from "../evaluation/statistics/bootstrap.ts";
import { createRandom } from "../util/random.ts";
import type { Answer, Answers, Classes } from "./answers.ts";
import { estimate, RESAMPLES, share } from "./estimate.ts";
import type { CuePlace, FoundCue } from "./found-cues.ts";
import type { FormingBlocks, ReadingBlocks } from "./shortcut-report.ts";
import { featureStates } from "./states.ts";
import type { Subject } from "./subjects.ts";

/** Resamples with another largest block than this share of them say that it is not one block. */
const RARE = 0.025;
/** Inputs that the direction of a class is made of. */
const DIRECTION_INPUTS = 200;
const SIGNIFICANT = 0.05;

/** What each block may look at, with the positions of a cue taken away in some of them. */
export function keptWithout(
  { whole, features }: Pick<Subject, "whole" | "features">,
  cue: readonly number[],
  blocks: number,
  isOut: (block: number) => boolean,
): readonly Float32Array[] {
  const all = new Float32Array(whole.featureCount).fill(1);
  const without = Float32Array.from(all);
  for (const feature of cue) for (const position of features[feature]?.positions ?? []) without[position] = 0;
  return Array.from({ length: blocks }, (_, l) => (isOut(l) ? without : all));
}

/**
 * The block is chosen by how much the log-odds move, whichever way: a cue that decides whatever else inputs say takes from some
 * what it gives to others. What is reported of each block is the mean towards the class.
 *
 * Cost: a forward pass for each input and block.
 */
export async function readingBlocks(
  model: ExplainableModel,
  classes: Classes,
  answers: Answers,
  subjects: readonly Subject[],
  places: readonly CuePlace[],
  own: number,
  seed: string,
): Promise<ReadingBlocks | null> {
  const { blocks, knockedOut } = model.programs;
  const usable = places.filter(({ occurrence }) => occurrence.features.length > 0);
  if (knockedOut === undefined || usable.length === 0) return null;
  const asked = usable.flatMap(({ subject, occurrence }) => {
    const one = subjects[subject] as Subject;
    return Array.from({ length: blocks }, (_, block) => ({
      whole: one.whole,
      kept: keptWithout(one, occurrence.features, blocks, (l) => l === block),
    }));
  });
  const said = await answers.askPrepared(asked);
  const changes = usable.map(({ subject }, i) => {
    const before = classes.logOdds((subjects[subject] as Subject).answer.logits, own);
    return Array.from(
      { length: blocks },
      (_, l) => before - classes.logOdds((said[i * blocks + l] as Answer).logits, own),
    );
  });
  const columns = Array.from({ length: blocks }, (_, l) => Float64Array.from(changes, (row) => row[l] as number));
  const means = resampledMeans(columns.map(magnitudes), createRandom(`${seed} read`), RESAMPLES);
  const largest = new Float64Array(blocks);
  for (let r = 0; r < RESAMPLES; r++) (largest[strongest(means.map((of) => of[r] as number))] as number)++;
  const often = [...largest.keys()].filter((l) => (largest[l] as number) / RESAMPLES >= RARE);
  const [first = 0, last = first] = [often[0], often.at(-1)];
  const agree = changes.filter((row) => {
    const block = strongest(magnitudes(row));
    return block >= first && block <= last;
  });
  return {
    blocks: columns.map((column, index) => ({ index, ...estimate(column, `${seed} block ${index}`) })),
    first,
    last,
    agreeing: share(agree.length, changes.length),
  };
}

const strongest = (values: ArrayLike<number>): number => {
  const all = Array.from(values);
  return all.indexOf(Math.max(...all));
};

const magnitudes = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, Math.abs);

/** The mean state of inputs at the entry of each block, kept between cues. A class, because it keeps them. */
export class MeanStates {
  readonly #model: ExplainableModel;
  readonly #subjects: readonly Subject[];
  readonly #known = new Map<number, readonly Float64Array[]>();

  constructor(model: ExplainableModel, subjects: readonly Subject[]) {
    this.#model = model;
    this.#subjects = subjects;
  }

  /** [blocks][width] */
  async of(index: number): Promise<readonly Float64Array[]> {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const states = await featureStates(this.#model, this.#subjects[index] as Subject);
    const means = states.map((features) => mean(features));
    this.#known.set(index, means);
    return means;
  }

  /** Directions from inputs of other classes to inputs of this one, at the entry of each block; inputs of `but` are left out. */
  async directions(own: number, but: ReadonlySet<number>): Promise<readonly Float64Array[] | undefined> {
    const sides: Float64Array[][][] = [[], []];
    const drawn = createRandom(`direction ${own}`).shuffle(
      [...this.#subjects.keys()].filter((index) => !but.has(index)),
    );
    for (const side of [0, 1] as const) {
      const some = drawn.filter(
        (index) => Number((this.#subjects[index] as Subject).answer.predicted === own) === side,
      );
      for (const index of some.slice(0, DIRECTION_INPUTS / 2)) sides[side]?.push([...(await this.of(index))]);
    }
    const [others, these] = sides as [Float64Array[][], Float64Array[][]];
    if (others.length === 0 || these.length === 0) return undefined;
    return Array.from({ length: this.#model.programs.blocks }, (_, l) => {
      const from = mean(others.map((states) => states[l] as Float64Array));
      const to = mean(these.map((states) => states[l] as Float64Array));
      return to.map((value, d) => value - (from[d] as number));
    });
  }
}

function mean(vectors: readonly (Float64Array | Float32Array)[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let d = 0; d < sum.length; d++) (sum[d] as number) += vector[d] as number;
  return sum.map((value) => value / Math.max(1, vectors.length));
}

/**
 * The first block whose entering state at the place of a cue says the class: the read-out along the direction of the class,
 * against the same read-out at other features of the same inputs, permuted. P-values are corrected for the number of blocks.
 *
 * Cost: a forward pass for each input, and once 200 for the directions.
 */
export async function formingBlocks(
  model: ExplainableModel,
  states: MeanStates,
  subjects: readonly Subject[],
  found: FoundCue,
  places: readonly CuePlace[],
  own: number,
  { permutations, seed }: { readonly permutations: number; readonly seed: string },
): Promise<FormingBlocks | null> {
  const usable = places.filter(
    ({ subject, occurrence: { features } }) =>
      features.length > 0 && features.length < (subjects[subject] as Subject).features.length,
  );
  const directions = await states.directions(own, new Set(found.places.map(({ subject }) => subject)));
  if (usable.length === 0 || directions === undefined) return null;
  /** [inputs][blocks][features] */
  const readouts: Float64Array[][] = [];
  for (const { subject } of usable) {
    const blocks = await featureStates(model, subjects[subject] as Subject);
    readouts.push(
      blocks.map((features, l) =>
        standardised(Float64Array.from(features, (state) => dot(state, directions[l] as Float64Array))),
      ),
    );
  }
  const random = createRandom(`${seed} formed`);
  const observed = new Float64Array(directions.length);
  const atLeast = new Float64Array(directions.length);
  const sumAt = (l: number, feature: (input: number, i: number, count: number) => number) =>
    usable.reduce((sum, { occurrence: { features } }, input) => {
      const values = readouts[input]?.[l] as Float64Array;
      const picked = features.map((_, i) => values[feature(input, i, values.length)] as number);
      return sum + picked.reduce((a, b) => a + b, 0) / picked.length;
    }, 0) / usable.length;
  for (let l = 0; l < directions.length; l++) {
    observed[l] = sumAt(l, (input, i) => usable[input]?.occurrence.features[i] as number);
    for (let p = 0; p < permutations; p++) {
      if (sumAt(l, (_input, _i, count) => random.below(count)) >= (observed[l] as number)) (atLeast[l] as number)++;
    }
  }
  const blocks = directions.map((_, index) => ({
    index,
    value: observed[index] as number,
    pValue: Math.min(1, (directions.length * (1 + (atLeast[index] as number))) / (permutations + 1)),
  }));
  return { blocks, block: blocks.find(({ pValue }) => pValue <= SIGNIFICANT)?.index ?? null };
}

function standardised(values: Float64Array): Float64Array {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
  return values.map((value) => (deviation === 0 ? 0 : (value - middle) / deviation));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] as number);
  return sum;
};
