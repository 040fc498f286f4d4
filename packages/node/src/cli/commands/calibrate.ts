/** @file `calig calibrate`: measures how often a model is right where it is how sure, and what its evidence usually looks like. */

import { UsageError } from "@calig/core/internal/errors";
import type { Calibrated } from "@calig/core/internal/evaluation/calibrate";
import { certaintyTable } from "@calig/core/internal/reading/certainty";
import { en } from "@calig/core/internal/reading/words/en";
import { count, fixed, percent } from "@calig/core/internal/render/format";
import { builtinFolder } from "../../node/builtin-models.ts";
import { ROW_OPTIONS } from "../../node/read-rows.ts";
import { settingsPath, writeSettings } from "../../node/stored-settings.ts";
import { defineCommand, EXIT } from "../command.ts";
import { section, tableLines } from "../listing.ts";
import { loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { openDataset } from "../run-evaluation.ts";
import type { Terminal } from "../terminal.ts";
import { checkWritable } from "../write-file.ts";

export const calibrate = defineCommand({
  name: "calibrate",
  summary: "measure how sure a model may be called, and what strong evidence is for it",
  description:
    "Runs a model on inputs with labels, and explains 100 of them. What it measures is stored as calig.json beside the model, where calig explain finds it: how often the model is right at each probability, which decides whether it is called very sure, fairly sure or close to a coin-flip; how strong the strongest evidence usually is, so that weak evidence is not shown as strong; and how its tokenizer usually cuts words, so that a text in another language is noticed. The table says what the words came to on inputs that did not choose them (five parts, each judged by the other four).",
  options: [
    "dataset",
    ...ROW_OPTIONS,
    "limit",
    "badRows",
    "classMap",
    ...MODEL_OPTIONS,
    "seed",
    "out",
    "json",
    "threads",
    "device",
    "stream",
  ],
  fileOptions: ["reading"],
  examples: [
    { purpose: "On sentences with labels", command: "calig calibrate --model ./my-model --dataset dev.tsv" },
    {
      purpose: "On pictures in folders named after their classes",
      command: "calig calibrate --model ./my-vit --dataset pictures --limit 1000",
    },
  ],
  async run({ options, fileOptions, terminal, extensions }) {
    const { signal } = terminal.io;
    const { dataset: file, out } = options;
    if (file === undefined) throw new UsageError("Nothing to measure on: name a data set with --dataset FILE");
    if (out !== undefined) await checkWritable(out);
    const { dataset, seed, source } = await openDataset(file, options, { terminal, extensions, fileOptions });
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { calibrate: measure } = await import("@calig/core/internal/evaluation/calibrate");
    await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
    const measured = await measure(model, dataset, {
      seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
    });
    await terminal.print(
      options.json === true ? `${JSON.stringify(measured.card, null, 2)}\n` : calibratedText(measured, terminal),
    );
    const isBuiltIn = builtinFolder(model.facts.id) === model.folder;
    if (out === undefined && isBuiltIn) {
      await terminal.note("A built-in model is left as it is; --out FILE writes what was measured elsewhere");
    } else {
      const path = out ?? settingsPath(model.folder, model.file);
      await writeSettings(path, { card: measured.card }, model.programs.blocks);
      await terminal.note(`Wrote ${path}${out === undefined ? ": calig explain uses it with this model" : ""}`);
    }
    for (const { line, message } of measured.failures) {
      await terminal.fail(`${file}, ${dataset.counted ?? "line"} ${line}: ${message}`);
    }
    return measured.failures.length === 0 ? EXIT.done : EXIT.failed;
  },
});

const plain = { unicode: false };

function calibratedText({ card, answers }: Calibrated, terminal: Terminal): string {
  const { calibration = [], typical } = card;
  const words = certaintyTable(answers).map(({ level, from, to, answers: all, right }) => [
    en.certainties[level],
    from === 0 ? `up to ${percent(to, 0)}` : `${percent(from, 0)} to ${percent(to, 0)}`,
    String(all),
    percent(right / all),
  ]);
  const points = calibration.map(({ probability, accuracy, inputs }) => [
    fixed(probability, 3, plain),
    fixed(accuracy, 3, plain),
    String(inputs),
  ]);
  const usual =
    typical === undefined
      ? []
      : [
          `  of ${count(typical.inputs, "explanation")}: strongest ${fixed(typical.strongest, 3, plain)}, difference of the ${typical.score} ${fixed(typical.difference, 3, plain)}`,
          ...(typical.extraTokens === undefined
            ? []
            : [`  tokens of a word beyond the first: ${fixed(typical.extraTokens.mean, 3, plain)}`]),
        ];
  return [
    terminal.style.bold(`Calibration on ${card.dataset}, ${count(answers.length, "input")}`),
    ...section(
      "What the words came to",
      tableLines(["word", "promises", "inputs", "right"], words, terminal),
      terminal,
    ),
    ...section("How often it is right", tableLines(["probability", "right", "inputs"], points, terminal), terminal),
    ...section("What is usual", usual, terminal),
  ]
    .join("\n")
    .concat("\n");
}
