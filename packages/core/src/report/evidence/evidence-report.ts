/**
 * @file What many explanations say together: plain, serialisable, versioned data. Auditors read from it which words
 * support and oppose a class again and again, in which block, and how far the explanations can be trusted.
 */

import type { Explanation, HeadActivation } from "../../attribution/explanation.ts";
import type { RegionShare } from "../../render/regions.ts";

/** Where an explanation came from. */
export interface ReportSource {
  /** The file of the input where the explanation names it, else the file of the explanation. */
  readonly file: string;
  readonly line?: number;
  /** In place of a line, the number in a list in JSON, from 1. */
  readonly item?: number;
  readonly id?: string;
  /** What the file says that the class is. */
  readonly label?: string;
}

/** One explanation of a report, and where it comes from. */
export interface ReportEntry {
  readonly source: ReportSource;
  readonly explanation: Explanation;
}

/** What is said of all explanations. Places among the entries count from 0. */
export interface ReportSummary {
  readonly explanations: number;
  readonly texts: number;
  readonly pictures: number;
  readonly models: readonly {
    readonly id: string;
    readonly family: string;
    readonly sha256: string;
    readonly explanations: number;
  }[];
  readonly methods: readonly { readonly name: string; readonly explanations: number }[];
  readonly convergence: {
    /** Explanations of methods that look at blocks one by one. */
    readonly measured: number;
    /** Those of which every block converged. */
    readonly converged: number;
    /** The relative errors that counted as converged, smallest first. */
    readonly tolerances: readonly number[];
  };
  /** Largest relative completeness error of a block; null where no method looks at blocks. */
  readonly worstBlock: { readonly entry: number; readonly block: number; readonly relativeError: number } | null;
  /** Largest relative completeness error of a result; null where no method says what its values should add up to. */
  readonly worstResult: { readonly entry: number; readonly relativeError: number } | null;
  /** How many explanations have a warning of a code, and the message of the first. */
  readonly warnings: readonly {
    readonly code: string;
    readonly explanations: number;
    readonly entry: number;
    readonly message: string;
  }[];
}

/** A word over the inputs of a class. Words that differ only in the case of letters are one. */
export interface WordEvidence {
  readonly word: string;
  /** Occurrences, those with an attribution above 0, and inputs that it occurs in. */
  readonly count: number;
  readonly positive: number;
  readonly inputs: number;
  /** Of the attribution over all occurrences, in units of the score. */
  readonly sum: number;
  readonly mean: number;
  /** Share of each block of the class in the magnitude of its evidence, over all occurrences; empty where no block has any. */
  readonly blocks: readonly number[];
  /** The entry in which it is strongest in the direction of its sum. */
  readonly example: number;
}

/** Where in the network the evidence arises: mean over the inputs of the share of a block. */
export interface BlockEvidence {
  readonly index: number;
  readonly supporting: number;
  readonly opposing: number;
}

/** The evidence for one class of one model by one method. */
export interface ClassEvidence {
  readonly label: string;
  /** The class that it was measured against. */
  readonly against?: string;
  readonly model: string;
  readonly method: string;
  /** Present where attributions have neither sign nor the unit of the score: they matter, for or against. */
  readonly signed?: false;
  /** What its values are called: "logit". */
  readonly score: string;
  /** Name of the modality: "text", "image". */
  readonly input: string;
  /** Places of its explanations among the entries. */
  readonly entries: readonly number[];
  /** How many of them explain the class that the model predicts. */
  readonly predicted: number;
  readonly activation: HeadActivation;
  /** Null where the output is a number (regression). */
  readonly meanProbability: number | null;
  /** Of the explained score. */
  readonly meanScore: number;
  /** Options of the method that are not the same in all of them. */
  readonly differing: readonly string[];
  /** Different words, and the strongest of them by the magnitude of their sum; 0 and none for pictures. */
  readonly words: number;
  readonly supporting: readonly WordEvidence[];
  readonly opposing: readonly WordEvidence[];
  /** Pictures: mean over the inputs of the shares of the ninths; empty for texts. */
  readonly regions: readonly RegionShare[];
  /** Empty for methods that do not look at blocks one by one. */
  readonly blocks: readonly BlockEvidence[];
}

/** All of a report. `version` changes when a field changes meaning. */
export interface EvidenceReport {
  readonly version: 2;
  readonly kind: "evidence-report";
  readonly summary: ReportSummary;
  /** Most explanations first. */
  readonly classes: readonly ClassEvidence[];
  readonly entries: readonly ReportEntry[];
}
