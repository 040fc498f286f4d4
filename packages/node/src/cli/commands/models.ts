/** @file `calig models`: the built-in models and what they were measured at. */

import { bytes, count, percent } from "@calig/core/internal/render/format";
import {
  type BuiltinModel,
  builtinModels,
  DEFAULT_IMAGE_MODEL,
  DEFAULT_TEXT_MODEL,
} from "../../node/builtin-models.ts";
import { defineCommand, EXIT } from "../command.ts";
import { type Fact, factLines } from "../listing.ts";
import type { Terminal } from "../terminal.ts";

export const models = defineCommand({
  name: "models",
  summary: "list the built-in models and what they were measured at",
  description: "Lists the models that come with calig. They are on disk already: nothing is downloaded.",
  options: ["json"],
  examples: [
    { purpose: "What is built in", command: "calig models" },
    { purpose: "The measured figures as JSON", command: "calig models --json" },
  ],
  async run({ options, terminal }) {
    const found = builtinModels();
    if (options.json === true) await terminal.print(`${JSON.stringify(found, null, 2)}\n`);
    else await terminal.print(`${found.map((model) => describe(model, terminal).join("\n")).join("\n\n")}\n`);
    return EXIT.done;
  },
});

/** What the defaults are used for. */
const USES: Readonly<Record<string, string>> = { [DEFAULT_TEXT_MODEL]: "texts", [DEFAULT_IMAGE_MODEL]: "pictures" };

function describe(model: BuiltinModel, terminal: Terminal): string[] {
  const facts: Fact[] = [
    ["task", model.task],
    ["labels", model.labels.join(", ")],
    ["size", bytes(model.bytes)],
    ["licence", model.license],
    ...measured(model.metrics),
    ["folder", model.folder],
  ];
  const use = USES[model.id];
  const title = `${terminal.style.bold(model.id)}${use === undefined ? "" : ` (used for ${use} when no model is named)`}`;
  return [title, `  ${model.description}`, ...factLines(facts, terminal)];
}

/** The figures that a model card leads with, where the model has them. */
function measured(metrics: Readonly<Record<string, unknown>>): Fact[] {
  const { dataset, sentences, pictures, accuracy, calibrationError } = metrics;
  const where = [
    ...(typeof dataset === "string" ? [dataset] : []),
    ...(typeof sentences === "number" ? [count(sentences, "sentence")] : []),
    ...(typeof pictures === "number" ? [count(pictures, "picture")] : []),
  ].join(", ");
  const suffix = where === "" ? "" : ` (${where})`;
  return [
    ...(typeof accuracy === "number" ? [["accuracy", `${percent(accuracy)}${suffix}`] as const] : []),
    ...(typeof calibrationError === "number"
      ? [["calibration error", `${percent(calibrationError)}${suffix}`] as const]
      : []),
  ];
}
