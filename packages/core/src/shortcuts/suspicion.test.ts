/** @file Cues that decide stand out, cues that labels explain do not, and chance makes one of twenty data sets suspicious. */

import { describe, expect, it } from "vitest";
import { createRandom } from "../util/random.ts";
import type { FoundCue } from "./found-cues.ts";
import type { Subject } from "./subjects.ts";
import { suspect } from "./suspicion.ts";

const FEATURES = 6;
const SETTINGS = { classes: 2, permutations: 200, seed: 1 } as const;

/** An input of which maps say nothing but noise. */
function subject(index: number, truth: number | undefined, predicted: number): Subject {
  const random = createRandom(`maps ${index}`);
  const noise = () => Float64Array.from({ length: FEATURES }, () => (random.next() - 0.5) / FEATURES);
  return {
    index,
    ...(truth === undefined ? {} : { truth }),
    answer: { predicted },
    shares: noise(),
    leftOut: noise(),
    blocks: new Map(),
  } as unknown as Subject;
}

/** A cue at the first feature of some inputs. */
const cueIn = (cue: string, subjects: readonly number[]): FoundCue =>
  ({
    kind: { of: { name: "words" } },
    cue,
    label: cue,
    places: subjects.map((index) => ({ subject: index, occurrence: { cue, features: [0] } })),
  }) as unknown as FoundCue;

/** 200 inputs of two classes, one in ten wrong; `decides` says of which inputs the model says 0 whatever they are. */
const inputs = (decides: (i: number) => boolean, isLabelled = true): readonly Subject[] =>
  Array.from({ length: 200 }, (_, i) => {
    const truth = i % 2;
    const said = decides(i) ? 0 : i % 20 < 2 ? 1 - truth : truth;
    return subject(i, isLabelled ? truth : undefined, said);
  });
const every = (n: number, from: number) => Array.from({ length: 200 }, (_, i) => i).filter((i) => i % n === from);

describe("decisions", () => {
  const decided = [...every(20, 5), ...every(20, 6)];
  const others = [7, 8, 9, 11, 12].map((from) => cueIn(`other ${from}`, every(13, from)));
  it.each([true, false])("make a cue suspicious that decides whatever inputs say, with labels: %s", (isLabelled) => {
    const subjects = inputs((i) => decided.includes(i), isLabelled);
    const [cue, ...rest] = suspect(subjects, [cueIn("bb", decided), ...others], SETTINGS);
    expect(cue).toMatchObject({ class: 0, by: "decisions" });
    expect(cue?.pValue).toBeLessThan(0.02);
    for (const { pValue } of rest) expect(pValue).toBeGreaterThan(0.05);
  });
  it("do not where labels explain them", () => {
    const subjects = inputs(() => false);
    const [cue] = suspect(subjects, [cueIn("superb", every(8, 1)), ...others], SETTINGS);
    expect(cue?.pValue).toBeGreaterThan(0.05);
  });
  it("say nothing of cues that all inputs have, nor of those that are no features", () => {
    const subjects = inputs((i) => decided.includes(i));
    const all = cueIn("first word", [...subjects.keys()]);
    const long = {
      ...cueIn("long", decided),
      places: decided.map((index) => ({ subject: index, occurrence: { cue: "long", features: [] } })),
    };
    const [place, length] = suspect(subjects, [all, long], SETTINGS);
    expect(place?.by).not.toBe("decisions");
    expect(length).toMatchObject({ class: 0, by: null, z: null, pValue: null });
  });
});

it("finds something by chance in one of twenty data sets at most", () => {
  const random = createRandom("null");
  const subjects = inputs(() => false);
  let suspicious = 0;
  for (let seed = 0; seed < 100; seed++) {
    const cues = Array.from({ length: 20 }, (_, c) =>
      cueIn(String(c), random.shuffle([...subjects.keys()]).slice(0, 5 + random.below(20))),
    );
    if (suspect(subjects, cues, { classes: 2, permutations: 100, seed }).some(({ pValue }) => (pValue ?? 1) <= 0.05))
      suspicious++;
  }
  // Above 10 of 100 at a rate of 0.05: once in 90.
  expect(suspicious).toBeLessThanOrEqual(10);
});
