/** @file `calig tune`: chooses fusion, lambda and layer weights for a model on a development set. */

import {
  checkTunable,
  chooseSettings,
  type Tuning,
  tunedSettings,
  tuningMethods,
} from "@calig/core/internal/evaluation/tune";
import { fixed } from "@calig/core/internal/render/format";
import { shownCandidates, tuningFacts, tuningVerdict } from "@calig/core/internal/report/tuning";
import { reportJson } from "@calig/core/internal/report/writers";
import { builtinFolder } from "../../node/builtin-models.ts";
import { settingsPath, writeSettings } from "../../node/stored-settings.ts";
import { defineCommand } from "../command.ts";
import { factLines, section, tableLines } from "../listing.ts";
import { COMPARING_OPTIONS, givenMethodOptions, oneReplacement } from "../method-options.ts";
import { reportWriter } from "../report-writers.ts";
import { EVALUATION_OPTIONS, measureDataset, metricNamed } from "../run-evaluation.ts";
import type { Terminal } from "../terminal.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

export const tune = defineCommand({
  name: "tune",
  summary: "choose fusion, lambda and layer weights for a model on a data set",
  description:
    "Measures CA-LIG with 70 combinations of fusion, lambda and layer weights on a development set. One half of the inputs chooses the best; the other half says whether it beats the defaults there by more than chance, and only then it is stored as calig.json beside the model, where calig explain finds it. Inputs that chose must not be used to report how good the choice is.",
  options: [...EVALUATION_OPTIONS.filter((key) => key !== "metrics"), "metric", ...COMPARING_OPTIONS],
  // What tuning chooses cannot be given.
  methodOptions: { but: ["fusion", "lambda", "layerWeights"] },
  fileOptions: ["reading", "baseline"],
  examples: [
    {
      purpose: "By faithfulness on 100 sentences",
      command: "calig tune --model ./my-model --dataset dev.tsv --limit 100 --out tuning.html",
    },
  ],
  async run({ options, methodOptions, metricOptions, fileOptions, terminal, extensions }) {
    const metric = metricNamed(options.metric ?? "faithfulness", extensions);
    checkTunable(metric);
    oneReplacement(options, extensions, "tune");
    const { out } = options;
    const writer = reportWriter("tuning", { out });
    if (out !== undefined) await checkWritable(out);
    const shared = await givenMethodOptions({ options, methodOptions, fileOptions }, extensions);
    return measureDataset(
      {
        methodsOf: (model) => tuningMethods(model, shared),
        metricsOf: () => [metric],
        async report(evaluation, model) {
          const tuning = chooseSettings(evaluation, metric, {
            blocks: model.programs.blocks,
            layerWeights: model.modality.layerWeights,
          });
          for (const { message } of tuning.warnings) await terminal.warn(message);
          if (out !== undefined && writer !== undefined) {
            await writeWhole(out, await writer.write(tuning));
            await terminal.note(`Wrote ${out}`);
          } else if (options.json !== true) await terminal.print(tuningText(tuning, terminal));
          if (options.json === true) await terminal.print(reportJson(tuning));
          await terminal.note(`${tuningVerdict(tuning)}.`);
          if (!tuning.accepted) return;
          if (builtinFolder(model.facts.id) === model.folder) {
            await terminal.note(`A built-in model is left as it is; use it with ${asOptions(tuning)}`);
            return;
          }
          const path = settingsPath(model.folder, model.file);
          await writeSettings(path, { tuned: tunedSettings(tuning) }, model.programs.blocks);
          await terminal.note(`Wrote ${path}: calig explain uses it with this model`);
        },
      },
      options,
      { terminal, extensions, metricOptions, fileOptions },
    );
  },
});

/** The choice as options of calig explain. */
function asOptions({ defaults, chosen: { fusion, lambda, layerWeights } }: Tuning): string {
  const weights = typeof layerWeights === "string" ? layerWeights : layerWeights.join(",");
  const usualWeights = weights === defaults.layerWeights ? "" : ` --layer-weights ${weights}`;
  return `--fusion ${fusion}${fusion === "additive" ? ` --lambda ${lambda}` : ""}${usualWeights}`;
}

function tuningText(tuning: Tuning, terminal: Terminal): string {
  const rows = shownCandidates(tuning).map(({ name, choosing, confirming }) => [
    name === tuning.defaults.name ? `${name} (default)` : name,
    fixed(choosing, 4, { unicode: false }),
    fixed(confirming, 4, { unicode: false }),
  ]);
  const lines = tableLines(["settings", "choosing half", "other half"], rows, terminal);
  return [
    terminal.style.bold("Tuning of CA-LIG"),
    ...factLines(tuningFacts(tuning), terminal),
    ...section(tuning.metric.name, lines, terminal),
  ]
    .join("\n")
    .concat("\n");
}
