/** @file Kinds of patches: clusters of what the model makes of them in its middle (k-means), whatever their place. */

import type { ImageInput } from "../../attribution/input.ts";
import type { CueKind, CueSubject, Occurrence } from "../cue.ts";
import { patchChanges } from "./picture-changes.ts";

/** Clusters at most, and patches of each on average at least. */
const [MOST_KINDS, LEAST_PATCHES] = [24, 20] as const;
/** Patches that clusters are made from, iterations. */
const [FITTED, ITERATIONS] = [4000, 50] as const;

export const patchKinds: CueKind<ImageInput> = {
  name: "patch-kinds",
  kind: "image",
  noun: "kind of patch",
  summary: "clusters of the hidden states of patches in the middle of the model; controls change as many other patches",
  async open({ model, subjects, random }) {
    const block = model.programs.blocks >> 1;
    const states = new Map<CueSubject<ImageInput>, readonly Float32Array[]>();
    for (const subject of subjects) states.set(subject, await subject.states(block));
    const means = placeMeans([...states.values()]);
    const patches = [...states.values()].flatMap((own) => own.map((state, place) => centred(state, means[place])));
    const count = Math.min(MOST_KINDS, Math.floor(patches.length / LEAST_PATCHES));
    const kinds = new WeakMap<object, readonly Occurrence[]>();
    if (count < 2) return { find: () => [], ...patchChanges(subjects, () => false) };
    const { kmeans } = await import("ml-kmeans");
    const { centroids } = kmeans(random.shuffle(patches).slice(0, FITTED), count, {
      seed: random.below(2 ** 31),
      maxIterations: ITERATIONS,
      initialization: "kmeans++",
    });
    const occurrencesIn = (own: readonly Float32Array[]): readonly Occurrence[] => {
      const groups = new Map<number, number[]>();
      own.forEach((state, place) => {
        const kind = nearest(centred(state, means[place]), centroids);
        groups.set(kind, [...(groups.get(kind) ?? []), place]);
      });
      return [...groups]
        .filter(([, features]) => features.length < own.length)
        .map(([kind, features]) => ({ cue: String(kind), label: `no. ${kind + 1}`, features }));
    };
    for (const [subject, own] of states) kinds.set(subject, occurrencesIn(own));
    return {
      // Of pictures that were not among these: a reference.
      find: async (subject) => kinds.get(subject) ?? occurrencesIn(await subject.states(block)),
      ...patchChanges(subjects, (cue, subject) => kinds.get(subject)?.some((own) => own.cue === cue) === true),
    };
  },
};

/** The mean state at each place: what is left without it does not say where a patch is. */
function placeMeans(all: readonly (readonly Float32Array[])[]): readonly Float64Array[] {
  const places = Math.max(...all.map(({ length }) => length));
  return Array.from({ length: places }, (_, place) => {
    const own = all.flatMap((states) => states[place] ?? []);
    const sum = new Float64Array(own[0]?.length ?? 0);
    for (const state of own)
      for (let d = 0; d < sum.length; d++) (sum[d] as number) += (state[d] as number) / own.length;
    return sum;
  });
}

const centred = (state: Float32Array, mean: Float64Array | undefined): number[] =>
  Array.from(state, (value, d) => value - (mean?.[d] ?? 0));

function nearest(state: readonly number[], centroids: readonly (readonly number[])[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  centroids.forEach((centroid, kind) => {
    let distance = 0;
    for (let d = 0; d < state.length; d++) distance += ((state[d] as number) - (centroid[d] as number)) ** 2;
    if (distance < least) [best, least] = [kind, distance];
  });
  return best;
}
