/** @file From explanations to rows of their browser. */

import type { Explanation, ImageExplanation, WrittenExplanation } from "../../attribution/explanation.ts";
import { capital, isPredicted, isWritten, targetName } from "../../render/evidence.ts";
import { percent } from "../../render/format.ts";
import { className, headKind, isPredictedClass, valueText } from "../../render/head.ts";
import { SHADES } from "../../render/html/heat.ts";
import { visible, withoutOverrides } from "../../render/plain-text.ts";
import { regionsInWords } from "../../render/regions.ts";
import { levelOf, patchBound } from "../../render/scale.ts";
import { segmentText } from "../../render/segments.ts";
import type { ReportEntry } from "../evidence/evidence-report.ts";
import { sourceName } from "../evidence/facts.ts";
import { type BrowseRow, MOST_TEXT } from "./row-data.ts";
import { judge } from "./truth.ts";

/** Characters of a text that a list shows. */
const SHOWN = 280;
/** Characters before the strongest word, where the list cannot begin with the text. */
const BEFORE = 60;

/** What one unit of evidence is: only within it can colours be compared. */
const unitOf = ({ model, method, target, input }: Explanation): string =>
  JSON.stringify([model.sha256, method.name, target.kind, input.kind]);

const magnitudesOf = (explanation: Explanation): number[] =>
  isWritten(explanation)
    ? explanation.words.map(({ attribution }) => Math.abs(attribution))
    : explanation.attribution.filter((_, i) => explanation.features[i]?.special !== true).map(Math.abs);

/**
 * The magnitude at full colour of each explanation: the same for all of one model, method and score, so that rows can be
 * compared, and the weak evidence of an unclear input looks weak.
 */
export function commonBounds(explanations: readonly Explanation[]): number[] {
  const units = new Map<string, number[]>();
  for (const explanation of explanations) {
    const unit = unitOf(explanation);
    const held = units.get(unit) ?? [];
    units.set(unit, held);
    for (const magnitude of magnitudesOf(explanation)) held.push(magnitude);
  }
  const bounds = new Map([...units].map(([unit, held]) => [unit, patchBound(held)]));
  return explanations.map((explanation) => bounds.get(unitOf(explanation)) ?? 0);
}

/** @param thumbnails - Small pictures as data URIs, by place. */
export function browseRows(
  entries: readonly ReportEntry[],
  codes: readonly string[],
  thumbnails: ReadonlyMap<number, string> = new Map(),
): BrowseRow[] {
  const bounds = commonBounds(entries.map(({ explanation }) => explanation));
  const verdicts = judge(entries);
  return entries.map(({ source, explanation }, i) => {
    const bound = bounds[i] as number;
    const shade = (value: number) => Math.round(levelOf(value, bound) * SHADES) || 0;
    return {
      name: visible(sourceName(source)),
      ...decisionOf(explanation),
      explained: isPredicted(explanation) ? "" : visible(targetName(explanation)),
      label: visible(source.label ?? ""),
      right: verdicts[i] ?? null,
      error: explanation.completeness?.relativeError ?? null,
      warnings: [...new Set(explanation.warnings.map(({ code }) => codes.indexOf(code)))],
      ...(isWritten(explanation) ? textParts(explanation, shade) : pictureParts(explanation, shade)),
      thumbnail: thumbnails.get(i) ?? "",
    };
  });
}

/** What the model decides, and how sure it is. */
function decisionOf(explanation: Explanation): Pick<BrowseRow, "decision" | "value" | "certainty"> {
  const { predictions, target } = explanation;
  const own = predictions.find(({ index }) => index === target.index) ?? predictions[0];
  if (own === undefined) return { decision: visible(targetName(explanation)), value: "", certainty: null };
  const name = (prediction: typeof own) => visible(className(explanation, prediction));
  switch (headKind(explanation)) {
    case "classes": {
      const best = predictions[0] ?? own;
      return { decision: name(best), value: valueText(explanation, best), certainty: best.probability };
    }
    case "numbers":
      return { decision: name(own), value: valueText(explanation, own), certainty: null };
    default: {
      const yes = isPredictedClass(explanation, own);
      const probability = own.probability ?? 0;
      const certainty = yes ? probability : 1 - probability;
      return { decision: yes ? name(own) : `not ${name(own)}`, value: percent(certainty), certainty };
    }
  }
}

function textParts(
  { input, words }: WrittenExplanation,
  shade: (value: number) => number,
): Pick<BrowseRow, "text" | "from" | "to" | "marks" | "grid"> {
  const marks: number[] = [];
  let text = "";
  let end = 0;
  let strongest = { at: 0, magnitude: 0 };
  for (const { kind, text: raw, members } of segmentText(input.text, words)) {
    if (text.length >= MOST_TEXT) break;
    const piece = withoutOverrides(raw);
    const value = members.reduce((sum, member) => sum + (words[member]?.attribution ?? 0), 0);
    const level = kind === "feature" ? shade(value) : 0;
    if (level !== 0) {
      marks.push(text.length - end, piece.length, level);
      end = text.length + piece.length;
    }
    if (Math.abs(value) > strongest.magnitude) strongest = { at: text.length, magnitude: Math.abs(value) };
    text += piece;
  }
  // A list begins where the evidence is, when that is far down.
  const far = strongest.at > SHOWN - BEFORE;
  const from = far ? Math.max(0, text.lastIndexOf(" ", strongest.at - BEFORE) + 1) : 0;
  return { text, from, to: Math.min(text.length, from + SHOWN), marks, grid: null };
}

function pictureParts(
  explanation: ImageExplanation,
  shade: (value: number) => number,
): Pick<BrowseRow, "text" | "from" | "to" | "marks" | "grid"> {
  const { features, attribution, input } = explanation;
  const [rows, columns] = input.grid;
  const shades = new Array<number>(rows * columns).fill(0);
  features.forEach(({ row, column, special }, i) => {
    if (!special) shades[row * columns + column] = shade(attribution[i] ?? 0);
  });
  const text = capital(regionsInWords(explanation));
  return { text, from: 0, to: Math.min(SHOWN, text.length), marks: [], grid: [rows, columns, shades] };
}
