/** @file `calig inspect`: what calig found in a model, and whether all of it can be differentiated. */

import { distinctNames } from "@calig/core/internal/attribution/class-names";
import type { OperatorCoverage } from "@calig/core/internal/autodiff/coverage";
import { bytes, count, thousands } from "@calig/core/internal/render/format";
import { DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import type { ModelInspection } from "../../node/inspect-model.ts";
import { modelExtensions } from "../../node/read-plugins.ts";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";
import { type Fact, factLines, section, tableLines } from "../listing.ts";
import { MODEL_OPTIONS, showDownload } from "../loading.ts";
import type { Terminal } from "../terminal.ts";

/** Most labels that are listed by name. */
const MOST_LABELS = 20;

const STATUS: Readonly<Record<OperatorCoverage["status"], string>> = {
  rule: "yes",
  none: "has none",
  missing: "no rule",
};

const ROLES: Readonly<Record<string, string>> = {
  ids: "token ids",
  typeIds: "types",
  mask: "mask",
  positionIds: "positions",
  pixels: "pixels",
};

export const inspect = defineCommand({
  name: "inspect",
  summary: "print the anatomy of a model, its operators and their gradient coverage",
  description:
    "Prints what calig found in a model, a checkpoint or an ONNX file: family, labels, blocks and heads, tokenizer, weights, where hidden states and attention probabilities are in the graph, for each operator whether there is a gradient rule, and everything that stands in the way of an explanation. Nothing is run, but for quantised files: those are run once, to tell how far their logits move.",
  options: [...MODEL_OPTIONS, "json"],
  examples: [
    { purpose: "The built-in model", command: "calig inspect" },
    { purpose: "Can my model be explained?", command: "calig inspect --model ./my-model" },
    { purpose: "An ONNX file", command: "calig inspect --model ./my-model/onnx/model.onnx" },
    { purpose: "The same as JSON", command: "calig inspect --model ./my-model --json" },
  ],
  async run({ options, terminal, extensions }) {
    const source = options.model ?? DEFAULT_TEXT_MODEL;
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { inspectModel } = await import("../../node/inspect-model.ts");
    await using model = await loadModel(source, {
      signal: terminal.io.signal,
      ...given(options, ["dtype", "revision", "allowDownload"]),
      onProgress: showDownload(terminal),
      ...modelExtensions(extensions),
    });
    const inspection = inspectModel(model);
    if (options.json === true) await terminal.print(`${JSON.stringify(inspection, null, 2)}\n`);
    else await terminal.print(`${report(inspection, terminal).join("\n")}\n`);
    return EXIT.done;
  },
});

function report(inspection: ModelInspection, terminal: Terminal): string[] {
  const { style } = terminal;
  const { operators, anatomy, memory, notes, warnings } = inspection;
  return [
    style.bold(inspection.id),
    ...factLines(facts(inspection), terminal),
    ...section(
      "Blocks",
      tableLines(
        ["block", "hidden state entering it", "attention probabilities"],
        anatomy.map(({ block, hiddenState, attention }) => [String(block), hiddenState, attention]),
        terminal,
      ),
      terminal,
    ),
    ...section(
      "Operators",
      tableLines(
        ["operator", "domain", "opset", "nodes", "gradient"],
        operators.map(({ opType, domain, opset, count: nodes, status }) => [
          opType,
          domain === "" ? "ai.onnx" : domain,
          String(opset),
          String(nodes),
          STATUS[status],
        ]),
        terminal,
      ),
      terminal,
    ),
    ...section(
      `Memory: about ${bytes(memory.weights)} for the weights, and for the activations of a run`,
      tableLines(
        ["positions", "a point of the path", "points at once", "a run at most"],
        memory.runs.map(({ positions, point, points, run }) => [
          String(positions),
          bytes(point),
          String(points),
          bytes(run),
        ]),
        terminal,
      ),
      terminal,
    ),
    ...(notes.length === 0 ? [] : section("Rewritten", notes, terminal)),
    "",
    ...(warnings.length === 0
      ? ["Nothing stands in the way: every path from the hidden states to the logits can be differentiated"]
      : warnings.map((warning) => `${style.yellow("Warning:")} ${warning}`)),
  ];
}

function facts(inspection: ModelInspection): Fact[] {
  const { labels, maxLength, tokenizer, specialTokens } = inspection;
  const inputs = Object.entries(inspection.inputs).map(([role, name]) => `${ROLES[role] ?? role} ${name}`);
  const roles = Object.entries(specialTokens).map(([role, token]) => `${role} ${token}`);
  return [
    ["family", inspection.family],
    ["task", inspection.task],
    ["labels", labelList(labels)],
    ["outputs", EMBEDDERS.includes(inspection.task) ? "an embedding" : OUTPUTS[inspection.activation]],
    ["blocks", `${inspection.blocks}, with ${count(inspection.heads, "head")} each and width ${inspection.width}`],
    ["logits from", READOUTS[inspection.readout]],
    ["attention", inspection.causal ? "causal: no position looks at later ones" : "to all positions"],
    ["inputs", inputs.join(", ")],
    ...(maxLength === undefined
      ? []
      : [["longest input", `${count(maxLength, "token")}, special ones included`] as const]),
    ...(tokenizer === undefined ? [] : [["tokenizer", tokenizer] as const]),
    ...(roles.length === 0 ? [] : [["special tokens", roles.join(", ")] as const]),
    ["parameters", thousands(inspection.parameters)],
    ["weights", `${bytes(inspection.weightBytes)}, ${inspection.dtypes.join(", ")}`],
    ["sha256", inspection.sha256],
    ["engine", inspection.runtime],
    ["folder", inspection.folder],
    ...(inspection.file === undefined ? [] : [["file", inspection.file] as const]),
  ];
}

function labelList(labels: readonly string[]): string {
  const shown = distinctNames(labels).slice(0, MOST_LABELS).join(", ");
  return labels.length > MOST_LABELS ? `${shown} and ${count(labels.length - MOST_LABELS, "more", "more")}` : shown;
}

/** What the outputs are, in words. */
/** Tasks of models that make embeddings. */
const EMBEDDERS: readonly string[] = ["sentence-similarity", "zero-shot-image-classification"];

const OUTPUTS: Readonly<Record<ModelInspection["activation"], string>> = {
  softmax: "one class of several: probabilities by a softmax",
  sigmoid: "each by itself: probabilities by a sigmoid",
  none: "numbers (regression): no probabilities",
};

/** What the logits are read from, in words. */
const READOUTS: Readonly<Record<ModelInspection["readout"], string>> = {
  first: "the first position (class token)",
  "first-two": "the first two positions (class and distillation token)",
  last: "the last position",
  "last-token": "the last token that is not padding",
  chosen: "positions that the head chooses",
  mean: "the mean of all positions",
  "first-and-mean": "the first position and the mean of all",
  each: "each token for itself",
  unknown: "positions with weights that the model computes: methods that follow attention refuse",
};
