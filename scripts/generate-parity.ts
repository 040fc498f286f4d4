/**
 * @file Writes docs/parity.md: how far calig is from the reference implementations.
 *
 * Run: npm run docs:parity [-- NAME=FOLDER ...]. A row whose checkpoint is neither in this repository nor given stays as it was.
 */

import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { locateExport, onnxExports } from "../test/support/onnx-exports.ts";
import { compareModel, compareParity, type ParityCase, readParityFiles } from "../test/support/parity.ts";
import { readSection } from "./replace-section.ts";

const MEASURES = ["logits", "hiddenStates", "attention", "gradients"] as const;

const PAGE = new URL("../docs/parity.md", import.meta.url);
const given = new Map(process.argv.slice(2).map((pair) => pair.split("=", 2) as [name: string, folder: string]));
const before = existsSync(PAGE) ? readFileSync(PAGE, "utf8").split("\n") : [];

const lines = [
  "# Agreement with the reference implementations",
  "This page is written by `npm run docs:parity`, which measures every number on it; do not edit it.",
  'Each row is one model, built by calig from a checkpoint and run in float32, beside the same model in PyTorch in float64. The numbers are the largest differences, each relative to the largest magnitude of its tensor: of the logits, of the hidden state entering every block, of every attention map, and of the gradients of one logit with respect to all of these. Rounding alone gives differences around 1e-6. Models named after their family are small, their weights are hashes of tensor names, so that every layer is exercised; those under "checkpoints" are real ones, read as they are. The second input of each batch of texts is padded, that of decoders is not.',
];
for (const { name, made, cases } of readParityFiles()) {
  const versions = Object.entries(made).flatMap(([key, value]) => (key === "script" ? [] : [`${key} ${value}`]));
  lines.push(
    `## ${name}`,
    `Reference: \`${made.script}\`, ${versions.join(", ")}.`,
    ["| model | blocks | logits | hidden states | attention | gradients |", "|---|---|---|---|---|---|"].join("\n"),
  );
  const rows = [];
  for (const reference of cases) rows.push(await row(reference));
  lines[lines.length - 1] += `\n${rows.join("\n")}`;
}
lines.push(
  "## ONNX exports",
  "Files that PyTorch's two exporters (legacy: TorchScript; dynamo: torch.export) make of the models above (`tools/make_onnx_exports.py`). calig finds hidden states and attention in them by structure; the numbers are those of the values that it found, beside the same reference.",
  ["| model | blocks | logits | hidden states | attention | gradients |", "|---|---|---|---|---|---|"].join("\n"),
);
for (const exported of onnxExports()) {
  const model = locateExport(exported);
  const differences = await compareModel(model, exported.reference);
  const numbers = MEASURES.map((measure) => differences[measure].toExponential(1));
  lines[lines.length - 1] +=
    `\n| ${exported.name} | ${streamOf(model.anatomy).hiddenStates.length} | ${numbers.join(" | ")} |`;
}
// Written by a script of its own (npm run docs:matrix).
const matrix = readSection(before.join("\n"), "matrix");
if (matrix !== undefined) lines.push(matrix);
await writeFile(PAGE, `${lines.join("\n\n")}\n`);

async function row(reference: ParityCase): Promise<string> {
  const start = `| ${reference.name} | ${reference.hiddenStates.length} |`;
  const folder = folderOf(reference);
  const stays = reference.checkpoint !== undefined && folder === undefined;
  const old = before.find((line) => line.startsWith(start));
  if (stays && old !== undefined) return old;
  const differences = stays ? undefined : await compareParity(reference, folder === undefined ? {} : { folder });
  const numbers = MEASURES.map((measure) => differences?.[measure].toExponential(1) ?? "not measured");
  return `${start} ${numbers.join(" | ")} |`;
}

function folderOf({ checkpoint = "" }: ParityCase): string | undefined {
  const own = fileURLToPath(new URL(`../${checkpoint.replace("models/", "packages/model-")}`, import.meta.url));
  return given.get(checkpoint) ?? (checkpoint.startsWith("models/") ? own : undefined);
}
