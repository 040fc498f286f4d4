/** @file What a language must have: words for steps, and a sentence for every statement. */

import type { RegionName } from "../regions.ts";
import type { CertaintyLevel, StatementKind, StrengthLevel } from "../summary.ts";

/** What the model decided. Names of classes are plain text, not yet in quotes. */
export type Decision =
  | { readonly kind: "class"; readonly label: string }
  /** One output that is above 50 % or not. */
  | { readonly kind: "yes-or-no"; readonly label: string; readonly yes: boolean }
  /** Classes that are each judged by themselves. */
  | { readonly kind: "several"; readonly labels: readonly string[]; readonly more: number }
  | { readonly kind: "number"; readonly label: string; readonly value: string; readonly of: number }
  /** Of a model that compares texts: what it gives for this one and another, which is undefined where it is no single text. */
  | { readonly kind: "similarity"; readonly value: string; readonly other: string | undefined }
  | { readonly kind: "token"; readonly label: string; readonly token: string }
  /** Of a model that goes on with a text: the most likely next token. */
  | { readonly kind: "next"; readonly label: string }
  /** Of a model that fills masks: the most likely word. */
  | { readonly kind: "fills"; readonly label: string }
  /** Of a model that answers by a part of the text: the most likely answer. */
  | { readonly kind: "answers"; readonly label: string };

/** How sure the model is. */
export interface Sure {
  readonly level: CertaintyLevel;
  readonly probability: number;
  /** How often it is right where it is this sure, where that was measured, and holds for this input. */
  readonly accuracy: number | undefined;
  /** The input is unlike those that the model was made for: what was measured does not hold for it. */
  readonly unlike: Whole | undefined;
  /** Where every class is judged by itself: the one that is meant, and whether the model picks it. */
  readonly about?: { readonly label: string; readonly picked: boolean };
}

/** What the model says of a changed input. */
export interface Changed {
  /** What was taken away, as the sentence names it; or how many parts of how many, where that is too much to name. */
  readonly without: readonly string[] | { readonly parts: number; readonly of: number };
  readonly noun: Noun;
  readonly says: { readonly label: string; readonly probability: number | null; readonly value: string };
  /** Whether the answer is a number. */
  readonly isNumber: boolean;
}

/** What is explained, where that is not the decision. */
export type Asked =
  | { readonly kind: "other-class"; readonly label: string; readonly probability: number | null }
  /** An answer of several tokens, or one that is not the most likely. */
  | { readonly kind: "answer"; readonly label: string; readonly probability: number | null }
  | { readonly kind: "against"; readonly label: string; readonly against: string }
  | { readonly kind: "question"; readonly about: string };

/** Evidence on one side. */
export interface EvidenceOn {
  readonly side: "for" | "against" | "matters";
  /** What is explained. */
  readonly target: Target;
  /** What the sentence names, as `named` writes it, with the word of its strength. */
  readonly items: readonly { readonly name: string; readonly level: StrengthLevel }[];
  readonly noun: Noun;
  /** Whether the input is a picture: items are regions then, and `spread` says that there is none to name. */
  readonly spread: boolean;
  /** How strong what is spread is in all. */
  readonly level: StrengthLevel;
  /** Share of all evidence that is on this side, 0..1. */
  readonly share: number;
}

export type Target =
  | { readonly kind: "label"; readonly label: string }
  /** A number of a regression: evidence raises or lowers it. */
  | { readonly kind: "number"; readonly label: string }
  /** How similar the text is to another: evidence raises or lowers that. */
  | { readonly kind: "similarity" };

/** What the parts of the input are called. A name from outside is in the language that it was given in. */
export type Noun = "word" | "patch" | { readonly one: string; readonly many: string };

/** What the input is called. */
export type Whole = "text" | "picture" | "input";

/** Part of a region, where evidence for and against lie in the same one. */
export const REGION_PARTS = ["left", "right", "upper", "lower", "spots"] as const;
export type RegionPart = (typeof REGION_PARTS)[number];

/** What the input was compared with: the name of a baseline, or undefined for one from outside. */
export interface Comparison {
  readonly baseline: string | undefined;
  readonly whole: Whole;
}

/** The words of a language that summaries are made of. */
export interface Words {
  /** BCP 47. */
  readonly code: string;
  /** What the language calls itself. */
  readonly name: string;
  readonly titles: Readonly<Record<StatementKind, string>>;
  readonly certainties: Readonly<Record<CertaintyLevel, string>>;
  readonly strengths: Readonly<Record<StrengthLevel, string>>;
  readonly regions: Readonly<Record<RegionName, string>>;
  /** Part of a region, `region` as it is in `regions`. */
  regionPart(region: string, part: RegionPart): string;
  /** In quotation marks. */
  quoted(text: string): string;
  /** A part of a prompt by its name, `quoted` as it is in quotation marks, after "without". Default: the name alone. */
  part?(quoted: string): string;
  /** A word that occurs several times: the second “is”. `quoted` is in its quotation marks. */
  occurrence(quoted: string, index: number): string;
  listed(names: readonly string[]): string;
  percent(share: number): string;
  number(value: number): string;
  decision(decision: Decision): string;
  /** After the decision. */
  certainty(sure: Sure): string;
  asked(asked: Asked): string;
  evidence(evidence: EvidenceOn): string;
  /** Nothing on a side is strong enough to be named. */
  noEvidence(side: EvidenceOn["side"], noun: Noun, target: Target): string;
  /** All evidence of an input is weak on the absolute scale. */
  allWeak(whole: Whole): string;
  /** Share of the evidence that special positions hold. */
  elsewhere(share: number, whole: Whole): string;
  /** Evidence for and against nearly cancel out. */
  cancels(): string;
  /** The score is nearly that of what the input was compared with. */
  sameScore(comparison: Comparison): string;
  /** In sum the input speaks against the answer that is given. */
  inSumAgainst(whole: Whole): string;
  /** What the model says with the named parts taken away: another answer than before. */
  changes(changed: Changed): string;
  /** No set that was tried changes the answer; how many parts were taken away together at most. */
  neverChanges(removed: number, noun: Noun): string;
  /** What the model says with the named parts alone: the answer that it gave. */
  alone(changed: Changed): string;
  /** What a model learned from; of its card, in a language that may be another one. */
  trainedOn(what: string): string;
  /** It answers with one of so many classes, whatever it is given. */
  oneOf(classes: number, whole: Whole): string;
  /** The sum of the evidence misses the score by this share. */
  doesNotAddUp(share: number): string;
  /** By code of a warning; undefined where it concerns the technical part alone. */
  warning(code: string, whole: Whole): string | undefined;
  notTold(comparison: Comparison): string;
}
