/** @file A reference that hardly has a cue contradicts what labels of the data say for it. */

import { expect, it } from "vitest";
import type { FoundCue } from "./found-cues.ts";
import { labelFacts, type Reference, verdictOf } from "./labels.ts";
import type { Lift } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

const CLASSES = 2;
/** A reference of 100 inputs, every one right, of which some of class 1 have the cue. */
function reference(having: number): Reference {
  const subjects = Array.from({ length: 100 }, (_, i) => {
    const truth = i % CLASSES;
    return { truth, answer: { predicted: truth } } as unknown as Subject;
  });
  const indices = [...subjects.keys()].filter((i) => i % CLASSES === 1).slice(0, having);
  return { subjects, facts: labelFacts(subjects, CLASSES), has: () => indices };
}
const found = (places: number) => ({ places: Array.from({ length: places }) }) as unknown as FoundCue;
const supported = { evidence: 20, labelled: 1 } as Lift;

it.each([
  ["none of 24 expected", 24, 0, "contradict"],
  ["two left of 24 expected", 24, 2, "contradict"],
  ["half of 24 expected: it is rarer there, and not clean of it", 24, 12, "support"],
  ["none of 5 expected: by chance", 5, 0, "support"],
])("%s", (_, places, there, verdict) => {
  expect(verdictOf(found(places), 1, supported, 100, 12, reference(there))).toBe(verdict);
});
