/** @file A report on one explanation, for the person that it is about and for auditors: plain, versioned data. */

import type {
  Completeness,
  Counterfactual,
  CounterfactualPrediction,
  Explanation,
  ModelFacts,
  Prediction,
  Warning,
} from "../../attribution/explanation.ts";
import { InputError } from "../../errors.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import { summarise } from "../../reading/summarise.ts";
import type { Summary } from "../../reading/summary.ts";
import { type Waterfall, waterfall } from "../../reading/waterfall.ts";
import { isSigned, isWritten, itemsOf, patchLabel, rankedItems, scoreName, targetName } from "../../render/evidence.ts";
import { optionText } from "../../render/format.ts";
import type { ReportEntry, ReportSource } from "../evidence/evidence-report.ts";
import { ASKED_FIELDS, type AskedField } from "./asked.ts";
import { type Repeat, type RepeatOptions, repeatCommand } from "./command.ts";

/** Words or patches on each side. */
const TOP = 15;

/** What is put into a report besides the explanation. */
export interface CaseFacts extends RepeatOptions {
  /** When it is made. */
  readonly at: Date;
  /** Version of calig. */
  readonly version: string;
  /** SHA-256 of the input; null where it is not there any more. */
  readonly sha256: string | null;
  /** Measurements of methods on the model of the explanation. */
  readonly evaluation?: Evaluation;
  /** Language of the summary. Default English. */
  readonly language?: string;
  /** Words or patches on each side. Default 15. */
  readonly top?: number;
}

/** A word or patch with its number. */
export interface CaseItem {
  readonly label: string;
  readonly attribution: number;
}

/** What was measured of the method on this model. */
export interface MeasuredMethod {
  readonly dataset: string;
  readonly inputs: number;
  /** Options of the method that were other ones when it was measured. */
  readonly differing: readonly string[];
  readonly figures: readonly {
    readonly name: string;
    readonly better: "higher" | "lower" | "none";
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly inputs: number;
    /** Of the random control on the same inputs; null where it was not measured. */
    readonly random: number | null;
  }[];
}

/** All of it. `version` changes when a field changes meaning. */
export interface CaseReport {
  readonly version: 1;
  readonly kind: "case-report";
  readonly made: { readonly at: string; readonly calig: string };
  readonly source: ReportSource;
  readonly input: {
    readonly kind: string;
    /** Of a text. */
    readonly text?: string;
    /** Of a picture, pixels. */
    readonly width?: number;
    readonly height?: number;
    readonly sha256: string | null;
    /** What the checksum is of. */
    readonly of: string;
  };
  readonly model: ModelFacts;
  readonly decision: {
    /** The class that is explained. */
    readonly explained: string;
    readonly predictions: readonly Prediction[];
  };
  readonly summary: Summary;
  readonly evidence: {
    /** What the numbers are: "logit". Null for methods without a unit. */
    readonly unit: string | null;
    readonly supporting: readonly CaseItem[];
    readonly opposing: readonly CaseItem[];
    /** How many there are on each side beyond those. */
    readonly more: { readonly supporting: number; readonly opposing: number };
    readonly waterfall: Waterfall | null;
  };
  /** Null where none were tested. */
  readonly counterfactuals: {
    readonly replacement: string;
    readonly rows: readonly {
      readonly what: "removed" | "kept alone" | "all removed";
      readonly features: readonly string[];
      readonly prediction: CounterfactualPrediction;
      readonly flips: boolean;
    }[];
    readonly smallest: readonly string[] | null;
    readonly variants: number;
  } | null;
  readonly method: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly completeness: Completeness | null;
    readonly measured: MeasuredMethod | null;
  };
  readonly repeat: Repeat;
  readonly limits: readonly string[];
  readonly warnings: readonly Warning[];
  readonly asked: readonly AskedField[];
}

/**
 * A report on one case.
 *
 * @throws {InputError} When the evaluation is of another model, or has nothing of the method.
 * @throws {InvalidOptionError} For a language that there is none of.
 */
export function caseReport({ source, explanation }: ReportEntry, facts: CaseFacts): CaseReport {
  const { model, predictions, method, completeness, warnings, input } = explanation;
  const { at, version, sha256, evaluation, language, top = TOP } = facts;
  const { supporting, opposing } = rankedItems(itemsOf(explanation));
  const shown = (items: readonly CaseItem[]) =>
    items.slice(0, top).map(({ label, attribution }) => ({ label, attribution }));
  return {
    version: 1,
    kind: "case-report",
    made: { at: at.toISOString(), calig: version },
    source,
    input: {
      kind: input.kind,
      ...(isWritten(explanation)
        ? { text: explanation.input.text }
        : { width: explanation.input.width, height: explanation.input.height }),
      sha256,
      of: isWritten(explanation) ? "the text in UTF-8" : "the file of the picture",
    },
    model,
    decision: { explained: targetName(explanation), predictions },
    summary: summarise(explanation, language === undefined ? {} : { language }),
    evidence: {
      unit: isSigned(explanation) ? scoreName(explanation) : null,
      supporting: shown(supporting),
      opposing: shown(opposing),
      more: {
        supporting: Math.max(0, supporting.length - top),
        opposing: Math.max(0, opposing.length - top),
      },
      waterfall: waterfall(explanation),
    },
    counterfactuals: counterfactualsOf(explanation),
    method: {
      name: method.name,
      options: method.options,
      completeness,
      measured: evaluation === undefined ? null : measuredOf(explanation, evaluation),
    },
    repeat: repeatCommand(explanation, facts),
    limits: limitsOf(explanation),
    warnings,
    asked: ASKED_FIELDS,
  };
}

function counterfactualsOf(explanation: Explanation): CaseReport["counterfactuals"] {
  const { counterfactuals } = explanation;
  if (counterfactuals === undefined) return null;
  const {
    replacement,
    parts = [],
    single,
    together,
    smallestFlip,
    evidenceAlone,
    allRemoved,
    searched,
  } = counterfactuals;
  // As the lists of evidence call them: "is (2)" where the word comes twice.
  const labels = new Map(itemsOf(explanation).map(({ features, label }) => [features.join(), label]));
  const names = ({ features: parts }: Pick<Counterfactual, "features">) =>
    parts.map(
      ({ features, text, row, column }) => labels.get(features.join()) ?? text ?? patchLabel(row ?? 0, column ?? 0),
    );
  const row = (what: "removed" | "kept alone") => (each: Counterfactual) => ({
    what,
    features: names(each),
    prediction: each.prediction,
    flips: each.flips,
  });
  const removed = [...single, ...together, ...(smallestFlip === null ? [] : [smallestFlip])].map(row("removed"));
  const seen = new Set<string>();
  return {
    replacement: replacement.becomes,
    rows: [
      ...parts.map(({ name, prediction, flips }) => ({
        what: "removed" as const,
        features: [name],
        prediction,
        flips,
      })),
      ...removed.filter(({ features }) => {
        const key = JSON.stringify(features);
        return !seen.has(key) && seen.add(key);
      }),
      row("kept alone")(evidenceAlone),
      { what: "all removed", features: [], ...allRemoved },
    ],
    smallest: smallestFlip === null ? null : names(smallestFlip),
    variants: searched.variants,
  };
}

/** What an evaluation says of the method. @throws {InputError} When it is of another model, or has nothing of the method. */
export function measuredOf({ model, method }: Explanation, evaluation: Evaluation): MeasuredMethod {
  const again = "measure it with calig evaluate --model MODEL --dataset FILE --out evaluation.json";
  if (evaluation.model.sha256 !== model.sha256) {
    throw new InputError(
      `Cannot use the evaluation: it is of model "${evaluation.model.id}" with SHA-256 ${evaluation.model.sha256}, and the explanation is of "${model.id}" with ${model.sha256}; ${again}`,
    );
  }
  const own = evaluation.methods.find(({ name }) => name === method.name);
  if (own === undefined) {
    const names = evaluation.methods.map(({ name }) => name).join(", ");
    throw new InputError(
      `Cannot use the evaluation: it has nothing of method "${method.name}", only of ${names}; ${again} --methods ${method.name}`,
    );
  }
  const control = evaluation.methods.find(({ randomControl }) => randomControl)?.name;
  const resultOf = (name: string | undefined, figure: string) =>
    evaluation.results.find((result) => result.method === name && result.figure === figure);
  return {
    dataset: evaluation.dataset.name,
    inputs: evaluation.dataset.measured,
    differing: Object.keys(method.options).filter(
      (name) =>
        name !== "seed" &&
        Object.hasOwn(own.options, name) &&
        optionText(own.options[name]) !== optionText(method.options[name]),
    ),
    figures: evaluation.figures.flatMap(({ name, better }) => {
      const result = resultOf(own.name, name);
      if (result === undefined) return [];
      const { value, low, high, inputs } = result;
      return [{ name, better, value, low, high, inputs, random: resultOf(control, name)?.value ?? null }];
    }),
  };
}

/** What readers conclude from explanations and should not, for this one. */
function limitsOf(explanation: Explanation): string[] {
  const { method, model } = explanation;
  const whole = isWritten(explanation) ? "words" : "regions";
  return [
    `Whether the answer of the model is right. The report says what the model based it on, not what is true.`,
    `What caused anything in the world. ${whole === "words" ? "Words" : "Regions"} that support the answer are what this model reacts to.`,
    `Whether the person was treated as others are. That needs a comparison over many cases, with what is known of them.`,
    `What the model does with other inputs. The evidence is of this one alone.`,
    isSigned(explanation)
      ? `Amounts of evidence in themselves. They are measured against a stand-in for the input (${optionText(method.options.baseline ?? "none")}); another stand-in gives other numbers.`
      : `Which ${whole} speak for and which against: method ${method.name} has no sign.`,
    `That every ${whole === "words" ? "word" : "region"} with evidence would be missed. What was tested by changing the input is listed as tested; the rest is attribution.`,
    `Anything about a model with another checksum than ${model.sha256.slice(0, 12)}…, even of the same name.`,
  ];
}
