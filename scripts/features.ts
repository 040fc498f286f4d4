/** @file What FEATURES.md says of gradients: made from the registry of rules and the table of their cases. */

import { createRegistry, findEntry, RULES } from "@calig/core/internal/autodiff/registry";
import type { RuleEntry } from "@calig/core/internal/autodiff/rule";
import { isDifferentiated } from "../test/rules/case.ts";
import { CASES } from "../test/rules/cases.ts";

const DOMAINS = [
  ["", "ai.onnx"],
  ["com.microsoft", "com.microsoft"],
] as const;

/** Beyond operators without a rule: what a rule refuses, with an error that names the node. */
const REFUSED = [
  "models of operator sets before 11",
  "bodies of If, Loop and Scan",
  "gradients of convolution kernels, and of scale and bias of normalisations",
  "scatters that add up (GatherElements, GatherND, MaxPool) before operator set 16, and scatters with a reduction",
  "Einsum with an index twice in one operand, or with an ellipsis that is broadcast",
  "reductions whose axes are computed at run time; padding other than with a constant; AveragePool with ceil_mode",
] as const;

/** The text of FEATURES.md. */
export function featuresPage(): string {
  const rules = RULES.filter((entry) => entry.rule !== "none");
  const none = RULES.filter((entry) => entry.rule === "none");
  return `${[
    "# Operators",
    "This page is written by `npm run features`; do not edit it.",
    `Gradients of ${new Set(rules.map(nameOf)).size} operators are built (${rules.length} rules, each checked by ${CASES.length} cases in all against PyTorch in float64 and, where the function is smooth, against finite differences; every case with known and with unknown sizes). "Since" is the first operator-set version that a rule holds for, "inputs" are those whose gradients are checked, "versions" are the operator sets of the cases.`,
    ...DOMAINS.map(([domain, title]) => table(title, rules.filter((entry) => entry.domain === domain))),
    "## No gradient by design",
    `The result is whole numbers, truth values or constants, or changes in steps: ${none.map(({ opType }) => opType).join(", ")}.`,
    "## Refused",
    REFUSED.map((what) => `- ${what}`).join("\n"),
  ].join("\n\n")}\n`;
} // biome-ignore format: one paragraph a line

const nameOf = ({ domain, opType }: RuleEntry) => `${domain}:${opType}`;

function table(title: string, rules: readonly RuleEntry[]): string {
  const rows = [...rules]
    .sort((a, b) => (a.opType < b.opType ? -1 : a.opType > b.opType ? 1 : a.since - b.since))
    .map(row);
  return [`## ${title}\n`, "| operator | since | inputs | cases | versions |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function row(entry: RuleEntry): string {
  const registry = createRegistry();
  const own = CASES.filter(({ domain, opType, opset }) => findEntry(registry, domain, opType, opset) === entry);
  const inputs = own.flatMap((ruleCase) => ruleCase.inputs.flatMap((input, i) => (isDifferentiated(input) ? [i] : [])));
  const versions = own.map(({ opset }) => opset);
  return `| ${entry.opType} | ${entry.since} | ${listed(inputs)} | ${own.length} | ${listed(versions)} |`;
}

const listed = (numbers: readonly number[]): string => [...new Set(numbers)].sort((a, b) => a - b).join(", ");
