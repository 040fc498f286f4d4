/** @file `calig evaluate`: how well methods explain a model, measured on a data set. */

import { defineCommand } from "../command.ts";
import { COMPARED_OPTIONS, chooseMethods } from "../method-options.ts";
import { EVALUATION_OPTIONS, runEvaluation } from "../run-evaluation.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "measure how well methods explain a model on a data set",
  description:
    "Measures attribution methods on a data set: what the model says when the words they name are removed or kept alone, and how far they agree with what people marked. Every figure has a 95 % bootstrap interval; methods are compared on the same inputs, beside a random control. With --out, measurements are kept in FILE.partial.jsonl until the result is written: the same command goes on where an interrupted one stopped.",
  options: [...EVALUATION_OPTIONS, "reportFormat", "methods", ...COMPARED_OPTIONS],
  methodOptions: { but: [] },
  fileOptions: ["reading", "baseline"],
  examples: [
    { purpose: "All methods on 100 sentences of SST-2", command: "calig evaluate --dataset sst2_dev.tsv --limit 100" },
    {
      purpose: "Two methods by two metrics, as a page to look at",
      command:
        "calig evaluate --dataset reviews.jsonl --methods ca-lig,integrated-gradients --metrics deletion,insertion --out report.html",
    },
    {
      purpose: "Curves over the inputs in TensorBoard",
      command: "calig evaluate --dataset reviews.jsonl --format tensorboard --out runs/measured",
    },
    {
      purpose: "Your own model, padding in place of removed words",
      command: "calig evaluate --model ./my-model --dataset reviews.csv --replacement pad --out result.json",
    },
  ],
  async run({ options, methodOptions, metricOptions, fileOptions, terminal, extensions }) {
    const namedMethods = await chooseMethods({ options, methodOptions, fileOptions }, extensions);
    return runEvaluation(() => namedMethods, options, { terminal, extensions, metricOptions, fileOptions });
  },
});
