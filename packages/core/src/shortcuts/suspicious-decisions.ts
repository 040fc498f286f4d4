/**
 * @file Which cues come with a class more often than the labels of their inputs would have it. Decisions are permuted among
 * inputs of the same label, so that a word that belongs to a class is not suspicious for it; without labels it may be, and
 * interventions and readers judge.
 */

import type { Random } from "../util/random.ts";
import type { FoundCue } from "./found-cues.ts";
import type { Subject } from "./subjects.ts";
import type { Column } from "./suspicion-column.ts";

/** What the model decides of each input, which permutations change. */
export interface Decisions {
  /** Predicted class of each input, as permuted. */
  readonly predicted: Int32Array;
  /** Stratum of each input: its label, or that it has none. */
  readonly strata: Int32Array;
  /** [strata][classes]: inputs that are put into each class. */
  readonly counts: readonly Int32Array[];
  permute(random: Random): void;
}

export function openDecisions(subjects: readonly Subject[], classes: number): Decisions {
  const predicted = Int32Array.from(subjects, ({ answer }) => answer.predicted);
  const strata = Int32Array.from(subjects, ({ truth }) => truth ?? classes);
  const counts = Array.from({ length: classes + 1 }, () => new Int32Array(classes));
  const members = counts.map((): number[] => []);
  for (const { index } of subjects) {
    const stratum = strata[index] as number;
    const count = counts[stratum] as Int32Array;
    (count[predicted[index] as number] as number)++;
    members[stratum]?.push(index);
  }
  return {
    predicted,
    strata,
    counts,
    permute(random) {
      for (const own of members) {
        const drawn = random.shuffle(own.map((index) => predicted[index] as number));
        own.forEach((index, i) => {
          predicted[index] = drawn[i] as number;
        });
      }
    },
  };
}

/**
 * For each class, how many inputs with the cue are put into it beyond their share of their stratum. One decision more is added
 * to the variance: else a single surprising decision at a rare cue stands out most (as in Tusher et al. 2001).
 */
export function decisionColumns(found: FoundCue, { predicted, strata, counts }: Decisions): readonly Column[] {
  const own = found.places.flatMap(({ subject, occurrence: { features } }) => (features.length === 0 ? [] : [subject]));
  if (own.length === 0) return [];
  const having = new Int32Array(counts.length);
  for (const subject of own) (having[strata[subject] as number] as number)++;
  const classes = counts[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, c) => c).flatMap((c): Column[] => {
    let [mean, variance] = [0, 0];
    counts.forEach((count, stratum) => {
      const all = count.reduce((sum, n) => sum + n, 0);
      const drawn = having[stratum] as number;
      if (drawn === 0) return;
      const share = (count[c] as number) / all;
      mean += drawn * share;
      variance += (drawn * share * (1 - share) * (all - drawn)) / Math.max(1, all - 1);
    });
    if (variance <= 1e-9) return [];
    const deviation = Math.sqrt(variance + 1);
    const score = () => {
      let sum = 0;
      for (const subject of own) if (predicted[subject] === c) sum++;
      return (sum - mean) / deviation;
    };
    return [{ by: "decisions", found, class: c, score }];
  });
}
