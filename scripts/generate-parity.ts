/** @file Writes docs/parity.md: how far calig is from the reference implementations. Run: npm run docs:parity */

import { writeFile } from "node:fs/promises";
import { compareParity, type ParityCase, readParityFiles } from "../test/support/parity.ts";

const MEASURES = ["logits", "hiddenStates", "attention", "gradients"] as const;

const lines = [
  "# Agreement with the reference implementations",
  "This page is written by `npm run docs:parity`, which measures every number on it; do not edit it.",
  "Each row is one model, built by calig from a checkpoint and run in float32, beside the same model in PyTorch in float64. The numbers are the largest differences, each relative to the largest magnitude of its tensor: of the logits, of the hidden state entering every block, of every attention map, and of the gradients of one logit with respect to all of these. Rounding alone gives differences around 1e-6. The models are small and their weights are hashes of tensor names, so that every layer is exercised; the second input of each batch of texts is padded.",
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
await writeFile(new URL("../docs/parity.md", import.meta.url), `${lines.join("\n\n")}\n`);

async function row(reference: ParityCase): Promise<string> {
  const differences = await compareParity(reference);
  const numbers = MEASURES.map((measure) => differences[measure].toExponential(1));
  return `| ${[reference.name, reference.hiddenStates.length, ...numbers].join(" | ")} |`;
}
