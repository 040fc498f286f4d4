/** @file From explanations to a report: gathered by class, model and method, and summed up. */

import type { Explanation, ImageExplanation } from "../../attribution/explanation.ts";
import { isPredicted, isWritten } from "../../render/evidence.ts";
import { optionText } from "../../render/format.ts";
import { activationOf, className } from "../../render/head.ts";
import { type RegionShare, regionShares } from "../../render/regions.ts";
import { blockEvidence, meanOf } from "./block-evidence.ts";
import type { ClassEvidence, EvidenceReport, ReportEntry } from "./evidence-report.ts";
import { summarise } from "./summary.ts";
import { wordEvidence } from "./word-evidence.ts";

/** Words of a class on each side where nothing else is asked for. */
export const TOP_WORDS = 25;

/** What a report is made of. */
export interface ReportOptions {
  /** Most words of a class on each side, >= 1. Default 25. */
  readonly top?: number;
}

/**
 * A report on explanations, which may be of different models, methods, classes and kinds of input: only what is of the
 * same model, method, class and score is added up.
 */
export function buildReport(entries: readonly ReportEntry[], { top = TOP_WORDS }: ReportOptions = {}): EvidenceReport {
  const groups = new Map<string, number[]>();
  entries.forEach(({ explanation }, entry) => {
    const key = classKey(explanation);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  });
  return {
    version: 2,
    kind: "evidence-report",
    summary: summarise(entries),
    classes: [...groups.values()]
      .sort((a, b) => b.length - a.length || a[0]! - b[0]!)
      .map((group) => classEvidence(entries, group, top)),
    entries,
  };
}

/** What must be the same for numbers to be added up. */
const classKey = ({ model, method, target, input }: Explanation): string =>
  JSON.stringify([
    model.id,
    model.sha256,
    method.name,
    target.index,
    target.label,
    target.against?.index,
    target.against?.label,
    target.kind,
    input.kind,
  ]);

function classEvidence(entries: readonly ReportEntry[], group: readonly number[], top: number): ClassEvidence {
  const explanations = group.map((entry) => entries[entry]!.explanation);
  const [{ model, method, target, input }] = explanations as [Explanation];
  const activation = activationOf(explanations[0]!);
  const meanOver = (value: (explanation: Explanation) => number) =>
    explanations.reduce((sum, each) => sum + value(each), 0) / explanations.length;
  const words = explanations.every(isWritten) ? wordEvidence(explanations, group) : [];
  const pictures = explanations.filter((explanation): explanation is ImageExplanation => !isWritten(explanation));
  return {
    label: className(explanations[0]!, target),
    ...(target.against === undefined ? {} : { against: className(explanations[0]!, target.against) }),
    model: model.id,
    method: method.name,
    ...(method.signed === false ? { signed: false } : {}),
    score: target.unit ?? target.kind,
    input: input.kind,
    entries: group,
    predicted: explanations.filter(isPredicted).length,
    activation,
    meanProbability: activation === "none" ? null : meanOver(({ target }) => target.probability ?? 0),
    meanScore: meanOver(({ target }) => target.score),
    differing: differingOptions(explanations),
    words: words.length,
    supporting: words.filter(({ sum }) => sum > 0).slice(0, top),
    opposing: words.filter(({ sum }) => sum < 0).slice(0, top),
    regions: meanRegions(pictures),
    blocks: blockEvidence(explanations),
  };
}

/** Mean over the pictures of each region's share; pictures without evidence on a side do not count in it. */
function meanRegions(pictures: readonly ImageExplanation[]): RegionShare[] {
  const shares = pictures.map(regionShares);
  const [first] = shares;
  if (first === undefined) return [];
  const mean = (side: "supporting" | "opposing") =>
    meanOf(
      shares.map((regions) => regions.map((region) => region[side])).filter((held) => held.some((share) => share > 0)),
      first.length,
    );
  const [supporting, opposing] = [mean("supporting"), mean("opposing")];
  return first.map(({ name }, i) => ({ name, supporting: supporting[i]!, opposing: opposing[i]! }));
}

function differingOptions(explanations: readonly Explanation[]): string[] {
  const names = new Set(explanations.flatMap(({ method }) => Object.keys(method.options)));
  return [...names].filter(
    (name) => new Set(explanations.map(({ method }) => optionText(method.options[name]))).size > 1,
  );
}
