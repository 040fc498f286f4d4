/** @file Check: padded texts with their masks, in batches, in the sweep, and beside the file itself. */

import type { PreparedText } from "../../modality/text/prepare.ts";
import { sliceRows } from "../../program/rows.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import type { Feeds } from "../../runtime/runtime.ts";
import { type FloatTensor, intTensor } from "../../tensor/tensor.ts";
import { type Anatomy, logitsOf, nextTokensOf, streamOf } from "../../transformer/anatomy.ts";
import { feedsOfRow, joinFeeds } from "../batches.ts";
import type { Check, CheckContext } from "../check.ts";
import { Differences } from "../differences.ts";
import { logitLimit, sameNumbers } from "../limits.ts";
import { openOriginal } from "../original.ts";

/** Masked positions after the longest text: every row has some. */
const PADDING = 3;

export const masks: Check = {
  name: "masks",
  compares:
    "padded texts of different lengths in one batch with the same texts alone, and with the file itself; the sweep of a padded text with its forward pass",
  doubt: "the sweep of every text, and everything that is measured on many texts at once",
  weight: 2,
  async run(context) {
    const { model, logitSize } = context;
    const { mask } = streamOf(model.anatomy).inputs;
    if (mask === undefined) return { notApplicable: "The model has no mask among its inputs" };
    if (nextTokensOf(model.anatomy) !== undefined) {
      return {
        notApplicable:
          "The model predicts tokens: it is asked at the same positions in every row, so no text is padded",
      };
    }
    const differences = new Differences();
    const padded = paddedTexts(context);
    const feeds = joinFeeds(padded.map((row) => row.feeds));
    const together = await model.programs.forward(feeds);
    const alone: FloatTensor[] = [];
    for (const [row, { name }] of padded.entries()) {
      const { logits } = await model.programs.forward(feedsOfRow(feeds, row));
      alone.push(logits);
      differences.compare(
        `the logits of ${name}, padded, in a batch and alone`,
        sliceRows(together.logits, row, row + 1).data,
        logits.data,
        sameNumbers(logitSize, "logit"),
      );
    }
    context.onProgress(0.3);
    const block = Math.floor(model.programs.blocks / 2);
    const from = await model.programs.logitsFrom({
      block,
      hiddenState: together.hiddenStates[block] as FloatTensor,
      feeds,
    });
    differences.compare(
      `the logits from the entry of block ${block} on, of rows with different masks`,
      from.data,
      together.logits.data,
      sameNumbers(logitSize, "logit"),
    );
    for (const [row, { name }] of padded.entries())
      await sweepPadded(context, name, feedsOfRow(feeds, row), differences);
    context.onProgress(0.7);
    if (model.original === undefined) {
      for (const [row, { length, name, bare }] of padded.entries()) {
        const logits = ofTokens(model.anatomy, alone[row] as FloatTensor, length);
        const unpadded = (await model.programs.forward(bare)).logits.data;
        differences.compare(
          `the logits of ${name}, padded and as it is`,
          logits,
          unpadded,
          sameNumbers(logitSize, "logit"),
        );
      }
      return {
        differences,
        sentence: `${padded.length} texts give the same logits in one batch with masks and as they are, and the sweep keeps to the mask`,
      };
    }
    const original = await openOriginal(model);
    try {
      const limit = logitLimit(model, logitSize);
      for (const [row, { name }] of padded.entries()) {
        const wanted = await original.logits(feedsOfRow(feeds, row));
        differences.compare(
          `the logits of ${name}, padded, beside the file itself`,
          (alone[row] as FloatTensor).data,
          wanted,
          limit,
        );
      }
    } finally {
      await original.dispose();
    }
    return {
      differences,
      sentence: `${padded.length} texts of different lengths give the same logits in one batch with masks, alone, and by the file itself, and the sweep keeps to the mask`,
    };
  },
};

interface PaddedText {
  readonly name: string;
  readonly length: number;
  /** Of the text with padding and mask, and of the text as it is. */
  readonly feeds: Feeds;
  readonly bare: Feeds;
}

/** Texts of different lengths, all padded to one length with the padding token, behind their ends. */
function paddedTexts({ model, samples, subject }: CheckContext): readonly PaddedText[] {
  const pad = model.tokenizer?.specialTokens.pad?.id ?? 0;
  const { inputs } = streamOf(model.anatomy);
  const ordinary = subject.input;
  const room = Math.min(model.tokenizer?.maxLength ?? Number.POSITIVE_INFINITY, ordinary.features.length + PADDING);
  const texts = samples.filter(({ input }) => input.features.length <= room).slice(0, 3);
  return texts.flatMap(({ name, input }) => {
    const { encoded } = input as Partial<PreparedText>;
    if (encoded === undefined) return [];
    const { ids, typeIds } = encoded;
    const row = (values: readonly number[], filler: (t: number) => number) =>
      intTensor(
        Array.from({ length: room }, (_, t) => values[t] ?? filler(t)),
        [1, room],
      );
    const feeds: Feeds = {
      ...(inputs.ids === undefined ? {} : { [inputs.ids]: row(ids, () => pad) }),
      ...(inputs.typeIds === undefined ? {} : { [inputs.typeIds]: row(typeIds, () => 0) }),
      ...(inputs.mask === undefined
        ? {}
        : {
            [inputs.mask]: row(
              ids.map(() => 1),
              () => 0,
            ),
          }),
      ...(inputs.positionIds === undefined
        ? {}
        : {
            [inputs.positionIds]: row(
              ids.map((_, t) => t),
              (t) => t,
            ),
          }),
    };
    return [{ name, length: ids.length, feeds, bare: input.feeds }];
  });
}

/** The logits of one input without those of its padding. */
function ofTokens(anatomy: Anatomy, { data, shape }: FloatTensor, length: number): Float32Array {
  return logitsOf(anatomy).per === "token" ? data.subarray(0, length * (shape.at(-1) ?? 0)) : data;
}

/** Every row of a sweep must keep to the mask of the one input: else rows see the padding. */
async function sweepPadded(
  { model, subject, logitSize }: CheckContext,
  name: string,
  feeds: Feeds,
  differences: Differences,
): Promise<void> {
  const { score } = subject;
  const { hiddenStates, logits } = await model.programs.forward(feeds);
  const points = hiddenStates.map((_, block) => ({ block, alpha: 1 }));
  const { scores } = await model.programs.sweep({
    hiddenStates,
    baselines: hiddenStates,
    score,
    points: [...points, { block: 0, alpha: 1 }],
    feeds,
  });
  const wanted = evaluateScore(score, logitsRow(logits, score.position));
  differences.compare(
    `the scores of ${name}, padded, in the sweep`,
    scores,
    Array.from(scores, () => wanted),
    sameNumbers(logitSize, score.kind),
  );
}
