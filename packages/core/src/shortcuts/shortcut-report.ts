/** @file What a search for shortcuts found: plain, versioned data that pages, tables and programs read. */

import type { ModelFacts, Warning } from "../attribution/explanation.ts";
import type { Interval } from "../evaluation/statistics/bootstrap.ts";
import type { SuspectedBy } from "./suspicion-column.ts";

/** A mean over inputs with its 95 % bootstrap interval. */
export interface Estimate extends Interval {
  readonly mean: number;
}

/** A share of inputs with its 95 % Wilson interval. */
export interface Share extends Interval {
  readonly count: number;
  readonly of: number;
}

/** What an intervention on a cue does to the probability of its class, towards the class. */
export interface Intervention {
  /** Inputs that were changed. */
  readonly inputs: number;
  /** Removal: probability before minus after; insertion: after minus before. Both are > 0 where the cue speaks for the class. */
  readonly change: Estimate;
  /**
   * The same change minus that of the controls on the same inputs; null where they were not asked, because the change by itself
   * confirms nothing.
   */
  readonly beyondControls: Estimate | null;
  /** Mean change by each control, in the order drawn; empty where they were not asked. */
  readonly controls: readonly number[];
  /** Inputs that change their predicted class: away from it by removal, to it by insertion. */
  readonly flips: Share;
  /** Share of the inputs that do so minus that of the controls; null where these were not asked. */
  readonly flipsBeyondControls: Estimate | null;
}

/** Whether labels warrant what a model makes of a cue. */
export type LabelVerdict = "support" | "contradict" | "undecided" | "none";

/** How often a class comes with a cue, and without regard to it. */
export interface Lift {
  /** Share of the inputs with the cue that the model predicts the class of, and that are labelled with it; null without labels. */
  readonly predicted: number;
  readonly labelled: number | null;
  /** The same of all inputs. */
  readonly predictedOfAll: number;
  readonly labelledOfAll: number | null;
  /** Inputs with the cue that are labelled with the class in the reference, and how many have it there; null without one. */
  readonly reference: { readonly inputs: number; readonly labelled: number | null } | null;
  /**
   * Of inputs with the cue that the model puts into the class: natural logarithm of how much more probable their labels are if
   * the model is right there as often as without the cue than if they were of the class as often as any. Labels support the
   * cue from log 20 on. Null where labels cannot tell.
   */
  readonly evidence: number | null;
}

/** Evidence of a cue at one block: share of the block's attribution, towards the class. */
export interface BlockShare extends Estimate {
  readonly index: number;
}

/**
 * - `shortcut`: confirmed by interventions, and labels contradict it.
 * - `confirmed`: confirmed by interventions; there are no labels to hold it against.
 * - `undecided`: confirmed by interventions; labels are too few to say.
 * - `supported`: confirmed by interventions, and labels support it.
 * - `not-confirmed`: suspicious, and interventions do not confirm it.
 */
export type CueStatus = "shortcut" | "confirmed" | "undecided" | "supported" | "not-confirmed";

/** What attention into a cue does, taken away in one block at a time. */
export interface ReadingBlocks {
  /** Change of the log-odds of the class by the knock-out of each block, towards the class. */
  readonly blocks: readonly BlockShare[];
  /** The block with the largest one; first and last block where resamples do not agree on one. */
  readonly first: number;
  readonly last: number;
  /** Share of the inputs whose own largest change is in these blocks. */
  readonly agreeing: Share;
}

/** Where the state at the cue's own place says the class. */
export interface FormingBlocks {
  /** Read-out along the direction of the class at the entry of each block, in standard deviations of other places. */
  readonly blocks: readonly { readonly index: number; readonly value: number; readonly pValue: number }[];
  /** The first block whose entering state says it; null where none does. */
  readonly block: number | null;
}

/** Right answers with and without a cue. */
export interface MendedClass {
  readonly label: string;
  readonly inputs: number;
  readonly before: number;
  readonly after: number;
}

/** What the model would be without the cue: its attention into the cue taken away. */
export interface Mending {
  /** In these blocks: those that read it, and as many after them as it takes; all where that is not enough. */
  readonly first: number;
  readonly last: number;
  /** Accuracy over all inputs with a label; null without labels. */
  readonly accuracy: { readonly before: number; readonly after: number } | null;
  /** Inputs whose predicted class changes. */
  readonly changed: number;
  readonly classes: readonly MendedClass[];
}

/** An input with the cue. */
export interface CueInput {
  readonly line: number;
  readonly id?: string;
  /** What is to be read of it: a text; absent of pictures. */
  readonly text?: string;
  /** Its removable features with their attribution to the predicted class; offsets of texts, areas of pictures. */
  readonly features: readonly {
    readonly start: number;
    readonly end: number;
    readonly area?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
    readonly attribution: number;
  }[];
  /** Indices of those that are the cue. */
  readonly cue: readonly number[];
  readonly label?: string;
  readonly predicted: string;
  /** Of the cue's class, with the cue and without it; the second is null where it cannot be taken out. */
  readonly probability: number;
  readonly without: number | null;
}

/** An input to add to the data: the cue put in or taken out, with the label that the input has. */
export interface CounterfactualRow {
  readonly line: number;
  readonly id?: string;
  readonly text: string;
  /** The true class where it is known, else what the model says of the unchanged input. */
  readonly label: string;
  readonly change: "inserted" | "removed";
}

/** One cue that was tested. */
export interface CueReport {
  readonly kind: string;
  readonly noun: string;
  readonly cue: string;
  readonly label: string;
  /** The class that it speaks for. */
  readonly class: { readonly index: number; readonly label: string };
  readonly status: CueStatus;
  /** Inputs that have it, and their share of all. */
  readonly inputs: number;
  readonly frequency: number;
  /** Share of the decisions on the data that it alone decides: flips by its removal (by insertion where it cannot be removed) x frequency. */
  readonly harm: number;
  /** What attributions say; null of cues that are no features. */
  readonly suspicion: {
    /** What it stands out by: the map of the method, what leaving each feature out takes away, or decisions beyond labels. */
    readonly by: SuspectedBy;
    /** Share of the attribution of inputs that is on it, towards the class: in the map in which it stands out most. */
    readonly share: Estimate;
    readonly blocks: readonly BlockShare[];
    /** Standard deviations above what its number of features gives by chance. */
    readonly z: number;
    /** Family-wise over all cues and classes (max-T). */
    readonly pValue: number;
    /** Robust standard deviations above cues of the same kind and frequency. */
    readonly surprise: number | null;
  } | null;
  readonly lift: Lift;
  readonly labels: LabelVerdict;
  /** Null where too few inputs could be changed. */
  readonly removal: Intervention | null;
  readonly insertion: Intervention | null;
  /** Null where it was not asked: of cues that are not confirmed, that are no features, and of models that run block by block. */
  readonly read: ReadingBlocks | null;
  readonly formed: FormingBlocks | null;
  readonly mending: Mending | null;
  readonly examples: readonly CueInput[];
  readonly rows: readonly CounterfactualRow[];
}

export interface ShortcutSettings {
  readonly effort: string;
  readonly tested: number;
  readonly sample: number;
  readonly leastInputs: number;
  readonly permutations: number;
  readonly seed: number;
  /** Change of the probability that confirms. */
  readonly threshold: number;
  readonly controls: number;
}

/** The result. Cues are sorted: shortcuts first, by harm within each status. */
export interface ShortcutReport {
  readonly version: 1;
  readonly kind: "shortcuts";
  readonly model: ModelFacts;
  readonly dataset: {
    readonly name: string;
    readonly counted?: "line" | "item";
    readonly size: number;
    readonly read: number;
    /** Of these, inputs whose explanation was given. */
    readonly reused: number;
    /** Inputs with a label that the model has. */
    readonly labelled: number;
    readonly accuracy: number | null;
  };
  readonly reference: { readonly name: string; readonly read: number; readonly labelled: number } | null;
  readonly settings: ShortcutSettings;
  readonly kinds: readonly { readonly name: string; readonly summary: string; readonly cues: number }[];
  /** Cues whose attribution is beyond the null, tested or not. */
  readonly suspicious: number;
  readonly cues: readonly CueReport[];
  readonly failures: readonly { readonly line: number; readonly message: string }[];
  readonly warnings: readonly Warning[];
  readonly cost: { readonly milliseconds: number; readonly modelEvaluations: number };
}
