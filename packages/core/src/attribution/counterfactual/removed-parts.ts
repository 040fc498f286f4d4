/** @file Prompts without one of their parts: a document, a message, an example. */

import type { Replacement } from "../explainable-model.ts";
import type { Explanation, PartCounterfactual } from "../explanation.ts";
import { without } from "../kept.ts";
import type { PredictedOutput } from "../probe.ts";
import { type AskedOptions, openSubject, type Subject } from "./subject.ts";

/** A part with its place. */
type PlacedPart = Pick<PartCounterfactual, "name" | "start" | "end">;

/** What was removed of a part, and what the model said then. */
type RemovedPart = Omit<PartCounterfactual, "prediction" | "flips"> & { readonly output: PredictedOutput };

/** The parts that are removed, in their order: where there are more than half of what may be asked, the strongest. */
export function chosenParts(explanation: Explanation, limit: number): readonly PlacedPart[] {
  if (explanation.layout !== "text") return [];
  const placed = (explanation.parts ?? []).flatMap(({ name, start, end, attribution }, index) =>
    start === null || end === null || end <= start
      ? []
      : [{ name, start, end, index, strength: Math.abs(attribution) }],
  );
  return placed
    .sort((a, b) => b.strength - a.strength)
    .slice(0, Math.floor(limit / 2))
    .sort((a, b) => a.index - b.index)
    .map(({ name, start, end }) => ({ name, start, end }));
}

/**
 * Removes each part by itself, all of it, with the parts that lie within. Parts of which nothing can be removed are left out.
 *
 * Cost: a forward pass for each.
 */
export async function partsRemoved(
  { explanation, ...subject }: Subject,
  used: Replacement,
  asked: AskedOptions,
  parts: readonly PlacedPart[],
): Promise<{ readonly removed: readonly RemovedPart[]; readonly evaluations: number }> {
  // By tokens: parts may overlap, and a word may reach over the end of one.
  const { features, probe } = await openSubject({ ...subject, explanation }, used, asked, "token");
  const places = parts.map(({ start, end }) =>
    [...features.keys()].filter((f) =>
      (features[f]?.positions ?? []).every((position) => {
        const feature = explanation.layout === "text" ? explanation.features[position] : undefined;
        return feature !== undefined && feature.start >= start && feature.start < end;
      }),
    ),
  );
  const shown = [...parts.keys()].filter((p) => (places[p]?.length ?? 0) > 0);
  const own = probe();
  const outputs = await own.outputs(shown.map((p) => without(features.length, places[p] as readonly number[])));
  const removed = shown.map((p, i) => ({
    ...(parts[p] as PlacedPart),
    features: (places[p] as readonly number[]).flatMap((f) => features[f]?.positions ?? []),
    output: outputs[i] as PredictedOutput,
  }));
  return { removed, evaluations: own.evaluations() };
}
