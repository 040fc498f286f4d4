/** @file Which cues are tested: the suspicious ones, those first that labels contradict; of cues that lie on each other one. */

import { type LabelFacts, liftOf, type Reference, verdictOf } from "./labels.ts";
import type { Subject } from "./subjects.ts";
import type { Suspicion } from "./suspicion.ts";

/** Family-wise, over all cues. */
const SIGNIFICANT = 0.05;
/** Cues that share their features in so many of their inputs are one. */
const COVERED = 0.8;

/** Suspicious and contradicted by labels, no part of the input, suspicious, contradicted alone. */
const rank = (judged: {
  readonly isSuspicious: boolean;
  readonly contradicted: boolean;
  readonly isNoFeature: boolean;
}) => (judged.isNoFeature ? 1 : judged.isSuspicious ? (judged.contradicted ? 0 : 2) : 3);

/** The cues to test: suspicious ones that labels contradict first; of cues that lie on each other the strongest. */
export function choose(
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

/**
 * Whether a cue lies on another one in most of its inputs: a pair of words on one of them. Places, which all inputs have, cover
 * nothing but the same places under another name: a corner, and the cell of the grid there.
 */
function covers(known: Suspicion, { found, class: own }: Suspicion, inputs: number): boolean {
  if (known.class !== own) return false;
  const isFrequent = known.found.places.length > inputs / 2;
  const places = new Map(known.found.places.map(({ subject, occurrence }) => [subject, new Set(occurrence.features)]));
  const on = found.places.filter(({ subject, occurrence: { features } }) => {
    const there = places.get(subject);
    if (there === undefined) return false;
    return isFrequent
      ? features.length === there.size && features.every((feature) => there.has(feature))
      : features.some((feature) => there.has(feature));
  });
  return on.length >= COVERED * found.places.length;
}
