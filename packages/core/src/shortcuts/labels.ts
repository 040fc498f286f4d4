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
  readonly subjects: readonly Pick<Subject, "truth" | "answer">[];
  readonly facts: LabelFacts;
  /** Indices of its inputs that have a cue. */
  has(found: FoundCue): readonly number[];
}

/** Odds against an error in one cue; with as many cues as are tested, one in twenty for all of them. */
const FAMILY = 20;
/** Nobody is always right: what is never wrong on few inputs. */
const LEAST_WRONG = 0.01;

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
 * How much more probable labels are if the model is right about these inputs as often as about all, than if what it says of
 * them said nothing: natural logarithm. Large and negative where the model follows something that labels do not.
 */
function evidenceOf(subjects: readonly Pick<Subject, "truth" | "answer">[], { base, accuracy }: LabelFacts): number {
  const right = Math.min(1 - LEAST_WRONG, Math.max(LEAST_WRONG, accuracy));
  return subjects.reduce((sum, { truth, answer: { predicted } }) => {
    if (truth === undefined) return sum;
    const unrelated = base[truth] as number;
    const related =
      truth === predicted ? right : ((1 - right) * unrelated) / Math.max(1e-9, 1 - (base[predicted] as number));
    return sum + Math.log(related / unrelated);
  }, 0);
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
    evidence: labelled.length === 0 || facts.labelled === 0 ? null : evidenceOf(labelled, facts),
  };
}

/**
 * What labels say of a cue of many.
 *
 * The reference, where there is one, has the last word: a cue that it has as often as the data and whose labels do not follow
 * it, or that it should have and has not, is not of the task.
 */
export function verdictOf(
  found: FoundCue,
  { evidence }: Lift,
  subjects: number,
  tested: number,
  reference: Reference | undefined,
): LabelVerdict {
  const needed = Math.log(FAMILY * Math.max(1, tested));
  if (reference !== undefined) {
    const there = reference.has(found);
    const expected = (found.places.length / subjects) * reference.subjects.length;
    // Probability of none where so many are expected (Poisson).
    if (there.length === 0 && expected > needed) return "contradict";
    const own = there.map((index) => reference.subjects[index] as Subject);
    if (reference.facts.labelled > 0 && own.some(({ truth }) => truth !== undefined)) {
      const said = evidenceOf(own, reference.facts);
      if (said <= -needed) return "contradict";
    }
  }
  if (evidence === null) return "none";
  if (evidence <= -needed) return "contradict";
  return evidence > 0 ? "support" : "undecided";
}
