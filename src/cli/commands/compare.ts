/** @file `calig compare`: what several methods say of one text, side by side. */

import { DEFAULTS } from "../../attribution/options.ts";
import { InternalError } from "../../errors.ts";
import { comparisonHtml, comparisonMarkdown } from "../../evaluation/report/comparison.ts";
import { DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import { backgroundTheme } from "../appearance.ts";
import { defineCommand, EXIT } from "../command.ts";
import { comparisonText } from "../comparison-text.ts";
import { CONTENDER_OPTIONS, chooseContenders } from "../contenders.ts";
import { chooseInputs } from "../explain-inputs.ts";
import { given } from "../given.ts";
import { LOADING_OPTIONS } from "../loading.ts";
import { reportJson, writerOf, writers } from "../report-writers.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

export const compare = defineCommand({
  name: "compare",
  summary: "show what several methods say of one text, side by side",
  description:
    "Explains one text by several methods, for the same class: what each says of every word, how the probability falls and rises with the words it names, and how far the methods agree. One text proves little: calig evaluate measures methods on a data set.",
  argument: { name: "TEXT", description: "text to explain, in quotes; - reads it from standard input" },
  options: [
    "text",
    "pair",
    "model",
    "dtype",
    "target",
    "score",
    "methods",
    "substrate",
    "units",
    ...CONTENDER_OPTIONS,
    "seed",
    "out",
    "json",
    "threads",
    "device",
    "stream",
  ],
  examples: [
    { purpose: "All methods", command: 'calig compare "A gripping film that forgets to end"' },
    {
      purpose: "Two methods, as a page to look at",
      command: 'calig compare "A gripping film" --methods ca-lig,integrated-gradients --out compared.html',
    },
  ],
  async run({ words, options, terminal }) {
    const { signal, env } = terminal.io;
    const chosen = await chooseInputs({ words, ...given(options, ["text", "pair"]) }, terminal);
    if (chosen.kind !== "one") throw new InternalError(`a comparison of ${chosen.kind}`);
    const { out } = options;
    const write = out === undefined ? undefined : writerOf(out, writers(comparisonMarkdown, comparisonHtml));
    if (out !== undefined) await checkWritable(out);
    const contenders = await chooseContenders(options);
    const source = options.model ?? DEFAULT_TEXT_MODEL;
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { compareMethods } = await import("../../evaluation/method-comparison.ts");
    await using model = await loadModel(source, { signal, ...given(options, LOADING_OPTIONS) });
    const comparison = await compareMethods(model, chosen.input, {
      contenders,
      ...given(options, ["target", "score", "substrate", "units"]),
      seed: options.seed ?? DEFAULTS.seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
    });
    if (out !== undefined && write !== undefined) {
      await writeWhole(out, write(comparison));
      await terminal.note(`Wrote ${out}`);
    } else if (options.json !== true) {
      await terminal.print(comparisonText(comparison, terminal, backgroundTheme(env)));
    }
    if (options.json === true) await terminal.print(reportJson(comparison));
    for (const { message } of comparison.warnings) await terminal.warn(message);
    return EXIT.done;
  },
});
