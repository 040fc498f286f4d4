/**
 * @file Which cues stand out: by more of the attribution than their number of features gives them by chance, or by how often
 * inputs with them are put into a class. Against a null of attributions permuted within each input, and of decisions permuted
 * among inputs of the same label; family-wise over all cues and classes (Westfall and Young 1993, max-T).
 */

import { createRandom, type Random } from "../util/random.ts";
import type { FoundCue } from "./found-cues.ts";
import type { Subject } from "./subjects.ts";
import type { Column, SuspectedBy } from "./suspicion-column.ts";
import { type Decisions, decisionColumns, openDecisions } from "./suspicious-decisions.ts";

/**
 * The maps that suspicion goes by: the map of the method, and what the score loses with each feature alone. Gradients along a
 * path miss what sharp attention reads from a cue; a cue among others that say the same is missed by leaving it out. Both miss
 * a cue that decides whatever else an input says: it takes as much from inputs that are of its class anyway as it gives others.
 */
const MAPS = {
  attribution: ({ shares }: Subject) => shares,
  "left-out": ({ leftOut }: Subject) => leftOut,
} as const;
const MAP_NAMES = ["attribution", "left-out"] as const;

/** A cue and the class that it speaks for. */
export interface Suspicion {
  /** The map in which it stands out most. */
  readonly map: (subject: Subject) => Float64Array;
  readonly found: FoundCue;
  readonly class: number;
  /** Null of cues that are no features. */
  readonly by: SuspectedBy | null;
  /** Standard deviations above chance; null of cues that are no features. */
  readonly z: number | null;
  /** Family-wise; null where `z` is. */
  readonly pValue: number | null;
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
  const maps = MAP_NAMES.map((by) => subjects.map((subject) => Float64Array.from(MAPS[by](subject))));
  const decisions: Decisions = openDecisions(subjects, classes);
  const columns = cues.flatMap((found) => [
    ...MAP_NAMES.flatMap((by, m) => mapColumns(found, subjects, classes, by, maps[m] as Float64Array[])),
    ...decisionColumns(found, decisions),
  ]);
  const observed = columns.map((column) => column.score());
  // Each of the two has a null of its own, at half the error: decisions are few, and maps have longer tails.
  const isDecision = ({ by }: Column) => by === "decisions";
  const highest = { maps: new Float64Array(permutations), decisions: new Float64Array(permutations) };
  const [inMaps, ofDecisions] = [columns.filter((column) => !isDecision(column)), columns.filter(isDecision)];
  const most = (some: readonly Column[]) =>
    some.reduce((sofar, column) => Math.max(sofar, column.score()), Number.NEGATIVE_INFINITY);
  const random = createRandom(`${seed} permutations`);
  const randomDecisions = createRandom(`${seed} permutations of decisions`);
  for (let p = 0; p < permutations; p++) {
    for (const own of maps.flat()) shuffle(own, random);
    decisions.permute(randomDecisions);
    highest.maps[p] = most(inMaps);
    highest.decisions[p] = most(ofDecisions);
  }
  highest.maps.sort();
  highest.decisions.sort();
  /** Twice the share of the permutations whose strongest cue is at least as strong. */
  const pValueOf = (column: Column, z: number) => {
    const atLeast = permutations - countBelow(isDecision(column) ? highest.decisions : highest.maps, z);
    return Math.min(1, (2 * (1 + atLeast)) / (permutations + 1));
  };
  const byCue = new Map<FoundCue, number[]>();
  columns.forEach(({ found }, c) => {
    byCue.set(found, [...(byCue.get(found) ?? []), c]);
  });
  return cues.map((found) => {
    const own = (byCue.get(found) ?? []).map((c) => {
      const [column, z] = [columns[c] as Column, observed[c] as number];
      return { column, z, pValue: pValueOf(column, z) };
    });
    own.sort((a, b) => a.pValue - b.pValue || b.z - a.z);
    const [best] = own;
    if (best === undefined) {
      const own = leaning(found, subjects, classes);
      return { map: MAPS.attribution, found, class: own, by: null, z: null, pValue: null };
    }
    const { column, z, pValue } = best;
    const shown = own.find((one) => !isDecision(one.column) && one.column.class === column.class);
    const map = MAPS[(shown?.column.by ?? "attribution") as keyof typeof MAPS];
    return { map, found, class: column.class, by: column.by, z, pValue };
  });
}

/** Sums of one cue in one map, for each class: of its places that speak for the class. */
function mapColumns(
  found: FoundCue,
  subjects: readonly Subject[],
  classes: number,
  by: keyof typeof MAPS,
  shares: readonly Float64Array[],
): readonly Column[] {
  return Array.from({ length: classes }, (_, own) => own).flatMap((own): Column[] => {
    const places = found.places.flatMap(({ subject, occurrence: { features } }) => {
      const { predicted } = (subjects[subject] as Subject).answer;
      if (features.length === 0 || (classes > 2 && predicted !== own)) return [];
      return [{ subject, sign: predicted === own ? 1 : -1, features }];
    });
    let [mean, variance] = [0, 0];
    for (const { subject, sign, features } of places) {
      const { mean: one, variance: spread } = momentsOf(shares[subject] as Float64Array, features.length);
      mean += sign * one;
      variance += spread;
    }
    const deviation = Math.sqrt(variance);
    if (deviation <= 1e-9) return [];
    const score = () => {
      let sum = 0;
      for (const { subject, sign, features } of places) {
        const values = shares[subject] as Float64Array;
        for (const feature of features) sum += sign * (values[feature] as number);
      }
      return (sum - mean) / deviation;
    };
    return [{ by, found, class: own, score }];
  });
}

/** Of a sum of so many shares drawn without putting back. */
function momentsOf(shares: Float64Array, drawn: number): { readonly mean: number; readonly variance: number } {
  const count = shares.length;
  const mean = shares.reduce((sum, value) => sum + value, 0) / count;
  const squares = shares.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: drawn * mean, variance: count < 2 ? 0 : (drawn * (count - drawn) * squares) / (count * (count - 1)) };
}

function shuffle(values: Float64Array, random: Random): void {
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
