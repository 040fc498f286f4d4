/** @file Check: the logits of the file itself against those of the graph that calig explains, and of its programs against each other. */

import { ExecutionError } from "../../errors.ts";
import { logitsRow } from "../../program/score.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import type { Check, CheckContext } from "../check.ts";
import { Differences, largestOf } from "../differences.ts";
import { logitLimit, sameNumbers } from "../limits.ts";
import { openOriginal } from "../original.ts";

export const logits: Check = {
  name: "logits",
  compares:
    "the ONNX file itself, run untouched, with the graph that calig explains; whole passes with passes from each block on",
  doubt: "predictions, probabilities, and every explanation of this model",
  weight: 3,
  async run(context) {
    const { model, samples, subject, logitSize, onProgress } = context;
    const differences = new Differences();
    const own: Float32Array[] = [];
    for (const [i, { input, name }] of samples.entries()) {
      const whole = (await model.programs.forward(input.feeds)).logits.data;
      own.push(whole);
      // The program of the logits may leave out what they do not need.
      const alone = await model.programs.logits(input.feeds);
      differences.compare(
        `the logits of ${name}, alone and with hidden states`,
        alone.data,
        whole,
        sameNumbers(logitSize, "logit"),
      );
      onProgress((0.4 * (i + 1)) / samples.length);
    }
    await fromEveryBlock(context, differences);
    onProgress(0.7);
    const passes = `passes from the entry of each of the ${subject.forward.hiddenStates.length} blocks give the logits of whole passes`;
    if (model.original === undefined) {
      return {
        differences,
        sentence: `The model is a checkpoint: calig builds its graph, and there is no other implementation here to compare with (docs/parity.md has the comparison of its family with transformers); what was compared: ${passes}, with and without what the logits do not need`,
      };
    }
    const why = await withOriginal(context, own, differences).catch((error: unknown) => {
      if (error instanceof ExecutionError && !differences.failed) return error;
      throw error;
    });
    // What the engine does not run itself tells nothing of what calig makes of it.
    if (typeof why !== "string") {
      return {
        notApplicable: `There is nothing to compare with: the engine does not run the file as it is (${why.message.split(": ")[1] ?? why.message}); ${passes}`,
      };
    }
    return {
      differences,
      sentence: `The logits of ${samples.length} inputs of different lengths were compared with those that the engine gives for the file itself${why}; ${passes}`,
    };
  },
};

async function withOriginal(
  { model, samples, onProgress }: CheckContext,
  own: readonly Float32Array[],
  differences: Differences,
): Promise<string> {
  const original = await openOriginal(model);
  try {
    const wanted: Float32Array[] = [];
    for (const [i, { input }] of samples.entries()) {
      wanted.push(await original.logits(input.feeds));
      onProgress(0.7 + (0.3 * (i + 1)) / samples.length);
    }
    const limit = logitLimit(model, Math.max(...wanted.map(largestOf)));
    for (const [i, values] of wanted.entries()) {
      differences.compare(
        `the logits of ${samples[i]?.name}, beside the file itself`,
        own[i] as Float32Array,
        values,
        limit,
      );
    }
    return limit.why;
  } finally {
    await original.dispose();
  }
}

/** What the engine computes of a hidden state in the middle must be what it computed in one go. */
async function fromEveryBlock({ model, subject, logitSize }: CheckContext, differences: Differences): Promise<void> {
  const { forward, score, input } = subject;
  const whole = logitsRow(forward.logits, score.position);
  for (const [block, hiddenState] of forward.hiddenStates.entries()) {
    const logits: FloatTensor = await model.programs.logitsFrom({ block, hiddenState, feeds: input.feeds });
    differences.compare(
      `the logits from the entry of block ${block} on`,
      logitsRow(logits, score.position),
      whole,
      sameNumbers(logitSize, "logit"),
    );
  }
}
