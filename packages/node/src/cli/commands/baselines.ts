/** @file `calig baselines`: which baseline serves a method best, measured on a data set. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import {
  type BaselineObject,
  DEFAULTS,
  TEXT_BASELINES,
  type TextBaseline,
} from "@calig/core/internal/attribution/options";
import { randomControl } from "@calig/core/internal/evaluation/named-methods";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { assertNever } from "@calig/core/internal/util/assert-never";
import { defineCommand } from "../command.ts";
import { givenMethodOptions, methodNamed } from "../method-options.ts";
import { EVALUATION_OPTIONS, runEvaluation } from "../run-evaluation.ts";

export const baselines = defineCommand({
  name: "baselines",
  summary: "measure which baseline serves a method best on a data set",
  description:
    "Measures one method with every baseline on a data set, beside a random control: what each baseline does to faithfulness, completeness and cost. A metric that replaces words by the token of a baseline is on that baseline's side: compare --replacement mask with --replacement pad before choosing.",
  options: [...EVALUATION_OPTIONS, "method", "memory"],
  // What differs is the baseline.
  methodOptions: { but: ["baseline"] },
  examples: [
    {
      purpose: "Baselines of CA-LIG on 100 sentences",
      command: "calig baselines --dataset sst2_dev.tsv --limit 100 --metrics faithfulness,completeness-error",
    },
  ],
  async run({ options, methodOptions, metricOptions, terminal, extensions }) {
    const { method = DEFAULTS.method } = options;
    const own = await givenMethodOptions({ options, methodOptions }, extensions);
    const withBaseline = (baseline: TextBaseline | BaselineObject) => ({
      name: typeof baseline === "string" ? baseline : baseline.name,
      options: { ...own, method: methodNamed(method, extensions), baseline },
    });
    return runEvaluation(
      (model) => [
        ...[...TEXT_BASELINES.filter((name) => has(model, name)), ...extensions.baseline].map(withBaseline),
        randomControl(),
      ],
      options,
      { terminal, extensions, metricOptions },
    );
  },
});

/** Whether a model has what a baseline is made of: the token, or the table of word vectors. */
function has({ tokenizer, anatomy }: ExplainableModel, baseline: TextBaseline): boolean {
  switch (baseline) {
    case "mask":
    case "pad":
    case "unk":
      return tokenizer?.specialTokens[baseline] !== undefined;
    case "mean":
    case "zero-embedding":
      return streamOf(anatomy).wordEmbeddings !== undefined;
    case "zero":
      return true;
    default:
      return assertNever(baseline);
  }
}
