/** @file Whether the labels of a data set warrant what a model makes of a cue. */

import type { FoundCue } from "./found-cues.ts";
import type { LabelVerdict, Lift } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

/** What is known of the labels as a whole. */
export interface LabelFacts {
  /** Share of the labelled inputs of each class; empty without labels. */
  readonly base: readonly number[];
  /** Share of the labelled inputs that the model is right about. */
  readonly accuracy: number;
  readonly labelled: number;
}

/** Inputs with labels that were not made for this model or by these writers: a cue that it has not is not of the task. */
export interface Reference {
  readonly subjects: readonly Labelled[];
  readonly facts: LabelFacts;
  /** Indices of its inputs that have a cue. */
  has(found: FoundCue): readonly number[];
}

/** Odds against an error in one cue; a shortcut is called so at as many times more as cues are tested: one in twenty for all. */
const FAMILY = 20;
/** Inputs without the cue from which on it is known how right the model is there. */
const LEAST_KNOWN = 5;
/** Share of what is expected of a cue in the reference that is hardly any: clean data has leftovers. */
const HARDLY = 0.1;
/** How much better than guessing the model must be there for labels to tell. */
const LEAST_BETTER = 0.05;

type Labelled = Pick<Subject, "truth" | "answer">;

export function labelFacts(subjects: readonly Pick<Subject, "truth" | "answer">[], classes: number): LabelFacts {
  const labelled = subjects.filter(({ truth }) => truth !== undefined);
  if (labelled.length === 0) return { base: [], accuracy: 0, labelled: 0 };
  return {
    base: Array.from(
      { length: classes },
      (_, c) => (labelled.filter(({ truth }) => truth === c).length + 1) / (labelled.length + classes),
    ),
    accuracy: labelled.filter(({ truth, answer }) => truth === answer.predicted).length / labelled.length,
    labelled: labelled.length,
  };
}

/**
 * How much more probable the labels of the inputs with a cue that the model puts into its class are if the model is right there
 * as often as where the cue is not, than if these inputs were of the class as often as any: natural logarithm. Large and
 * negative where the model follows something that labels do not. Null where labels cannot tell: without labelled inputs, and
 * where the model is no better than that without the cue.
 */
function evidenceOf(
  own: number,
  having: readonly Labelled[],
  others: readonly Labelled[],
  { base }: LabelFacts,
): number | null {
  const said = having.filter(({ truth, answer }) => truth !== undefined && answer.predicted === own);
  const elsewhere = others.filter(({ truth }) => truth !== undefined);
  const same = elsewhere.filter(({ answer }) => answer.predicted === own);
  const known = same.length >= LEAST_KNOWN ? same : elsewhere;
  const unrelated = base[own];
  if (said.length === 0 || known.length < LEAST_KNOWN || unrelated === undefined) return null;
  const right = (known.filter(({ truth, answer }) => truth === answer.predicted).length + 1) / (known.length + 2);
  if (right <= unrelated + LEAST_BETTER) return null;
  return said.reduce(
    (sum, { truth }) => sum + Math.log(truth === own ? right / unrelated : (1 - right) / (1 - unrelated)),
    0,
  );
}

/** How often the class comes with the cue, by the model and by the labels. */
export function liftOf(
  found: FoundCue,
  own: number,
  subjects: readonly Subject[],
  facts: LabelFacts,
  reference: Reference | undefined,
): Lift {
  const having = found.places.map(({ subject }) => subjects[subject] as Subject);
  const places = new Set(found.places.map(({ subject }) => subject));
  const labelled = having.filter(({ truth }) => truth !== undefined);
  const shareOf = (some: readonly Pick<Subject, "truth">[]) =>
    some.length === 0 ? null : some.filter(({ truth }) => truth === own).length / some.length;
  const there = reference?.has(found).map((index) => reference.subjects[index] as Subject);
  return {
    predicted: having.filter(({ answer }) => answer.predicted === own).length / having.length,
    labelled: shareOf(labelled),
    predictedOfAll: subjects.filter(({ answer }) => answer.predicted === own).length / subjects.length,
    labelledOfAll: shareOf(subjects.filter(({ truth }) => truth !== undefined)),
    reference:
      there === undefined
        ? null
        : { inputs: there.length, labelled: shareOf(there.filter(({ truth }) => truth !== undefined)) },
    evidence: evidenceOf(
      own,
      having,
      subjects.filter(({ index }) => !places.has(index)),
      facts,
    ),
  };
}

/**
 * What labels say of a cue of many.
 *
 * The reference, where there is one, has the last word: a cue that it has as often as the data and whose labels do not follow
 * it, or that it should have and hardly has, is not of the task.
 */
export function verdictOf(
  found: FoundCue,
  own: number,
  { evidence, labelled }: Lift,
  subjects: number,
  tested: number,
  reference: Reference | undefined,
): LabelVerdict {
  const needed = Math.log(FAMILY * Math.max(1, tested));
  if (reference !== undefined) {
    const there = reference.has(found);
    const expected = (found.places.length / subjects) * reference.subjects.length;
    if (there.length <= HARDLY * expected && fewerThan(there.length, expected) < Math.exp(-needed)) return "contradict";
    const having = new Set(there);
    const said = evidenceOf(
      own,
      reference.subjects.filter((_, index) => having.has(index)),
      reference.subjects.filter((_, index) => !having.has(index)),
      reference.facts,
    );
    if (said !== null && said <= -needed) return "contradict";
  }
  if (labelled === null) return "none";
  if (evidence === null) return "undecided";
  if (evidence <= -needed) return "contradict";
  // Labels that do not follow the cue look so by chance once in twenty at most: it is a ratio of likelihoods.
  return evidence >= Math.log(FAMILY) ? "support" : "undecided";
}

/** Probability of at most so many where so many are expected (Poisson). */
function fewerThan(count: number, expected: number): number {
  let [term, sum] = [Math.exp(-expected), 0];
  for (let i = 0; i <= count; i++) {
    sum += term;
    term *= expected / (i + 1);
  }
  return sum;
}
