/** @file `calig shortcuts`: what a model has learned that it should not, over a data set, confirmed by interventions. */

import { UsageError } from "@calig/core/internal/errors";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { count } from "@calig/core/internal/render/format";
import { reportJson } from "@calig/core/internal/report/writers";
import type { ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";
import { ROW_OPTIONS } from "../../node/read-rows.ts";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";
import { readGiven } from "../given-explanations.ts";
import { loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { openMeasurementStore } from "../measurement-store.ts";
import { reportWriter } from "../report-writers.ts";
import { openDataset } from "../run-evaluation.ts";
import { prepareRunFolder } from "../run-folder.ts";
import { rowsCsv } from "../shortcut-rows.ts";
import { shortcutsText } from "../shortcuts-text.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

export const shortcuts = defineCommand({
  name: "shortcuts",
  summary: "find what a model goes by and should not: cues confirmed by interventions, and the block that reads them",
  description:
    "Looks over a data set for cues (words, pairs of words, markup, places, lengths; in pictures places, colours and kinds of patches) that move the model more than the labels warrant. Explanations say which cues are suspicious; taking a cue out of inputs and putting it into others, beside control changes, confirms it. Of each confirmed cue: the block that reads it, what the model would be without it, examples, and inputs to add to the data. With --out, explanations are kept in FILE.partial.jsonl until the result is written: the same command goes on where an interrupted one stopped.",
  options: [
    "data",
    ...ROW_OPTIONS,
    "limit",
    "badRows",
    "reference",
    "explanations",
    ...MODEL_OPTIONS,
    "acceptDifference",
    "effort",
    "tested",
    "sample",
    "leastInputs",
    "permutations",
    "seed",
    "out",
    "json",
    "rows",
    "tensorboard",
    "threads",
    "device",
    "memory",
  ],
  fileOptions: ["reading"],
  examples: [
    {
      purpose: "Shortcuts of the built-in model in 200 sentences, as a page to look at",
      command: "calig shortcuts --input sst2_dev.tsv --limit 200 --out shortcuts.html",
    },
    {
      purpose: "Your own model, with clean data that has the last word, and rows to add to the training data",
      command:
        "calig shortcuts --model ./my-model --input data.csv --reference clean.csv --out shortcuts.html --rows rows.csv",
    },
    {
      purpose: "Texts that were explained before are not explained again",
      command: "calig shortcuts --input reviews.csv --explanations runs/reviews --out shortcuts.html",
    },
    {
      purpose: "Names of the confirmed shortcuts in a script",
      command: "calig shortcuts --input data.csv --json | jq -r '.cues[] | select(.status == \"shortcut\") | .label'",
    },
  ],
  async run({ options, fileOptions, terminal, extensions }) {
    const { data, out, rows, tensorboard } = options;
    const { signal } = terminal.io;
    if (data === undefined) throw new UsageError("Nowhere to look for shortcuts: name a data set with --input FILE");
    const writer = reportWriter("shortcuts", { out });
    for (const path of [out, rows]) if (path !== undefined) await checkWritable(path);
    if (tensorboard !== undefined) await prepareRunFolder(tensorboard);
    const { findShortcuts } = await import("@calig/core/internal/shortcuts/find-shortcuts");
    const { CUE_KINDS } = await import("@calig/core/internal/shortcuts/cues");
    const { dataset, seed, source } = await openDataset(data, options, { terminal, extensions, fileOptions });
    const reference =
      options.reference === undefined
        ? undefined
        : (await openDataset(options.reference, options, { terminal, extensions, fileOptions })).dataset;
    const explanations =
      options.explanations === undefined ? [] : await readGiven([options.explanations], out, terminal);
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
    const store = out === undefined ? undefined : await openMeasurementStore(`${out}.partial.jsonl`);
    if (store !== undefined && store.found > 0) {
      await terminal.note(`Going on with ${count(store.found, "explanation")} from ${store.path}`);
    }
    try {
      const report = await findShortcuts(model, dataset, {
        ...given(options, ["effort", "tested", "sample", "leastInputs", "permutations"]),
        ...(reference === undefined ? {} : { reference }),
        explanations: explanations.map(({ explanation }) => explanation),
        ...(store === undefined ? {} : { store }),
        cues: [...CUE_KINDS, ...extensions.cue],
        seed,
        signal,
        onProgress: (done, activity) => terminal.progress.update(done, activity),
      });
      for (const { message } of report.warnings) await terminal.warn(message);
      if (out !== undefined && writer !== undefined) {
        const pictures = writer.format === "html" ? { shortcutPictures: await picturesOf(report, dataset) } : {};
        await writeWhole(out, await writer.write(report, pictures));
        await terminal.note(`Wrote ${out}`);
      } else if (options.json !== true) await terminal.print(shortcutsText(report, terminal));
      if (options.json === true) await terminal.print(reportJson(report));
      if (rows !== undefined) {
        await writeWhole(rows, rowsCsv(report));
        await terminal.note(`Wrote ${rows}`);
      }
      if (tensorboard !== undefined) {
        const { writeShortcutsRun } = await import("../../report/tensorboard/shortcuts-run.ts");
        await writeShortcutsRun(tensorboard, report);
        await terminal.note(`Wrote ${tensorboard}: look at it with tensorboard --logdir ${tensorboard}`);
      }
      for (const { line, message } of report.failures) {
        await terminal.fail(`${data}, ${dataset.counted ?? "line"} ${line}: ${message}`);
      }
      await store?.remove();
      return report.failures.length === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await store?.close();
      if (signal.aborted && store !== undefined) {
        await terminal.note(`What was explained is in ${store.path}: the same command goes on from there`);
      }
    }
  },
});

/** Pictures of the examples, by line. */
async function picturesOf({ cues }: ShortcutReport, { items }: Dataset): Promise<ReadonlyMap<number, string>> {
  const lines = new Set(
    cues.flatMap(({ examples }) => examples.filter(({ text }) => text === undefined).map(({ line }) => line)),
  );
  const pictures = new Map<number, string>();
  if (lines.size === 0) return pictures;
  const { readInput } = await import("@calig/core/internal/evaluation/dataset");
  const { pictureUri } = await import("../../node/picture-uri.ts");
  for (const { line, input } of items) {
    if (!lines.has(line)) continue;
    const { image } = (await readInput(input)) as { readonly image?: Parameters<typeof pictureUri>[0] };
    if (image !== undefined) pictures.set(line, await pictureUri(image));
  }
  return pictures;
}
