/** @file What a cue does when it is taken out of inputs and put into others, beside as large changes that leave it alone. */

import { createRandom } from "../util/random.ts";
import type { Answer, Answers } from "./answers.ts";
import type { CueExample, Occurrence } from "./cue.ts";
import { estimate, meanOf, share } from "./estimate.ts";
import type { CuePlace, FoundCue, OpenKind } from "./found-cues.ts";
import type { Estimate, Intervention } from "./shortcut-report.ts";
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

/**
 * Controls are asked where the cue moves the model by the threshold at all, which is where they decide.
 *
 * Cost: a forward pass for each input of the two; where controls are asked, 20 more for each.
 */
export async function confirm(found: FoundCue, own: number, settings: ConfirmSettings): Promise<Confirmation> {
  const name = `${settings.seed} ${found.kind.of.name} ${found.cue}`;
  const [out, into] = [removals(found, own, name, settings), insertions(found, own, name, settings)];
  const [taken, put] = [await changedBy(out, own, name, settings), await changedBy(into, own, name, settings)];
  const isMoved = movesBoth(
    resultOf(out, taken, null, name),
    resultOf(into, put, null, name),
    ({ change, flips }) => isEnough(change) || isEnough(flips),
  );
  const controls = async (changes: Changes) => (isMoved ? await controlled(changes, own, name, settings) : null);
  return {
    removal: resultOf(out, taken, await controls(out), name),
    insertion: resultOf(into, put, await controls(into), name),
    removed: byInput(out, taken),
    inserted: byInput(into, put),
  };
}

type Random = ReturnType<typeof createRandom>;

/** What is changed: of each input the change, and as large ones that leave the cue alone; undefined where there is none. */
interface Changes {
  /** Of the inputs. */
  readonly indices: readonly number[];
  /** The sign of the change of the probability that speaks for the class. */
  readonly direction: 1 | -1;
  change(i: number, random: Random): object | undefined;
  control(i: number, control: number, random: Random): object | undefined;
}

/** One input changed. */
interface Changed {
  readonly i: number;
  readonly input: object;
  readonly answer: Answer;
  /** Change of the probability, towards the class. */
  readonly by: number;
  readonly flips: boolean;
}

const predictedOf = (subjects: readonly Subject[], index: number): number =>
  (subjects[index] as Subject).answer.predicted;

/** The cue taken out of inputs that the model puts into its class. */
function removals(found: FoundCue, own: number, name: string, { subjects, kinds, sample }: ConfirmSettings): Changes {
  const places = createRandom(`${name} removal`)
    .shuffle(found.places.filter(({ subject }) => predictedOf(subjects, subject) === own))
    .slice(0, sample);
  const { open } = found.kind;
  const controlKind = controlsOf(found, kinds);
  const at = (i: number) => {
    const { subject, occurrence } = places[i] as CuePlace;
    return { one: subjects[subject] as Subject, occurrence };
  };
  return {
    indices: places.map(({ subject }) => subject),
    direction: -1,
    change(i, random) {
      const { one, occurrence } = at(i);
      return open.removed(one, occurrence, random);
    },
    control(i, control, random) {
      const { one, occurrence } = at(i);
      if (open.control !== undefined) return open.control.removed(one, occurrence, random);
      const others = likeThis(found, occurrence, one.index, controlKind);
      const other = others[control % Math.max(1, others.length)];
      return other === undefined ? undefined : controlKind.open.removed(one, other, random);
    },
  };
}

/** The cue put into inputs of other classes that do not have it; of a place, what inputs of the class have there. */
function insertions(found: FoundCue, own: number, name: string, { subjects, kinds, sample }: ConfirmSettings): Changes {
  const { places: isPlace = false } = found.kind.of;
  const having = new Set(isPlace ? [] : found.places.map(({ subject }) => subject));
  const indices = createRandom(`${name} insertion`)
    .shuffle([...subjects.keys()].filter((index) => predictedOf(subjects, index) !== own && !having.has(index)))
    .slice(0, sample);
  const { open } = found.kind;
  const controlKind = controlsOf(found, kinds);
  const controls = sameFrequency(found, controlKind, CONTROLS);
  const at = (i: number) => subjects[indices[i] as number] as Subject;
  const example = ({ places }: FoundCue, random: Random): CueExample => {
    const ofClass = isPlace ? places.filter(({ subject }) => predictedOf(subjects, subject) === own) : places;
    const from = ofClass.length > 0 ? ofClass : places;
    const { subject, occurrence } = from[random.below(from.length)] as CuePlace;
    return { subject: subjects[subject] as Subject, occurrence };
  };
  return {
    indices,
    direction: 1,
    change: (i, random) => open.inserted(at(i), example(found, random), random),
    control(i, control, random) {
      if (open.control !== undefined) return open.control.inserted(at(i), example(found, random), random);
      const other = controls[control];
      return other === undefined ? undefined : controlKind.open.inserted(at(i), example(other, random), random);
    },
  };
}

const randomOf = (name: string, { direction, indices }: Changes, i: number, which: string): Random =>
  createRandom(`${name} ${direction} ${which} ${indices[i]}`);

/** The inputs that could be changed. */
async function changedBy(
  changes: Changes,
  own: number,
  name: string,
  { subjects, answers }: ConfirmSettings,
): Promise<readonly Changed[]> {
  const { indices } = changes;
  const inputs = indices.map((_, i) => changes.change(i, randomOf(name, changes, i, "cue")));
  const said = await answers.ask(inputs);
  return indices.flatMap((index, i) => {
    const [before, answer] = [(subjects[index] as Subject).answer, said[i]];
    if (answer === undefined) return [];
    return {
      i,
      input: inputs[i] as object,
      answer,
      ...effectOf(changes, before, answer, own),
    };
  });
}

const effectOf = ({ direction }: Changes, before: Answer, after: Answer, own: number): Effect => ({
  by: direction * ((after.probabilities[own] as number) - (before.probabilities[own] as number)),
  flips: after.predicted !== before.predicted && (direction < 0 || after.predicted === own),
});

/** What controls do, too. */
type Effect = Pick<Changed, "by" | "flips">;

/** What each control does to each input [controls][inputs]; undefined where there is none. */
async function controlled(
  changes: Changes,
  own: number,
  name: string,
  { subjects, answers }: ConfirmSettings,
): Promise<readonly (readonly (Effect | undefined)[])[]> {
  const { indices } = changes;
  const all: (readonly (Effect | undefined)[])[] = [];
  for (let c = 0; c < CONTROLS; c++) {
    const said = await answers.ask(
      indices.map((_, i) => changes.control(i, c, randomOf(name, changes, i, `control ${c}`))),
    );
    all.push(
      said.map((answer, i) =>
        answer === undefined
          ? undefined
          : effectOf(changes, (subjects[indices[i] as number] as Subject).answer, answer, own),
      ),
    );
  }
  return all;
}

/** Null where too few inputs were changed, by the cue or by controls. */
function resultOf(
  { direction }: Changes,
  rows: readonly Changed[],
  controls: Awaited<ReturnType<typeof controlled>> | null,
  name: string,
): Intervention | null {
  const held = rows.flatMap(({ i, by, flips }) => {
    const beside = (controls ?? []).flatMap((changes) => changes[i] ?? []);
    if (beside.length === 0) return [];
    return [{ by: by - meanOf(beside.map((one) => one.by)), flips: Number(flips) - meanOf(beside.map(flip)) }];
  });
  if (rows.length < LEAST || (controls !== null && held.length < LEAST)) return null;
  const change = estimate(
    rows.map(({ by }) => by),
    `${name} ${direction} change`,
  );
  return {
    inputs: rows.length,
    change,
    beyondControls:
      controls === null
        ? null
        : estimate(
            held.map(({ by }) => by),
            `${name} ${direction} beyond`,
          ),
    controls: (controls ?? []).flatMap((changes) => {
      const some = changes.filter((one) => one !== undefined);
      return some.length === 0 ? [] : [meanOf(some.map(({ by }) => by))];
    }),
    flips: share(rows.filter(({ flips }) => flips).length, rows.length),
    flipsBeyondControls:
      controls === null
        ? null
        : estimate(
            held.map(({ flips }) => flips),
            `${name} ${direction} flips beyond`,
          ),
  };
}

const flip = ({ flips }: Effect): number => Number(flips);

const byInput = ({ indices }: Changes, rows: readonly Changed[]): Confirmation["removed"] =>
  new Map(rows.map(({ i, input, answer }) => [indices[i] as number, { input, answer }]));

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

const isEnough = ({ low }: Pick<Estimate, "low">): boolean => low >= THRESHOLD;

/** Insertion decides, and removal where there is enough to remove. */
const movesBoth = (
  removal: Intervention | null,
  insertion: Intervention | null,
  moves: (by: Intervention) => boolean,
): boolean => insertion !== null && moves(insertion) && (removal === null || moves(removal));

/**
 * Whether both interventions move the model by the threshold, and by as much more than controls do: the probability of the
 * class, or decisions. A cue that decides whatever else inputs say lowers the probability where it was higher without it, so
 * that the mean of changes may be near 0.
 */
export const isConfirmed = ({ removal, insertion }: Pick<Confirmation, "removal" | "insertion">): boolean =>
  movesBoth(
    removal,
    insertion,
    ({ change, beyondControls, flips, flipsBeyondControls }) =>
      beyondControls !== null &&
      flipsBeyondControls !== null &&
      ((isEnough(change) && isEnough(beyondControls)) || (isEnough(flips) && isEnough(flipsBeyondControls))),
  );
