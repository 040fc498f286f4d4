/** @file What a report on a case says, as sections of paragraphs, lists and tables, whatever they are written in. */

import { digitsFor, fixed, type NumberStyle, optionText, percent, signed } from "../../render/format.ts";
import { outputText } from "../../render/head.ts";
import { visible } from "../../render/plain-text.ts";
import { largestMagnitude } from "../../render/scale.ts";
import { sourceName } from "../evidence/facts.ts";
import { ASKED_NOTE, CASE_SECTIONS, type CaseSection } from "./asked.ts";
import type { CaseReport } from "./case-report.ts";

/** A piece of a section. Texts are plain: writers escape them. */
export type CasePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "input" }
  | {
      readonly kind: "table";
      readonly title: string;
      readonly header: readonly string[];
      /** Columns of numbers. */
      readonly numbers: readonly number[];
      readonly rows: readonly (readonly string[])[];
    };

export interface CaseSectionContent {
  readonly id: CaseSection | "asked";
  readonly title: string;
  readonly parts: readonly CasePart[];
}

const text = (said: string): CasePart => ({ kind: "text", text: said });

/** The title, and the sections in their order. */
export function caseDocument(
  report: CaseReport,
  style: NumberStyle = {},
): {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly CaseSectionContent[];
} {
  const section = (id: CaseSection, parts: readonly CasePart[]): CaseSectionContent => ({
    id,
    title: CASE_SECTIONS[id],
    parts,
  });
  return {
    title: `Report on one decision: ${visible(report.decision.explained)}`,
    about: `${visible(sourceName(report.source))}. Made on ${report.made.at.slice(0, 10)} with calig ${report.made.calig}.`,
    sections: [
      section("decision", decision(report)),
      section("summary", [...report.summary.statements.map(({ text: said }) => text(said))]),
      section("evidence", evidence(report, style)),
      section("counterfactuals", counterfactuals(report, style)),
      section("method", method(report, style)),
      section("identity", identity(report)),
      section("repeat", [
        text(report.repeat.note),
        ...(report.repeat.command === null ? [] : [{ kind: "command" as const, text: report.repeat.command }]),
      ]),
      section("limits", [
        { kind: "list", items: report.limits },
        ...(report.warnings.length === 0
          ? []
          : [text("Warnings:"), { kind: "list" as const, items: report.warnings.map(({ message }) => message) }]),
      ]),
      {
        id: "asked",
        title: "What laws ask to be explained",
        parts: [
          text(ASKED_NOTE),
          {
            kind: "table",
            title: "Asked, where it is in this report, and what whoever decides has to add",
            header: ["Asked", "By", "In this report", "To be added"],
            numbers: [],
            rows: report.asked.map(({ asked, source, sections, toAdd }) => [
              asked,
              source,
              sections.length === 0 ? "nothing" : sections.map((id) => CASE_SECTIONS[id]).join("; "),
              toAdd,
            ]),
          },
        ],
      },
    ],
  };
}

const activationOf = ({ model }: CaseReport) => model.activation ?? "softmax";

function decision(report: CaseReport): CasePart[] {
  const { predictions } = report.decision;
  return [
    text(report.summary.decision),
    {
      kind: "table",
      title: "All answers of the model",
      header: ["Answer", activationOf(report) === "none" ? "Number" : "Probability"],
      numbers: [1],
      rows: predictions
        .slice(0, 20)
        .map((prediction) => [visible(prediction.label), outputText(activationOf(report), prediction)]),
    },
    ...(predictions.length > 20 ? [text(`and ${predictions.length - 20} more`)] : []),
  ];
}

function evidence(
  { evidence: { unit, supporting, opposing, more, waterfall } }: CaseReport,
  style: NumberStyle,
): CasePart[] {
  const digits = Math.max(3, digitsFor(largestMagnitude([...supporting, ...opposing].map((item) => item.attribution))));
  const list = (title: string, items: typeof supporting, rest: number): CasePart[] =>
    items.length === 0
      ? [text(`${title}: nothing.`)]
      : [
          {
            kind: "table",
            title,
            header: ["", unit === null ? "Evidence" : `Evidence (${unit})`],
            numbers: [1],
            rows: items.map(({ label, attribution }) => [visible(label), signed(attribution, digits, style)]),
          },
          ...(rest > 0 ? [text(`and ${rest} more`)] : []),
        ];
  return [
    { kind: "input" },
    ...(unit === null
      ? list("What matters, for or against", supporting, more.supporting)
      : [...list("For the answer", supporting, more.supporting), ...list("Against it", opposing, more.opposing)]),
    ...(waterfall === null
      ? []
      : [
          {
            kind: "table" as const,
            title: `From the score at the stand-in (${fixed(waterfall.scoreAtBaseline, 3, style)}) to the score at the input (${fixed(waterfall.scoreAtInput, 3, style)})`,
            header: ["Step", "Change", "Score after it"],
            numbers: [1, 2],
            rows: waterfall.steps.map(({ kind, label, count, change, to }) => [
              stepName(kind, label, count),
              signed(change, 3, style),
              fixed(to, 3, style),
            ]),
          },
        ]),
  ];
}

function stepName(kind: string, label: string, count: number): string {
  switch (kind) {
    case "item":
      return visible(label);
    case "special":
      return `special positions (${visible(label)})`;
    case "rest":
      return "not accounted for";
    default:
      return `${count} others ${kind}`;
  }
}

function counterfactuals({ counterfactuals: found, model }: CaseReport, style: NumberStyle): CasePart[] {
  if (found === null) {
    return [text("Not tested: explain again with calig explain ... --counterfactuals.")];
  }
  const activation = model.activation ?? "softmax";
  const names = (features: readonly string[]) => features.map((name) => `“${visible(name)}”`).join(", ");
  return [
    text(
      found.smallest === null
        ? `No set of removed parts that was tried changes the decision (${found.variants} changed inputs were given to the model).`
        : `The smallest set found that changes the decision when it is removed: ${names(found.smallest)} (${found.variants} changed inputs were given to the model).`,
    ),
    text(`What stands in for removed parts: ${found.replacement}.`),
    {
      kind: "table",
      title: "What the model says of changed inputs",
      header: ["Change", "Parts", "Answer", "", "Decision changes"],
      numbers: [3],
      rows: found.rows.map(({ what, features, prediction, flips }) => [
        what,
        names(features),
        visible(prediction.label),
        outputText(activation, { logit: prediction.score, probability: prediction.probability }, style),
        flips ? "yes" : "no",
      ]),
    },
  ];
}

function method({ method: { name, options, completeness, measured } }: CaseReport, style: NumberStyle): CasePart[] {
  const settings = Object.entries(options)
    .map(([key, value]) => `${key} ${optionText(value)}`)
    .join(", ");
  const adds =
    completeness === null
      ? "The method does not say what its numbers add up to."
      : `The numbers add up to the difference of the scores at the input and at the stand-in to ${percent(completeness.relativeError)}; this says that the sum is right, not that the model is.`;
  const shown = measured?.figures.map(({ name: figure, better, value, low, high, inputs, random }) => [
    visible(figure),
    fixed(value, 3, style),
    `${fixed(low, 3, style)} to ${fixed(high, 3, style)}`,
    random === null ? "" : fixed(random, 3, style),
    better,
    String(inputs),
  ]);
  return [
    text(`Method ${visible(name)}: ${visible(settings)}.`),
    text(adds),
    ...(measured === null || shown === undefined
      ? [
          text(
            "How faithful the method is on this model was not measured for this report: calig evaluate measures it, and --evaluation FILE puts it here.",
          ),
        ]
      : [
          {
            kind: "table" as const,
            title: `Measured on this model: ${visible(measured.dataset)}, ${measured.inputs} inputs`,
            header: ["Figure", "Value", "95 % interval", "Random control", "Better", "Inputs"],
            numbers: [1, 2, 3, 5],
            rows: shown,
          },
          ...(measured.differing.length === 0
            ? []
            : [text(`Measured with other values of: ${measured.differing.map(visible).join(", ")}.`)]),
        ]),
  ];
}

function identity({ model, input, made, source }: CaseReport): CasePart[] {
  return [
    {
      kind: "table",
      title: "What this report is about",
      header: ["", ""],
      numbers: [],
      rows: [
        ["model", `${visible(model.id)} (${visible(model.family)}, ${visible(model.task)})`],
        ["weights, SHA-256", model.sha256],
        ["input", visible(sourceName(source))],
        ["input, SHA-256", input.sha256 === null ? "the file is not where it was" : `${input.sha256} (of ${input.of})`],
        ["made", made.at],
        ["with", `calig ${made.calig}`],
      ],
    },
  ];
}
