/** @file The main job: a model and a data set become the cues that move the model more than labels warrant. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Explanation, Warning } from "../attribution/explanation.ts";
import { InputError, InvalidOptionError } from "../errors.ts";
import type { Dataset } from "../evaluation/dataset.ts";
import type { MeasurementStore } from "../evaluation/kept-measurements.ts";
import type { OptionsOf } from "../options/option.ts";
import { resolveOptions } from "../options/resolve.ts";
import { Answers, type Classes, classesOf } from "./answers.ts";
import { choose } from "./choose-cues.ts";
import { CONTROLS, THRESHOLD } from "./confirmation.ts";
import type { CueKind } from "./cue.ts";
import { CUE_KINDS } from "./cues.ts";
import { findCues, type OpenKind } from "./found-cues.ts";
import { knownExplanations } from "./known-explanations.ts";
import { labelFacts, type Reference } from "./labels.ts";
import { MeanStates } from "./localisation.ts";
import { SHORTCUT_OPTIONS } from "./options.ts";
import type { CueReport, CueStatus, ShortcutReport, ShortcutSettings } from "./shortcut-report.ts";
import { readSubjects } from "./subjects.ts";
import { suspect } from "./suspicion.ts";
import { testCue } from "./test-cue.ts";

/** How shortcuts are looked for, and how the work is watched. */
export interface FindShortcutsOptions extends OptionsOf<typeof SHORTCUT_OPTIONS> {
  /** Data in which the suspected cues mean nothing, or are not: what holds of its labels has the last word. */
  readonly reference?: Dataset;
  /** Kinds of cues. Default: all of calig's for the kind of input of the model. */
  readonly cues?: readonly CueKind[];
  /**
   * Explanations of inputs of the data that there are already, of this model for the class that it predicts: these texts are
   * not explained again. Others are passed over.
   */
  readonly explanations?: readonly Explanation[];
  /** Keeps explanations between runs. */
  readonly store?: MeasurementStore;
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress?: (done: number, activity: string) => void;
}

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
  const { reference, cues: given, explanations = [], store, signal, onProgress, ...asked } = options;
  const { effort, tested, sample, leastInputs, permutations, seed } = resolveOptions(SHORTCUT_OPTIONS, asked);
  const started = model.platform.now();
  const classes = classesOf(model);
  const kindsOf = kindsFor(model, given);
  const answers = new Answers(model, classes, signal);
  const reading = { effort, seed, ...(signal === undefined ? {} : { signal }) };
  const { subjects, failures, reused } = await readSubjects(model, classes, dataset, {
    ...reading,
    known: knownExplanations(model, explanations),
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
      reused,
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
    warnings: [
      ...warningsOf(model, labelled.length, chosen.length, suspicious),
      ...(explanations.length > 0 && reused === 0 ? [unused(explanations.length)] : []),
    ],
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

const unused = (count: number): Warning => ({
  code: "explanations-unused",
  message: `None of the ${count} explanations that were given is of this model, of a text of this data and for the class that is predicted: all inputs were explained anew`,
});

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
