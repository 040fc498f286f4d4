/**
 * @file The summary of an explanation as plain data: what a reader without the technical part is told, in statements that
 * pages and terminals draw, and in sentences. Made by rule, of the explanation alone.
 */

/** What a statement is about, in the order in which readers are told. */
export const STATEMENT_KINDS = [
  /** What the model decided. */
  "decision",
  /** How sure it is. */
  "certainty",
  /** What is explained, where that is not what the model decided. */
  "asked",
  /** A warning that stands before all evidence: what follows is of something else than a reader takes it for. */
  "caution",
  /** What of the input speaks for what is explained. */
  "for",
  /** What speaks against it. */
  "against",
  /** What the evidence comes to in all: that it is weak, cancels out, or lies on no part of the input. */
  "elsewhere",
  /** What would change the decision: tested by running the model. */
  "change",
  /** What to be careful about with this input. */
  "warning",
  /** What the model learned from, and where that ends. */
  "limits",
  /** What the explanation does not say. */
  "not-told",
] as const;

/** What a sentence of a summary is about. */
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** How sure a model is, in steps that each have a word. `docs/reading.md` says from where to where each goes. */
export const CERTAINTIES = ["coin-flip", "unsure", "leaning", "fairly-sure", "very-sure"] as const;
/** Words for how sure a decision is, the least sure first. */
export type CertaintyLevel = (typeof CERTAINTIES)[number];

/** How strong evidence is, in steps that each have a word, weakest first. */
export const STRENGTHS = ["faint", "weak", "clear", "strong"] as const;
/** Words for how much a feature counts, the least first. */
export type StrengthLevel = (typeof STRENGTHS)[number];

/** A word, a patch, a region of a picture, as a statement names it. */
export interface SummaryItem {
  /** As the sentence calls it: “superb”, the second “is”, upper left. */
  readonly name: string;
  /** Indices into `features` of the explanation. */
  readonly features: readonly number[];
  /** Sum of their attributions. */
  readonly attribution: number;
  /** On the absolute scale, 0..1. */
  readonly strength: number;
  readonly level: StrengthLevel;
  /** The word for the level, in the language of the summary. */
  readonly word: string;
}

/** A sentence of a summary, with what it is about. */
export interface Statement {
  readonly kind: StatementKind;
  /** One or a few whole sentences. Text of the user and of the model in it is plain and on one line. */
  readonly text: string;
  /** What it names, strongest first. */
  readonly items?: readonly SummaryItem[];
  /** Indices into `features` of the explanation of all that it speaks of. */
  readonly features?: readonly number[];
  /** Of a warning: which one, for programs. */
  readonly code?: string;
}

/** How sure a decision is, in words, and how often it is right when it is so sure. */
export interface Certainty {
  /** Null where the model gives numbers, which have none. */
  readonly level: CertaintyLevel | null;
  /** "close to a coin-flip"; empty where there is none. */
  readonly words: string;
  /** Of the decision, as the model says it; null for numbers. */
  readonly probability: number | null;
  /** How often the model is right where it is this sure, 0..1, where that was measured. */
  readonly accuracy?: number;
}

/** An explanation in plain words. */
export interface Summary {
  /** Language of all sentences (BCP 47): for the `lang` of what shows them. */
  readonly language: string;
  /** What was decided, as a sentence: the first statement. */
  readonly decision: string;
  readonly certainty: Certainty;
  /** In the order of `STATEMENT_KINDS`; of warnings and limits there may be several. */
  readonly statements: readonly Statement[];
  /** A heading for the statements of each kind. */
  readonly titles: Readonly<Record<StatementKind, string>>;
  /** All sentences, a paragraph for decision, evidence, changes, and what to keep in mind. */
  readonly text: string;
}
