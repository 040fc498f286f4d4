/**
 * @file Which cues have more of the attribution than their number of features gives them by chance: against a null of
 * attributions permuted within each input, family-wise over all cues and classes (Westfall and Young 1993, max-T).
 */

import { createRandom } from "../util/random.ts";
import type { FoundCue } from "./found-cues.ts";
import type { Subject } from "./subjects.ts";

/**
 * The maps that suspicion goes by: the map of the method, and what the score loses with each feature alone. Gradients along a
 * path miss what sharp attention reads from a cue; a cue among others that say the same is missed by leaving it out.
 */
const MAPS: readonly ((subject: Subject) => Float64Array)[] = [({ shares }) => shares, ({ leftOut }) => leftOut];

/** A cue and the class that it speaks for by its attribution. */
export interface Suspicion {
  /** The map in which it stands out most. */
  readonly map: (subject: Subject) => Float64Array;
  readonly found: FoundCue;
  readonly class: number;
  /** Standard deviations above chance; null of cues that are no features. */
  readonly z: number | null;
  /** Family-wise; null where `z` is. */
  readonly pValue: number | null;
}

/** Sums of one cue for one class: of its places that speak for the class. */
interface Column {
  /** Index of the map. */
  readonly map: number;
  readonly found: FoundCue;
  readonly class: number;
  /** Inputs, each with the sign of its shares for this class. */
  readonly places: readonly { readonly subject: number; readonly sign: 1 | -1; readonly features: readonly number[] }[];
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Every cue with the class that it speaks for most.
 *
 * Attribution explains the predicted class of each input. Of two classes it speaks of the other one, too, with the other
 * sign; of more classes a cue is judged by the inputs that are predicted to be of the class.
 *
 * Cost: permutations x features of all cues in all inputs additions.
 */
export function suspect(
  subjects: readonly Subject[],
  cues: readonly FoundCue[],
  { classes, permutations, seed }: { readonly classes: number; readonly permutations: number; readonly seed: number },
): readonly Suspicion[] {
  const columns = cues.flatMap((found) => MAPS.flatMap((_, map) => columnsOf(found, subjects, classes, map)));
  const maps = MAPS.map((of) => subjects.map((subject) => Float64Array.from(of(subject))));
  const score = (column: Column) => scoreOf(column, maps[column.map] as Float64Array[]);
  const observed = columns.map(score);
  const highest = new Float64Array(permutations);
  const random = createRandom(`${seed} permutations`);
  for (let p = 0; p < permutations; p++) {
    for (const own of maps.flat()) shuffle(own, random);
    let most = Number.NEGATIVE_INFINITY;
    for (const column of columns) most = Math.max(most, score(column));
    highest[p] = most;
  }
  highest.sort();
  /** Share of the permutations whose strongest cue is at least as strong. */
  const pValueOf = (z: number) => (1 + permutations - countBelow(highest, z)) / (permutations + 1);
  const best = new Map<FoundCue, Suspicion>();
  columns.forEach((column, c) => {
    const z = observed[c] as number;
    const known = best.get(column.found);
    if (known?.z !== undefined && known.z !== null && known.z >= z) return;
    const map = MAPS[column.map] as Suspicion["map"];
    best.set(column.found, { map, found: column.found, class: column.class, z, pValue: pValueOf(z) });
  });
  return cues.map(
    (found) =>
      best.get(found) ?? {
        found,
        map: MAPS[0] as Suspicion["map"],
        class: leaning(found, subjects, classes),
        z: null,
        pValue: null,
      },
  );
}

function columnsOf(found: FoundCue, subjects: readonly Subject[], classes: number, map: number): readonly Column[] {
  const sharesOf = MAPS[map] as Suspicion["map"];
  const all = Array.from({ length: classes }, (_, own) => {
    const places = found.places.flatMap(({ subject, occurrence: { features } }) => {
      const { predicted } = (subjects[subject] as Subject).answer;
      if (features.length === 0 || (classes > 2 && predicted !== own)) return [];
      return [{ subject, sign: (predicted === own ? 1 : -1) as 1 | -1, features }];
    });
    let [mean, variance] = [0, 0];
    for (const { subject, sign, features } of places) {
      const shares = sharesOf(subjects[subject] as Subject);
      const { mean: own, variance: spread } = momentsOf(shares, features.length);
      mean += sign * own;
      variance += spread;
    }
    return { map, found, class: own, places, mean, deviation: Math.sqrt(variance) };
  });
  return all.filter(({ deviation }) => deviation > 1e-9);
}

/** Of a sum of so many shares drawn without putting back. */
function momentsOf(shares: Float64Array, drawn: number): { readonly mean: number; readonly variance: number } {
  const count = shares.length;
  const mean = shares.reduce((sum, value) => sum + value, 0) / count;
  const squares = shares.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: drawn * mean, variance: count < 2 ? 0 : (drawn * (count - drawn) * squares) / (count * (count - 1)) };
}

function scoreOf({ places, mean, deviation }: Column, shares: readonly Float64Array[]): number {
  let sum = 0;
  for (const { subject, sign, features } of places) {
    const own = shares[subject] as Float64Array;
    for (const feature of features) sum += sign * (own[feature] as number);
  }
  return (sum - mean) / deviation;
}

function shuffle(values: Float64Array, random: { below(limit: number): number }): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = values[i] as number;
    values[i] = values[j] as number;
    values[j] = kept;
  }
}

/** How many of the sorted numbers are smaller. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The class that inputs with the cue are predicted to be of more often than others. */
function leaning({ places }: FoundCue, subjects: readonly Subject[], classes: number): number {
  const excess = Array.from({ length: classes }, (_, own) => {
    const all = subjects.filter(({ answer }) => answer.predicted === own).length / subjects.length;
    const here = places.filter(({ subject }) => (subjects[subject] as Subject).answer.predicted === own).length;
    return here / places.length - all;
  });
  return excess.indexOf(Math.max(...excess));
}

/** Share of the attribution that a cue has in each input that speaks for a class, towards it. */
export function sharesFor(
  { places }: FoundCue,
  own: number,
  subjects: readonly Subject[],
  classes: number,
  of: (subject: Subject) => Float64Array | undefined = ({ shares }) => shares,
): number[] {
  return places.flatMap(({ subject, occurrence }) => {
    const one = subjects[subject] as Subject;
    const shares = of(one);
    const isOwn = one.answer.predicted === own;
    if (shares === undefined || (classes > 2 && !isOwn)) return [];
    return [(isOwn ? 1 : -1) * occurrence.features.reduce((sum, feature) => sum + (shares[feature] as number), 0)];
  });
}
