/** @file What a model would be without a cue, and inputs that would teach it so. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Answer, Answers, Classes } from "./answers.ts";
import type { Confirmation } from "./confirmation.ts";
import type { CuePlace, FoundCue } from "./found-cues.ts";
import { keptWithout } from "./localisation.ts";
import type { CounterfactualRow, Mending, ReadingBlocks } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

/** Most rows of each kind for one cue. */
const ROWS = 50;

/** Share of what taking attention away in every block does that is enough. */
const ENOUGH = 0.9;

/** What is mended: a cue, the inputs on which its blocks were found, and the blocks. */
export interface Mended {
  readonly found: FoundCue;
  readonly class: number;
  readonly places: readonly CuePlace[];
  readonly read: ReadingBlocks;
}

/**
 * Predictions on the data with the attention into the cue taken away in the blocks that read it, and in as many after them as
 * it takes: what one block does not read, a later one may.
 *
 * Cost: a pass for each input that has it, and for each of `places` one for each block after those that read it.
 */
export async function mend(
  { programs: { blocks } }: ExplainableModel,
  classes: Classes,
  answers: Answers,
  subjects: readonly Subject[],
  { found, class: own, places, read }: Mended,
): Promise<Mending> {
  const without = (some: readonly CuePlace[], { first, last }: BlockRange) =>
    answers.askPrepared(
      some.map(({ subject, occurrence: { features } }) => {
        const one = subjects[subject] as Subject;
        return { whole: one.whole, kept: keptWithout(one, features, blocks, (l) => l >= first && l <= last) };
      }),
    );
  const some = places.filter(hasFeatures);
  const before = some.map(({ subject }) => classes.logOdds((subjects[subject] as Subject).answer.logits, own));
  const moves = async (range: BlockRange) =>
    (await without(some, range)).reduce(
      (sum, said, i) => sum + Math.abs((before[i] as number) - classes.logOdds((said as Answer).logits, own)),
      0,
    );
  const all: BlockRange = { first: 0, last: blocks - 1 };
  const enough = ENOUGH * (await moves(all));
  let range: BlockRange = { first: read.first, last: read.last };
  let moved = await moves(range);
  while (moved < enough && range.last < blocks - 1) {
    range = { ...range, last: range.last + 1 };
    moved = await moves(range);
  }
  if (moved < enough) range = all;
  const usable = found.places.filter(hasFeatures);
  const said = await without(usable, range);
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
    ...range,
    accuracy: labelled.length === 0 ? null : accuracyOf(labelled),
    changed: subjects.filter(({ answer, index }) => after[index] !== answer.predicted).length,
    classes: classes.names.flatMap((label, c) => {
      const own = labelled.filter(({ truth }) => truth === c);
      return own.length === 0 ? [] : [{ label, inputs: own.length, ...accuracyOf(own) }];
    }),
  };
}

type BlockRange = Pick<Mending, "first" | "last">;

const hasFeatures = ({ occurrence: { features } }: CuePlace): boolean => features.length > 0;

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
