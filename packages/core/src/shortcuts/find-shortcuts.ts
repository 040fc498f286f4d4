/** @file The main job: a model and a data set become the cues that move the model more than labels warrant. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Warning } from "../attribution/explanation.ts";
import { InputError, InvalidOptionError } from "../errors.ts";
import type { Dataset } from "../evaluation/dataset.ts";
import type { MeasurementStore } from "../evaluation/kept-measurements.ts";
import type { OptionsOf } from "../options/option.ts";
import { resolveOptions } from "../options/resolve.ts";
import { createRandom } from "../util/random.ts";
import { type Answer, Answers, type Classes, classesOf } from "./answers.ts";
import { CONTROLS, type Confirmation, confirm, isConfirmed, sameFrequency, THRESHOLD } from "./confirmation.ts";
import type { CueKind } from "./cue.ts";
import { CUE_KINDS } from "./cues.ts";
import { estimate, meanOf } from "./estimate.ts";
import { findCues, type OpenKind } from "./found-cues.ts";
import { type LabelFacts, labelFacts, liftOf, type Reference, verdictOf } from "./labels.ts";
import { formingBlocks, MeanStates, readingBlocks } from "./localisation.ts";
import { counterfactualRows, mend } from "./mending.ts";
import { SHORTCUT_OPTIONS } from "./options.ts";
import type {
  CueInput,
  CueReport,
  CueStatus,
  LabelVerdict,
  ShortcutReport,
  ShortcutSettings,
} from "./shortcut-report.ts";
import { readSubjects, type Subject } from "./subjects.ts";
import { type Suspicion, sharesFor, suspect } from "./suspicion.ts";

/** How shortcuts are looked for, and how the work is watched. */
export interface FindShortcutsOptions extends OptionsOf<typeof SHORTCUT_OPTIONS> {
  /** Data in which the suspected cues mean nothing, or are not: what holds of its labels has the last word. */
  readonly reference?: Dataset;
  /** Kinds of cues. Default: all of calig's for the kind of input of the model. */
  readonly cues?: readonly CueKind[];
  /** Keeps explanations between runs. */
  readonly store?: MeasurementStore;
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress?: (done: number, activity: string) => void;
}

/** Family-wise, over all cues. */
const SIGNIFICANT = 0.05;
/** Cues that share their features in so many of their inputs are one. */
const COVERED = 0.8;
const EXAMPLES = 5;
/** Cues of the same frequency that surprise is held against. */
const NEIGHBOURS = 50;
/** Shares of the work, for progress. */
const [EXPLAINED, TESTED] = [0.6, 0.95] as const;

const ORDER: readonly CueStatus[] = ["shortcut", "confirmed", "undecided", "supported", "not-confirmed"];

/**
 * Looks for shortcuts: cues that move a model more than the labels of the data warrant.
 *
 * Explanations of all inputs say which cues are suspicious; a cue is confirmed where taking it out of inputs and putting it
 * into others moves the probability of its class by 0.05 or more (the near end of the interval), and by as much more than
 * control changes do. Labels say whether that is warranted. The same data set, options and seed give the same numbers.
 *
 * Cost: an explanation of each input and a forward pass for each of its features, and for each tested cue at most 2 x sample x (1 + 20 controls) forward passes; for a
 * confirmed one sample x blocks more.
 *
 * @throws {InvalidOptionError} For options out of range, and models that do not put whole inputs into classes.
 * @throws {InputError} When no input could be read, or no cue is in enough of them to be tested.
 */
export async function findShortcuts(
  model: ExplainableModel,
  dataset: Dataset,
  options: FindShortcutsOptions = {},
): Promise<ShortcutReport> {
  const { reference, cues: given, store, signal, onProgress, ...asked } = options;
  const { effort, tested, sample, leastInputs, permutations, seed } = resolveOptions(SHORTCUT_OPTIONS, asked);
  const started = model.platform.now();
  const classes = classesOf(model);
  const kindsOf = kindsFor(model, given);
  const answers = new Answers(model, classes, signal);
  const reading = { effort, seed, ...(signal === undefined ? {} : { signal }) };
  const { subjects, failures } = await readSubjects(model, classes, dataset, {
    ...reading,
    ...(store === undefined ? {} : { store }),
    onProgress: (done, activity) => onProgress?.(EXPLAINED * done, activity),
  });
  if (subjects.length === 0) {
    const [first] = failures;
    throw new InputError(
      `Cannot look for shortcuts in ${dataset.name}: none of its ${dataset.items.length} inputs could be read${first === undefined ? "" : `; ${dataset.counted ?? "line"} ${first.line}: ${first.message}`}`,
    );
  }
  onProgress?.(EXPLAINED, "looking for cues");
  const kinds = await findCues(model, subjects, kindsOf, seed);
  const facts = labelFacts(subjects, classes.names.length);
  const known = reference === undefined ? undefined : await openReference(model, classes, reference, kinds, reading);
  const frequent = kinds
    .flatMap(({ found }) => [...found.values()])
    .filter(({ places }) => places.length >= leastInputs);
  if (frequent.length === 0) {
    throw new InputError(
      `Cannot look for shortcuts in ${dataset.name}: none of its cues is in ${leastInputs} of the ${subjects.length} inputs that were read; give more inputs, or look at rarer cues (leastInputs, on the command line --least-inputs)`,
    );
  }
  const suspicions = suspect(subjects, frequent, { classes: classes.names.length, permutations, seed });
  const { chosen, suspicious } = choose(suspicions, subjects, { tested, facts, known });

  const settings: ShortcutSettings = {
    effort,
    tested,
    sample,
    leastInputs,
    permutations,
    seed,
    threshold: THRESHOLD,
    controls: CONTROLS,
  };
  const states = new MeanStates(model, subjects);
  const reports: CueReport[] = [];
  for (const [i, suspicion] of chosen.entries()) {
    signal?.throwIfAborted();
    onProgress?.(
      EXPLAINED + ((TESTED - EXPLAINED) * i) / chosen.length,
      `testing ${suspicion.found.kind.of.noun} ${JSON.stringify(suspicion.found.label)}`,
    );
    reports.push(
      await testCue(suspicion, {
        model,
        classes,
        answers,
        subjects,
        kinds,
        facts,
        known,
        states,
        settings,
        count: chosen.length,
      }),
    );
  }
  onProgress?.(1, "done");
  const labelled = subjects.filter(({ truth }) => truth !== undefined);
  return {
    version: 1,
    kind: "shortcuts",
    model: model.facts,
    dataset: {
      name: dataset.name,
      ...(dataset.counted === undefined ? {} : { counted: dataset.counted }),
      size: dataset.items.length,
      read: subjects.length,
      labelled: labelled.length,
      accuracy: labelled.length === 0 ? null : facts.accuracy,
    },
    reference:
      reference === undefined || known === undefined
        ? null
        : { name: reference.name, read: known.subjects.length, labelled: known.facts.labelled },
    settings,
    kinds: kinds.map(({ of: { name, summary }, found }) => ({
      name,
      summary,
      cues: [...found.values()].filter(({ places }) => places.length >= leastInputs).length,
    })),
    suspicious,
    cues: reports.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.harm - a.harm),
    failures,
    warnings: warningsOf(model, labelled.length, chosen.length, suspicious),
    cost: { milliseconds: model.platform.now() - started, modelEvaluations: answers.evaluations },
  };
}

/** @throws {InvalidOptionError} When there are none for the inputs of this model. */
function kindsFor({ modality, facts }: ExplainableModel, given: readonly CueKind[] = CUE_KINDS): readonly CueKind[] {
  const own = given.filter(({ kind }) => kind === modality.name);
  if (own.length > 0) return own;
  throw new InvalidOptionError(
    `Cannot look for shortcuts of model "${facts.id}": it reads ${modality.noun.many}, and there are no cues of that kind; give some as "cues"`,
    "cues",
  );
}

async function openReference(
  model: ExplainableModel,
  classes: Classes,
  dataset: Dataset,
  kinds: readonly OpenKind[],
  reading: { readonly effort: string; readonly seed: number; readonly signal?: AbortSignal },
): Promise<Reference> {
  const { subjects } = await readSubjects(model, classes, dataset, { ...reading, explains: false });
  const places = new Map<OpenKind, Map<string, number[]>>();
  for (const kind of kinds) {
    const own = new Map<string, number[]>();
    for (const subject of subjects) {
      for (const { cue } of await kind.open.find(subject)) own.set(cue, [...(own.get(cue) ?? []), subject.index]);
    }
    places.set(kind, own);
  }
  return {
    subjects,
    facts: labelFacts(subjects, classes.names.length),
    has: ({ kind, cue }) => places.get(kind)?.get(cue) ?? [],
  };
}

/** Suspicious and contradicted by labels, no part of the input, suspicious, contradicted alone. */
const rank = (judged: {
  readonly isSuspicious: boolean;
  readonly contradicted: boolean;
  readonly isNoFeature: boolean;
}) => (judged.isNoFeature ? 1 : judged.isSuspicious ? (judged.contradicted ? 0 : 2) : 3);

/** The cues to test: suspicious ones that labels contradict first; of cues that lie on each other the strongest. */
function choose(
  suspicions: readonly Suspicion[],
  subjects: readonly Subject[],
  {
    tested,
    facts,
    known,
  }: { readonly tested: number; readonly facts: LabelFacts; readonly known: Reference | undefined },
): { readonly chosen: readonly Suspicion[]; readonly suspicious: number } {
  const judged = suspicions
    .map((suspicion) => {
      const { found, class: own, z, pValue } = suspicion;
      const lift = liftOf(found, own, subjects, facts, known);
      const contradicted = verdictOf(found, own, lift, subjects.length, suspicions.length, known) === "contradict";
      return {
        suspicion,
        contradicted,
        isNoFeature: z === null,
        isSuspicious: pValue !== null && pValue <= SIGNIFICANT,
      };
    })
    .filter(({ isSuspicious, contradicted, isNoFeature }) => isSuspicious || contradicted || isNoFeature)
    .sort((a, b) => rank(a) - rank(b) || (b.suspicion.z ?? 0) - (a.suspicion.z ?? 0));
  const chosen: Suspicion[] = [];
  for (const { suspicion, isNoFeature } of judged) {
    if (!isNoFeature && chosen.some((known) => covers(known, suspicion, subjects.length))) continue;
    chosen.push(suspicion);
  }
  return { chosen: chosen.slice(0, tested), suspicious: judged.filter(({ isSuspicious }) => isSuspicious).length };
}

/** Whether a cue lies on another one in most of its inputs: a pair of words on one of them. Places, which all inputs have, cover nothing. */
function covers(known: Suspicion, { found, class: own }: Suspicion, inputs: number): boolean {
  if (known.class !== own || known.found.places.length > inputs / 2) return false;
  const places = new Map(known.found.places.map(({ subject, occurrence }) => [subject, new Set(occurrence.features)]));
  const on = found.places.filter(({ subject, occurrence }) =>
    occurrence.features.some((feature) => places.get(subject)?.has(feature) === true),
  );
  return on.length >= COVERED * found.places.length;
}

interface Testing {
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

async function testCue(suspicion: Suspicion, testing: Testing): Promise<CueReport> {
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
    mending: read === null ? null : await mend(model, classes, answers, subjects, found, read),
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
  { found, map, class: own, z, pValue }: Suspicion,
  { subjects, classes, settings }: Testing,
): CueReport["suspicion"] {
  const count = classes.names.length;
  const shares = sharesFor(found, own, subjects, count, map);
  if (z === null || pValue === null || shares.length === 0) return null;
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

function warningsOf(model: ExplainableModel, labelled: number, tested: number, suspicious: number): readonly Warning[] {
  return [
    ...(model.warnings ?? []),
    ...(labelled === 0
      ? [
          {
            code: "no-labels",
            message: "The data has no labels: what moves the model cannot be told from what it should go by",
          },
        ]
      : []),
    ...(tested < suspicious && tested > 0
      ? [
          {
            code: "not-all-tested",
            message: `${suspicious} cues are suspicious, and ${tested} were tested: the most suspicious ones, and of those that lie on each other the strongest`,
          },
        ]
      : []),
    ...(model.programs.knockedOut === undefined
      ? [
          {
            code: "not-localised",
            message: "The model is run block by block: in which block cues are read was not measured",
          },
        ]
      : []),
  ];
}
