/** @file What a cue does when it is taken out of inputs and put into others, beside as large changes that leave it alone. */

import { createRandom } from "../util/random.ts";
import type { Answer, Answers } from "./answers.ts";
import type { CueExample, Occurrence } from "./cue.ts";
import { estimate, meanOf, share } from "./estimate.ts";
import type { CuePlace, FoundCue, OpenKind } from "./found-cues.ts";
import type { Intervention } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

/** Controls of each cue. */
export const CONTROLS = 20;
/** Change of the probability that counts. */
export const THRESHOLD = 0.05;
/** Fewer inputs confirm nothing. */
const LEAST = 5;

export interface ConfirmSettings {
  readonly subjects: readonly Subject[];
  readonly kinds: readonly OpenKind[];
  readonly answers: Answers;
  /** Most inputs of an intervention. */
  readonly sample: number;
  readonly seed: number;
}

/** Both interventions; null where too few inputs can be changed. */
export interface Confirmation {
  readonly removal: Intervention | null;
  readonly insertion: Intervention | null;
  /** Removals by index of the input, for examples and rows. */
  readonly removed: ReadonlyMap<number, { readonly input: object; readonly answer: Answer }>;
  readonly inserted: ReadonlyMap<number, { readonly input: object; readonly answer: Answer }>;
}

/** Cost: (1 + controls) x inputs forward passes for each of the two. */
export async function confirm(found: FoundCue, own: number, settings: ConfirmSettings): Promise<Confirmation> {
  const { subjects, sample, seed } = settings;
  const name = `${seed} ${found.kind.of.name} ${found.cue}`;
  const having = new Set(found.places.map(({ subject }) => subject));
  const drawn = <T>(of: readonly T[], what: string) => createRandom(`${name} ${what}`).shuffle(of).slice(0, sample);
  const predicted = (index: number) => (subjects[index] as Subject).answer.predicted;
  const places = drawn(
    found.places.filter(({ subject }) => predicted(subject) === own),
    "removal",
  );
  const others = drawn(
    [...subjects.keys()].filter((index) => predicted(index) !== own && !having.has(index)),
    "insertion",
  );
  const removal = await removals(found, own, places, name, settings);
  const insertion = await insertions(found, own, others, name, settings);
  return {
    removal: removal.result,
    insertion: insertion.result,
    removed: removal.changed,
    inserted: insertion.changed,
  };
}

interface Done {
  readonly result: Intervention | null;
  readonly changed: ReadonlyMap<number, { readonly input: object; readonly answer: Answer }>;
}

async function removals(
  found: FoundCue,
  own: number,
  places: readonly CuePlace[],
  name: string,
  settings: ConfirmSettings,
): Promise<Done> {
  const { subjects, kinds } = settings;
  const { open } = found.kind;
  const controlKind = controlsOf(found, kinds);
  return intervene(
    places.map(({ subject }) => subject),
    own,
    -1,
    name,
    settings,
    (i, random) => {
      const { subject, occurrence } = places[i] as CuePlace;
      return open.removed(subjects[subject] as Subject, occurrence, random);
    },
    (i, control, random) => {
      const { subject, occurrence } = places[i] as CuePlace;
      const one = subjects[subject] as Subject;
      if (open.control !== undefined) return open.control.removed(one, occurrence, random);
      const others = likeThis(found, occurrence, subject, controlKind);
      const other = others[control % Math.max(1, others.length)];
      return other === undefined ? undefined : controlKind.open.removed(one, other, random);
    },
  );
}

async function insertions(
  found: FoundCue,
  own: number,
  others: readonly number[],
  name: string,
  settings: ConfirmSettings,
): Promise<Done> {
  const { subjects, kinds } = settings;
  const { open } = found.kind;
  const controlKind = controlsOf(found, kinds);
  const controls = sameFrequency(found, controlKind, CONTROLS);
  const example = (of: FoundCue, random: { below(limit: number): number }): CueExample => {
    const { subject, occurrence } = of.places[random.below(of.places.length)] as CuePlace;
    return { subject: subjects[subject] as Subject, occurrence };
  };
  return intervene(
    others,
    own,
    1,
    name,
    settings,
    (i, random) => open.inserted(subjects[others[i] as number] as Subject, example(found, random), random),
    (i, control, random) => {
      const one = subjects[others[i] as number] as Subject;
      if (open.control !== undefined) return open.control.inserted(one, example(found, random), random);
      const other = controls[control];
      return other === undefined ? undefined : controlKind.open.inserted(one, example(other, random), random);
    },
  );
}

/** Changes inputs, and the same inputs by each control. `direction`: the sign of the change that speaks for the class. */
async function intervene(
  indices: readonly number[],
  own: number,
  direction: 1 | -1,
  name: string,
  { subjects, answers }: ConfirmSettings,
  change: (i: number, random: ReturnType<typeof createRandom>) => object | undefined,
  control: (i: number, control: number, random: ReturnType<typeof createRandom>) => object | undefined,
): Promise<Done> {
  const random = (i: number, which: string) => createRandom(`${name} ${direction} ${which} ${indices[i]}`);
  const inputs = indices.map((_, i) => change(i, random(i, "cue")));
  const said = await answers.ask(inputs);
  const before = (i: number) => (subjects[indices[i] as number] as Subject).answer;
  const changeOf = (i: number, after: Answer | undefined): number | undefined =>
    after === undefined
      ? undefined
      : direction * ((after.probabilities[own] as number) - (before(i).probabilities[own] as number));
  const controlled: (readonly (number | undefined)[])[] = [];
  for (let c = 0; c < CONTROLS; c++) {
    const asked = await answers.ask(indices.map((_, i) => control(i, c, random(i, `control ${c}`))));
    controlled.push(asked.map((answer, i) => changeOf(i, answer)));
  }
  const rows = indices.flatMap((_, i) => {
    const by = changeOf(i, said[i]);
    const beside = controlled.flatMap((changes) => changes[i] ?? []);
    return by === undefined ? [] : [{ i, by, beside: beside.length === 0 ? undefined : meanOf(beside) }];
  });
  const changed = new Map(
    rows.map(({ i }) => [indices[i] as number, { input: inputs[i] as object, answer: said[i] as Answer }]),
  );
  const held = rows.flatMap(({ by, beside }) => (beside === undefined ? [] : [by - beside]));
  if (rows.length < LEAST || held.length < LEAST) return { result: null, changed };
  const flips = rows.filter(
    ({ i }) =>
      (said[i] as Answer).predicted !== before(i).predicted && (direction < 0 || (said[i] as Answer).predicted === own),
  );
  return {
    result: {
      inputs: rows.length,
      change: estimate(
        rows.map(({ by }) => by),
        `${name} ${direction} change`,
      ),
      beyondControls: estimate(held, `${name} ${direction} beyond`),
      controls: controlled.flatMap((changes) => {
        const some = changes.filter((one) => one !== undefined);
        return some.length === 0 ? [] : [meanOf(some)];
      }),
      flips: share(flips.length, rows.length),
    },
    changed,
  };
}

/** The kind whose cues are controls. */
const controlsOf = ({ kind }: FoundCue, kinds: readonly OpenKind[]): OpenKind =>
  kinds.find(({ of }) => of.name === (kind.of.controls ?? kind.of.name)) ?? kind;

/** Cues of a kind in as many inputs as this one, the nearest first; none that lies on it in its own inputs. */
export function sameFrequency(found: FoundCue, kind: OpenKind, most: number): readonly FoundCue[] {
  const count = found.places.length;
  const random = createRandom(`controls ${found.kind.of.name} ${found.cue}`);
  return random
    .shuffle([...kind.found.values()])
    .filter((other) => other !== found && other.cue !== found.cue)
    .sort((a, b) => apart(a.places.length, count) - apart(b.places.length, count))
    .slice(0, most);
}

const apart = (a: number, b: number): number => Math.abs(Math.log(a / b));

/** Other cues in the same input that do not lie on this one, those of the nearest frequency first. */
function likeThis(found: FoundCue, occurrence: Occurrence, subject: number, kind: OpenKind): readonly Occurrence[] {
  const own = new Set(occurrence.features);
  const frequency = (cue: string) => kind.found.get(cue)?.places.length ?? 1;
  return (kind.occurrences[subject] ?? [])
    .filter(({ cue, features }) => cue !== found.cue && !features.some((feature) => own.has(feature)))
    .sort((a, b) => apart(frequency(a.cue), found.places.length) - apart(frequency(b.cue), found.places.length))
    .slice(0, CONTROLS);
}

/** Whether an intervention moves the model by more than the threshold, and by more than controls do. */
const moves = ({ change, beyondControls }: Intervention): boolean =>
  change.low >= THRESHOLD && beyondControls.low >= THRESHOLD;

/** Insertion confirms, and removal where there is enough to remove. */
export const isConfirmed = ({ removal, insertion }: Pick<Confirmation, "removal" | "insertion">): boolean =>
  insertion !== null && moves(insertion) && (removal === null || moves(removal));
