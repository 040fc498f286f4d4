/** @file Check: the same numbers twice, bit for bit. */

import type { Explanation } from "../../attribution/explanation.ts";
import type { Check } from "../check.ts";
import { Differences } from "../differences.ts";
import { explainAfresh, explainOnce } from "../explain-sample.ts";
import { equal } from "../limits.ts";

export const determinism: Check = {
  name: "determinism",
  compares: "two explanations of one input, bit for bit",
  doubt: "the last digits of numbers: explanations cannot be reproduced exactly on this machine",
  weight: 3,
  async run(context) {
    const differences = new Differences();
    const half = (run: number) => (done: number) => context.onProgress((run + done) / 2);
    const first = numbersOf(await explainOnce(context, context.subject, half(0)));
    const second = numbersOf(await explainAfresh(context, context.subject, half(1)));
    differences.compare("the numbers of an explanation", second, first, equal("number"));
    return { differences, sentence: `An explanation made twice has the same ${first.length} numbers` };
  },
};

/** Everything that an explanation says in numbers, without what it cost. */
const numbersOf = ({ attribution, predictions, blocks }: Explanation): readonly number[] => [
  ...attribution,
  ...predictions.flatMap(({ logit, probability }) => [logit, probability ?? 0]),
  ...blocks.flatMap(({ relevance, attentionEvidence, fused }) => [...relevance, ...attentionEvidence, ...fused]),
];
