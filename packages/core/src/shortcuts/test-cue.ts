/** @file One suspicious cue tested: interventions, labels, blocks, what the model would be without it, and examples. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { createRandom } from "../util/random.ts";
import type { Answer, Answers, Classes } from "./answers.ts";
import { type Confirmation, confirm, isConfirmed, sameFrequency } from "./confirmation.ts";
import { estimate, meanOf } from "./estimate.ts";
import type { OpenKind } from "./found-cues.ts";
import { type LabelFacts, liftOf, type Reference, verdictOf } from "./labels.ts";
import { formingBlocks, type MeanStates, readingBlocks } from "./localisation.ts";
import { counterfactualRows, mend } from "./mending.ts";
import type { CueInput, CueReport, CueStatus, LabelVerdict, ShortcutSettings } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";
import { type Suspicion, sharesFor } from "./suspicion.ts";

const EXAMPLES = 5;
/** Cues of the same frequency that surprise is held against. */
const NEIGHBOURS = 50;

/** What cues are tested with. */
export interface Testing {
  readonly model: ExplainableModel;
  readonly classes: Classes;
  readonly answers: Answers;
  readonly subjects: readonly Subject[];
  readonly kinds: readonly OpenKind[];
  readonly facts: LabelFacts;
  readonly known: Reference | undefined;
  readonly states: MeanStates;
  readonly settings: ShortcutSettings;
  /** Cues that are tested. */
  readonly count: number;
}

/** Cost: see `findShortcuts`. */
export async function testCue(suspicion: Suspicion, testing: Testing): Promise<CueReport> {
  const { model, classes, answers, subjects, kinds, facts, known, states, settings, count } = testing;
  const { found, class: own } = suspicion;
  const { sample, seed, permutations } = settings;
  const name = `${seed} ${found.kind.of.name} ${found.cue}`;
  const confirmation = await confirm(found, own, { subjects, kinds, answers, sample, seed });
  const lift = liftOf(found, own, subjects, facts, known);
  const labels = verdictOf(found, own, lift, subjects.length, count, known);
  const confirmed = isConfirmed(confirmation);
  const spoken = found.places.filter(({ subject }) => (subjects[subject] as Subject).answer.predicted === own);
  const places = createRandom(`${name} read`)
    .shuffle(spoken.length > 0 ? spoken : found.places)
    .slice(0, sample);
  const read = confirmed ? await readingBlocks(model, classes, answers, subjects, places, own, name) : null;
  const formed = confirmed
    ? await formingBlocks(model, states, subjects, found, places, own, { permutations, seed: name })
    : null;
  const { removal, insertion } = confirmation;
  const flips = removal === null ? insertion?.flips : removal.flips;
  const spoken0 = removal === null ? found.places.length : spoken.length;
  return {
    kind: found.kind.of.name,
    noun: found.kind.of.noun,
    cue: found.cue,
    label: found.label,
    class: { index: own, label: classes.names[own] as string },
    status: statusOf(confirmed, labels),
    inputs: found.places.length,
    frequency: found.places.length / subjects.length,
    harm: flips === undefined ? 0 : ((flips.count / flips.of) * spoken0) / subjects.length,
    suspicion: suspicionOf(suspicion, testing),
    lift,
    labels,
    removal,
    insertion,
    read,
    formed,
    mending: read === null ? null : await mend(model, classes, answers, subjects, { found, class: own, places, read }),
    examples: examplesOf(suspicion, confirmation, testing),
    rows: confirmed ? counterfactualRows(confirmation, subjects, classes) : [],
  };
}

const BY_LABELS: Readonly<Record<LabelVerdict, CueStatus>> = {
  contradict: "shortcut",
  none: "confirmed",
  undecided: "undecided",
  support: "supported",
};

const statusOf = (confirmed: boolean, labels: LabelVerdict): CueStatus =>
  confirmed ? BY_LABELS[labels] : "not-confirmed";

function suspicionOf(
  { found, map, class: own, by, z, pValue }: Suspicion,
  { subjects, classes, settings }: Testing,
): CueReport["suspicion"] {
  const count = classes.names.length;
  const shares = sharesFor(found, own, subjects, count, map);
  if (by === null || z === null || pValue === null || shares.length === 0) return null;
  const name = `${settings.seed} ${found.kind.of.name} ${found.cue}`;
  const indices = [
    ...new Set(found.places.flatMap(({ subject }) => [...(subjects[subject] as Subject).blocks.keys()])),
  ];
  const beside = sameFrequency(found, found.kind, NEIGHBOURS)
    .map((other) => sharesFor(other, own, subjects, count, map))
    .filter((values) => values.length > 0)
    .map(meanOf);
  const middle = medianOf(beside);
  const spread = 1.4826 * medianOf(beside.map((value) => Math.abs(value - middle)));
  return {
    by,
    share: estimate(shares, `${name} share`),
    blocks: indices
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const values = sharesFor(found, own, subjects, count, ({ blocks }) => blocks.get(index));
        return values.length === 0 ? [] : [{ index, ...estimate(values, `${name} share ${index}`) }];
      }),
    z,
    pValue,
    surprise: beside.length < 2 || spread === 0 ? null : (meanOf(shares) - middle) / spread,
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Inputs that show it: wrong by their label first, then those that it moves most. */
function examplesOf(
  { found, class: own }: Suspicion,
  { removed }: Confirmation,
  { subjects, classes }: Testing,
): readonly CueInput[] {
  return found.places
    .map(({ subject, occurrence }) => {
      const one = subjects[subject] as Subject;
      const without = removed.get(subject)?.answer as Answer | undefined;
      const probability = one.answer.probabilities[own] as number;
      const after = (without?.probabilities[own] as number | undefined) ?? null;
      const isWrong = one.answer.predicted === own && one.truth !== undefined && one.truth !== own;
      return { one, occurrence, probability, after, isWrong, moved: after === null ? 0 : probability - after };
    })
    .sort((a, b) => Number(b.isWrong) - Number(a.isWrong) || b.moved - a.moved)
    .slice(0, EXAMPLES)
    .map(({ one, occurrence, probability, after }) => {
      const { text } = one.input as { readonly text?: string };
      return {
        line: one.line,
        ...(one.id === undefined ? {} : { id: one.id }),
        ...(text === undefined ? {} : { text }),
        features: one.features.map(({ start, end, area }, feature) => ({
          start,
          end,
          ...(area === undefined ? {} : { area }),
          attribution: one.shares[feature] as number,
        })),
        cue: occurrence.features,
        ...(one.truth === undefined ? {} : { label: classes.names[one.truth] as string }),
        predicted: classes.names[one.answer.predicted] as string,
        probability,
        without: after,
      };
    });
}
