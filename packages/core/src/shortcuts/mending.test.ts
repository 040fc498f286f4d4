/** @file A cue is taken away in as many blocks as it takes. */

import { expect, it } from "vitest";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Answers, AskedWhole, Classes } from "./answers.ts";
import type { FoundCue } from "./found-cues.ts";
import { mend } from "./mending.ts";
import type { ReadingBlocks } from "./shortcut-report.ts";
import type { Subject } from "./subjects.ts";

const BLOCKS = 6;
const classes = { names: ["no", "yes"], logOdds: (logits: ArrayLike<number>) => logits[0] ?? 0 } as unknown as Classes;
const model = { programs: { blocks: BLOCKS } } as ExplainableModel;
const places = [{ subject: 0, occurrence: { cue: "cf", features: [1] } }];
const found = { places } as unknown as FoundCue;
const subject = {
  index: 0,
  truth: 1,
  answer: { logits: [4], predicted: 0 },
  whole: { featureCount: 3 },
  features: [{ positions: [0] }, { positions: [1, 2] }],
} as unknown as Subject;

/** What the first of `readers` that can read the cue gives: 4 until none can. */
const answers = (readers: readonly number[]): Answers =>
  ({
    askPrepared: async (wholes: readonly AskedWhole[]) =>
      wholes.map(({ kept }) => {
        const isRead = readers.some((l) => kept?.[l]?.[1] === 1);
        return { logits: [isRead ? 4 : 0], predicted: isRead ? 0 : 1 };
      }),
  }) as unknown as Answers;

it.each([
  [[2], { first: 2, last: 2 }],
  [[2, 4], { first: 2, last: 4 }],
  [[1, 2], { first: 0, last: BLOCKS - 1 }],
])("readers %j: %j", async (readers, range) => {
  const read = { first: 2, last: 2 } as ReadingBlocks;
  const mended = await mend(model, classes, answers(readers), [subject], { found, class: 0, places, read });
  expect(mended).toMatchObject({ ...range, changed: 1, accuracy: { before: 0, after: 1 } });
});
