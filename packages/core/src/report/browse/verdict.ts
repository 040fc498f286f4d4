/** @file What is said of all explanations together, first: numbers and sentences. */

import { count, percent, thousands } from "../../render/format.ts";
import { visible } from "../../render/plain-text.ts";
import type { EvidenceReport } from "../evidence/evidence-report.ts";
import type { BrowseRow } from "./row-data.ts";

/** Words of a class that the verdict names on each side. */
const NAMED = 5;
/** Classes that the verdict names. */
const CLASSES = 12;

export interface Verdict {
  readonly explanations: number;
  readonly texts: number;
  readonly pictures: number;
  /** Inputs with a label that can be compared, and how many of them the model decides so; null where there is none. */
  readonly accuracy: { readonly known: number; readonly right: number } | null;
  /** Labels that are none of the model's, or that its kind of output cannot be held to. */
  readonly unread: number;
  /** What is decided, the most frequent first. */
  readonly decisions: readonly {
    readonly name: string;
    readonly inputs: number;
    readonly known: number;
    readonly right: number;
  }[];
  /** Inputs with at least one warning. */
  readonly warned: number;
}

export function verdictOn({ summary }: EvidenceReport, rows: readonly BrowseRow[]): Verdict {
  const known = rows.filter(({ right }) => right !== null);
  const decisions = new Map<string, { inputs: number; known: number; right: number }>();
  for (const { decision, right } of rows) {
    const held = decisions.get(decision) ?? { inputs: 0, known: 0, right: 0 };
    decisions.set(decision, held);
    held.inputs++;
    if (right !== null) held.known++;
    if (right === true) held.right++;
  }
  return {
    explanations: rows.length,
    texts: summary.texts,
    pictures: summary.pictures,
    accuracy: known.length === 0 ? null : { known: known.length, right: known.filter(({ right }) => right).length },
    unread: rows.filter(({ label, right }) => label !== "" && right === null).length,
    decisions: [...decisions]
      .map(([name, held]) => ({ name, ...held }))
      .sort((a, b) => b.inputs - a.inputs || (a.name < b.name ? -1 : 1)),
    warned: rows.filter(({ warnings }) => warnings.length > 0).length,
  };
}

/** How many there are, and how often the model is right. */
export function verdictSentences(verdict: Verdict): string[] {
  const { explanations, texts, pictures, accuracy, unread, warned } = verdict;
  const what = [...(texts > 0 ? [count(texts, "text")] : []), ...(pictures > 0 ? [count(pictures, "picture")] : [])];
  const sentences = [`${what.join(" and ")} explained.`];
  if (accuracy === null) {
    sentences.push(
      unread === 0
        ? "Whether the model is right is not known: the file has no labels."
        : `Whether the model is right is not known: its answers cannot be compared with the labels of the file.`,
    );
  } else {
    const { known, right } = accuracy;
    const of = known === explanations ? "" : ` of the ${thousands(known)} with a label`;
    sentences.push(
      `The model decides as the label says in ${percent(right / known)}${of}: ${thousands(right)} right, ${thousands(known - right)} wrong.`,
    );
    if (unread > 0) sentences.push(`${count(unread, "label")} cannot be compared with its answers.`);
  }
  sentences.push(warned === 0 ? "No warnings." : `${count(warned, "explanation")} with a warning.`);
  return sentences;
}

/** Rows of the table of decisions: name, inputs, share, right. */
export function decisionRows({ decisions, explanations }: Verdict): {
  readonly rows: readonly {
    readonly name: string;
    readonly inputs: string;
    readonly share: string;
    readonly right: string;
  }[];
  readonly more: number;
} {
  return {
    rows: decisions.slice(0, CLASSES).map(({ name, inputs, known, right }) => ({
      name,
      inputs: thousands(inputs),
      share: percent(inputs / Math.max(1, explanations)),
      right: known === 0 ? "" : percent(right / known),
    })),
    more: Math.max(0, decisions.length - CLASSES),
  };
}

/** The words with the most evidence over all inputs, class by class. */
export function strongestWords({ classes }: EvidenceReport): {
  readonly label: string;
  readonly signed: boolean;
  readonly supporting: readonly string[];
  readonly opposing: readonly string[];
}[] {
  return classes
    .filter(({ words }) => words > 0)
    .slice(0, CLASSES)
    .map(({ label, against, supporting, opposing, signed }) => ({
      label: visible(against === undefined ? label : `${label} rather than ${against}`),
      signed: signed !== false,
      supporting: supporting.slice(0, NAMED).map(({ word }) => visible(word)),
      opposing: opposing.slice(0, NAMED).map(({ word }) => visible(word)),
    }));
}
