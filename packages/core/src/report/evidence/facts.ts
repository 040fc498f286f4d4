/** @file What reports say in every format: the summary as names and values, the headings of classes, which explanations are shown. */

import { count, digitsFor, type NumberStyle, percent, signed } from "../../render/format.ts";
import { outputText } from "../../render/head.ts";
import { visible } from "../../render/plain-text.ts";
import { largestMagnitude } from "../../render/scale.ts";
import type { ClassEvidence, EvidenceReport, ReportSource, WordEvidence } from "./evidence-report.ts";

/** Explanations that are shown in full where nothing else is asked for. */
export const DETAILS = 100;

/** "reviews.csv, line 3 (b7)" */
export function sourceName({ file, line, item, id }: ReportSource): string {
  const place = line === undefined ? (item === undefined ? undefined : `item ${item}`) : `line ${line}`;
  return place === undefined ? file : `${file}, ${place}${id === undefined ? "" : ` (${id})`}`;
}

/** A name, and a value made of texts and of explanations by their place. */
export type ReportFact = readonly [name: string, parts: readonly (string | number)[]];

export function reportFacts({ summary }: EvidenceReport): ReportFact[] {
  const { texts, pictures, models, methods, convergence, worstBlock, worstResult } = summary;
  const inputs = [
    ...(texts > 0 ? [count(texts, "text")] : []),
    ...(pictures > 0 ? [count(pictures, "picture")] : []),
  ].join(", ");
  const { measured, converged, tolerances } = convergence;
  const within = tolerances.map((tolerance) => percent(tolerance)).join(", ");
  return [
    ["explanations", [inputs]],
    ["models", [models.map(({ id, explanations }) => `${visible(id)} (${explanations})`).join(", ")]],
    ["methods", [methods.map(({ name, explanations }) => `${visible(name)} (${explanations})`).join(", ")]],
    [
      "converged",
      [
        measured === 0
          ? "the methods do not look at blocks one by one"
          : `every block in ${converged} of ${count(measured, "explanation")}${within === "" ? "" : `, tolerance ${within}`}`,
      ],
    ],
    ...(worstBlock === null
      ? []
      : [
          [
            "largest completeness error of a block",
            [`${percent(worstBlock.relativeError)}, block ${worstBlock.block} of `, worstBlock.entry],
          ] as const,
        ]),
    ...(worstResult === null
      ? []
      : [
          [
            "largest completeness error of a result",
            [`${percent(worstResult.relativeError)}, `, worstResult.entry],
          ] as const,
        ]),
  ];
}

/** "positive", or "positive rather than negative" */
export const classTitle = ({ label, against }: ClassEvidence): string =>
  visible(against === undefined ? label : `${label} rather than ${against}`);

/** What readers call inputs of calig's own kinds. */
const NOUNS: Readonly<Record<string, string>> = { text: "text", image: "picture" };

/** How many inputs the evidence is from, and what its numbers are. */
export function classText(evidence: ClassEvidence): string {
  const { entries, predicted, activation, meanProbability, meanScore, model, method, score, signed, input, against } =
    evidence;
  const inputs = count(entries.length, NOUNS[input] ?? `${input} input`);
  const unit =
    signed === false
      ? "The method has no sign: its values say what matters, for or against"
      : `Attributions are in units of the ${activation === "none" ? "score (regression)" : score}${against === undefined ? "" : " difference"}`;
  const mean = outputText(activation, { logit: meanScore, probability: meanProbability });
  const said =
    activation === "none"
      ? `mean score (regression): ${mean}`
      : `predicted as it: ${predicted}; its mean probability: ${mean}`;
  return `${inputs} by ${visible(method)} on ${visible(model)}; ${said}. ${unit}.`;
}

/** Says of which words the lists are. */
export const WORDS_TEXT =
  "Strongest words by their summed attribution, with its mean over their occurrences; in brackets how many of these support, where not all are alike. Words that differ only in the case of letters are one, special tokens are left out. A word that keeps supporting a class it has nothing to do with is what a spurious correlation looks like.";

export const BLOCKS_TEXT = "Mean over the inputs of the share that each block has in the evidence.";
export const REGIONS_TEXT = "Mean over the pictures of the share that each ninth of the picture has in the evidence.";

/** The block with the largest share of a word's evidence: "4 (38%)"; "" where no block is told. */
function peakText({ blocks: shares }: WordEvidence, { blocks }: ClassEvidence): string {
  const peak = shares.reduce((best, share, i) => (share > shares[best]! ? i : best), 0);
  const block = blocks[peak];
  return shares.length === 0 || block === undefined ? "" : `${block.index} (${percent(shares[peak]!, 0)})`;
}

/** A row of a table of words in any format; `place` names an explanation. */
export interface WordRow<T> {
  readonly word: string;
  readonly sum: string;
  readonly mean: string;
  readonly count: string;
  readonly inputs: string;
  readonly peak: string;
  readonly example: T;
}

/** The heads of the columns, in the order of the fields of `WordRow`. */
export const WORD_COLUMNS = ["Word", "Sum", "Mean", "Count", "Inputs", "Mostly in block", "Example"] as const;

/** The rows of a table of words; numbers of a column share their decimals. */
export function wordRows<T>(
  words: readonly WordEvidence[],
  evidence: ClassEvidence,
  place: (entry: number) => T,
  style?: NumberStyle,
): WordRow<T>[] {
  const [sums, means] = (["sum", "mean"] as const).map((key) =>
    digitsFor(largestMagnitude(words.map((word) => word[key]))),
  ) as [number, number];
  return words.map((word) => ({
    word: visible(word.word),
    sum: signed(word.sum, sums, style),
    mean: signed(word.mean, means, style),
    count: word.positive === 0 || word.positive === word.count ? `${word.count}` : `${word.count} (${word.positive})`,
    inputs: `${word.inputs}`,
    peak: peakText(word, evidence),
    example: place(word.example),
  }));
}

/** The lists of a class: what supports and what opposes, or what matters where there is no sign. */
export function wordLists(
  evidence: ClassEvidence,
): { readonly title: string; readonly words: readonly WordEvidence[] }[] {
  const { supporting, opposing, signed } = evidence;
  const name = classTitle(evidence);
  if (signed === false) return [{ title: `Matters for ${name}`, words: supporting }];
  return [
    { title: `Supports ${name}`, words: supporting },
    { title: `Opposes ${name}`, words: opposing },
  ];
}

/** Places of the explanations that are shown in full: examples of words first, then from the beginning, at most `most`. */
export function shownEntries({ classes, entries }: EvidenceReport, most = DETAILS): number[] {
  const examples = classes.flatMap((evidence) =>
    wordLists(evidence).flatMap(({ words }) => words.map((word) => word.example)),
  );
  const wanted = new Set([...examples, ...entries.keys()]);
  return [...wanted].slice(0, most).sort((a, b) => a - b);
}

/** What is said of explanations that are not shown; "" where all are. */
export function hiddenText({ entries }: EvidenceReport, shown: readonly number[]): string {
  const hidden = entries.length - shown.length;
  return hidden === 0
    ? ""
    : `${count(hidden, "more explanation is", "more explanations are")} not shown in full; JSON has all of them.`;
}
