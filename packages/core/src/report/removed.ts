/** @file What was removed and by what it was replaced, in words. */

import type { ReplacementFacts } from "../evaluation/replacement-facts.ts";

/** "the mask token", "words of other inputs (of reviews.csv, 4 draws)" */
export function replacementText({ becomes, draws, others }: ReplacementFacts): string {
  const told = [
    ...(others === undefined ? [] : [`of ${others.name}`]),
    ...(draws === undefined ? [] : [`${draws} draw${draws === 1 ? "" : "s"}`]),
  ];
  return told.length === 0 ? becomes : `${becomes} (${told.join(", ")})`;
}
