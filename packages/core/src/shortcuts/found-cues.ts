/** @file All cues of a data set, each with the inputs that have it. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { createRandom } from "../util/random.ts";
import type { CueKind, Occurrence, OpenCues } from "./cue.ts";
import type { Subject } from "./subjects.ts";

/** Where an input has a cue. */
export interface CuePlace {
  /** Index of the input. */
  readonly subject: number;
  readonly occurrence: Occurrence;
}

/** A cue with the inputs that have it. */
export interface FoundCue {
  readonly kind: OpenKind;
  readonly cue: string;
  readonly label: string;
  readonly places: readonly CuePlace[];
}

/** A kind of cue ready for the data set, with what it found, rare cues included. */
export interface OpenKind {
  readonly of: CueKind;
  readonly open: OpenCues;
  /** By `Occurrence.cue`. */
  readonly found: ReadonlyMap<string, FoundCue>;
  /** Of each input. */
  readonly occurrences: readonly (readonly Occurrence[])[];
}

export async function findCues(
  model: ExplainableModel,
  subjects: readonly Subject[],
  kinds: readonly CueKind[],
  seed: number,
): Promise<readonly OpenKind[]> {
  const all: OpenKind[] = [];
  for (const of of kinds) {
    if (of.kind !== model.modality.name) continue;
    const open = await of.open({ model, subjects, random: createRandom(`${seed} cues ${of.name}`) });
    const occurrences: (readonly Occurrence[])[] = [];
    for (const subject of subjects) occurrences.push(await open.find(subject));
    const places = new Map<string, CuePlace[]>();
    occurrences.forEach((own, subject) => {
      for (const occurrence of own) {
        const known = places.get(occurrence.cue);
        if (known === undefined) places.set(occurrence.cue, [{ subject, occurrence }]);
        else known.push({ subject, occurrence });
      }
    });
    const found = new Map<string, FoundCue>();
    const kind: OpenKind = { of, open, found, occurrences };
    for (const [cue, own] of places) {
      found.set(cue, { kind, cue, label: own[0]?.occurrence.label ?? cue, places: own });
    }
    all.push(kind);
  }
  return all;
}
