/** @file What a model would be without a cue, and inputs that would teach it so. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Answers, Classes } from "./answers.ts";
import type { Confirmation } from "./confirmation.ts";
import type { FoundCue } from "./found-cues.ts";
import { keptWithout } from "./localisation.ts";
import type { CounterfactualRow, Mending, ReadingBlocks } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

/** Most rows of each kind for one cue. */
const ROWS = 50;

/** Predictions on the data with the attention into the cue taken away in the blocks that read it. Cost: a pass for each input that has it. */
export async function mend(
  { programs }: ExplainableModel,
  classes: Classes,
  answers: Answers,
  subjects: readonly Subject[],
  { places }: FoundCue,
  { first, last }: ReadingBlocks,
): Promise<Mending> {
  const usable = places.filter(({ occurrence }) => occurrence.features.length > 0);
  const said = await answers.askPrepared(
    usable.map(({ subject, occurrence: { features } }) => {
      const one = subjects[subject] as Subject;
      return { whole: one.whole, kept: keptWithout(one, features, programs.blocks, (l) => l >= first && l <= last) };
    }),
  );
  const after = subjects.map(({ answer }) => answer.predicted);
  usable.forEach(({ subject }, i) => {
    after[subject] = said[i]?.predicted ?? (after[subject] as number);
  });
  const rightOf = (some: readonly Subject[], predicted: (subject: Subject) => number) =>
    some.filter((subject) => predicted(subject) === subject.truth).length / some.length;
  const accuracyOf = (some: readonly Subject[]) => ({
    before: rightOf(some, ({ answer }) => answer.predicted),
    after: rightOf(some, ({ index }) => after[index] as number),
  });
  const labelled = subjects.filter(({ truth }) => truth !== undefined);
  return {
    accuracy: labelled.length === 0 ? null : accuracyOf(labelled),
    changed: subjects.filter(({ answer, index }) => after[index] !== answer.predicted).length,
    classes: classes.names.flatMap((label, c) => {
      const own = labelled.filter(({ truth }) => truth === c);
      return own.length === 0 ? [] : [{ label, inputs: own.length, ...accuracyOf(own) }];
    }),
  };
}

/** Inputs to add to the data of texts: with the cue where labels are of other classes, and without it where they are of its own. */
export function counterfactualRows(
  { removed, inserted }: Confirmation,
  subjects: readonly Subject[],
  { names }: Classes,
): readonly CounterfactualRow[] {
  const rowsOf = (changed: Confirmation["removed"], change: CounterfactualRow["change"]) =>
    [...changed].slice(0, ROWS).flatMap(([index, { input }]): CounterfactualRow[] => {
      const { text } = input as { readonly text?: string };
      const { line, id, truth, answer } = subjects[index] as Subject;
      if (text === undefined) return [];
      const label = names[truth ?? answer.predicted] as string;
      return [{ line, ...(id === undefined ? {} : { id }), text, label, change }];
    });
  return [...rowsOf(inserted, "inserted"), ...rowsOf(removed, "removed")];
}
