/** @file Check: every number is one. */

import type { Check } from "../check.ts";
import { Differences } from "../differences.ts";

export const finite: Check = {
  name: "finite",
  compares: "logits, hidden states, scores, relevance and attention gradients with the numbers that can be written",
  doubt: "everything: the weights hold values that are no numbers, or a sum overflows",
  weight: 1,
  async run({ model, samples, subject, onProgress }) {
    const differences = new Differences();
    const count = (where: string, values: ArrayLike<number>) => {
      let wrong = 0;
      for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) wrong++;
      differences.add(where, wrong, { most: 0, unit: "value that is no number" });
      return values.length;
    };
    let numbers = 0;
    for (const [i, { input, name }] of samples.entries()) {
      const { logits, hiddenStates } = await model.programs.forward(input.feeds);
      numbers += count(`the logits of ${name}`, logits.data);
      for (const [l, state] of hiddenStates.entries())
        numbers += count(`the hidden state entering block ${l}, ${name}`, state.data);
      onProgress((0.7 * (i + 1)) / samples.length);
    }
    const { forward, baseline, score, input } = subject;
    const points = forward.hiddenStates.flatMap((_, block) => [1, 0.5, 0].map((alpha) => ({ block, alpha })));
    const swept = await model.programs.sweep({
      hiddenStates: forward.hiddenStates,
      baselines: baseline.hiddenStates,
      score,
      points,
      feeds: input.feeds,
    });
    numbers += count("the scores of the sweep", swept.scores);
    for (const [i, relevance] of swept.relevance.entries())
      numbers += count(`the relevance at block ${points[i]?.block}`, relevance);
    for (const [l, map] of swept.attention.entries())
      numbers += count(`the attention gradients of block ${l}`, map.data);
    return { differences, sentence: `All ${numbers} numbers of passes and of the sweep are finite` };
  },
};
