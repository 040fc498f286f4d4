/** @file `calig baselines`: which baseline serves a method best, measured on a data set. */

import { type BaselineName, type BaselineObject, DEFAULTS } from "@calig/core/internal/attribution/options";
import { randomControl } from "@calig/core/internal/evaluation/named-methods";
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
  fileOptions: ["reading"],
  examples: [
    {
      purpose: "Baselines of CA-LIG on 100 sentences",
      command: "calig baselines --dataset sst2_dev.tsv --limit 100 --metrics faithfulness,completeness-error",
    },
  ],
  async run({ options, methodOptions, metricOptions, fileOptions, terminal, extensions }) {
    const { method = DEFAULTS.method } = options;
    const own = await givenMethodOptions({ options, methodOptions, fileOptions }, extensions);
    const withBaseline = (baseline: BaselineName | BaselineObject) => ({
      name: typeof baseline === "string" ? baseline : baseline.name,
      options: { ...own, method: methodNamed(method, extensions), baseline },
    });
    return runEvaluation(
      (model) => {
        const { available, names } = model.modality.baselines;
        const own = (available?.(model) ?? names) as readonly BaselineName[];
        return [...[...own, ...extensions.baseline].map(withBaseline), randomControl()];
      },
      options,
      { terminal, extensions, metricOptions, fileOptions },
    );
  },
});
