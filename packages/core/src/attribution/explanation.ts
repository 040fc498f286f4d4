/**
 * @file The result of an explanation: plain, serialisable, versioned data. Renderers, reports, servers and metrics
 * read this and nothing else.
 */

import type { PatchFeature, TokenFeature, Word } from "../input/features.ts";
import type { DeepGrey } from "../input/image/rgb-image.ts";

export type { PatchFeature, TokenFeature, Word };

/** A word with the summed attribution of its tokens. */
export interface WordAttribution extends Word {
  readonly attribution: number;
  /** Standard error over the draws of the baseline, where it was drawn several times. */
  readonly spread?: number;
}

/** A patch of a picture with its attribution, in units of the target score. */
export interface PatchAttribution {
  readonly row: number;
  readonly column: number;
  readonly attribution: number;
}

/** How well the sum of attributions meets the difference of the score (METHOD 2). Units of the target score. */
export interface Completeness {
  readonly scoreAtInput: number;
  readonly scoreAtBaseline: number;
  /** sum of attributions - (scoreAtInput - scoreAtBaseline); the sign of captum's convergence delta. */
  readonly delta: number;
  /** |delta| / max(|scoreAtInput - scoreAtBaseline|, 1e-3). */
  readonly relativeError: number;
}

export interface BlockCompleteness extends Completeness {
  readonly sum: number;
  /** Of the sum, where the points were drawn at random (quadrature "stochastic"). */
  readonly standardError?: number;
  /** Quadrature points spent on this block. */
  readonly points: number;
  /** relativeError <= tolerance, and so is the standard error where there is one. */
  readonly converged: boolean;
}

/** Where a head looks: from a position to one that it takes something from. Numbers have five digits that count. */
export interface AttentionLink {
  /** Indices into `features`. */
  readonly from: number;
  readonly to: number;
  /** Attention probability, 0..1. */
  readonly attention: number;
  /** Attention times its gradient: > 0 supports the target. All links of a position that is looked at add up to its evidence. */
  readonly evidence: number;
}

/** Evidence at the entry of one block. Arrays have one number per feature. */
export interface BlockExplanation {
  readonly index: number;
  /** r_l: Integrated Gradients of the hidden state, summed over the width. Sums to the score difference. */
  readonly relevance: readonly number[];
  /** c_l: column sums of the head-averaged attention x attention gradient. */
  readonly attentionEvidence: readonly number[];
  /** The same of every head [heads][features]; their mean is `attentionEvidence`. Only where `heads` was asked for. */
  readonly heads?: readonly (readonly number[])[];
  /** The strongest links of every head [heads][links], strongest first. Beside `heads`, of inputs that the model reads in one part. */
  readonly links?: readonly (readonly AttentionLink[])[];
  /** s_l: fusion of the two. */
  readonly fused: readonly number[];
  /** w_l: share of this block in the final attribution; weights sum to 1. */
  readonly weight: number;
  readonly completeness: BlockCompleteness;
}

/** What the model says of one class. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  readonly logit: number;
  /** By the head's `activation`; null where the output is a number (regression). */
  readonly probability: number | null;
}

/** What attributions are measured in. */
export type ScoreKind = "logit" | "probability" | "log-probability" | "margin";

/** What is explained: the class or question, its score, and its probability. */
export interface Target {
  /** Index of the class; -1 where a question from outside is not about a class, and `label` says what it is about. */
  readonly index: number;
  readonly label: string;
  /** Label of the class that the score is measured against (`--against`): the score is the difference of the two. */
  readonly against?: { readonly index: number; readonly label: string };
  /**
   * Models that label every token: the token whose label is explained, an index into `features`; of an entity its first one, the
   * words of all, and `features`, all of its tokens.
   */
  readonly token?: { readonly index: number; readonly text: string; readonly features?: readonly number[] };
  /** Value of the target score at the input. */
  readonly score: number;
  /** Name of the question: a `ScoreKind`, or that of one from outside. */
  readonly kind: string;
  /** What readers call the score, where the question is one from outside: "log-odds of the group". */
  readonly unit?: string;
  /** Null where the output is a number (regression), and where what is explained is no class. */
  readonly probability: number | null;
}

/** Something the reader of an explanation must know, e.g. code "truncated" or "not-converged". */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/**
 * How logits become probabilities: one class of many ("softmax", they sum to 1), each output for itself ("sigmoid"), or
 * not at all: the outputs are numbers ("none", regression).
 */
export type HeadActivation = "softmax" | "sigmoid" | "none";

/** A text by language: { en: "sentences of film reviews" }. */
export type InLanguages = Readonly<Record<string, string>>;

/** How often a model is right where its answer has a probability. */
export interface CalibrationPoint {
  /** Mean probability of the answers that were counted together. */
  readonly probability: number;
  /** Share of them that were right, never falling from one point to the next. */
  readonly accuracy: number;
  readonly inputs: number;
}

/** What evidence and inputs of a model usually look like. */
export interface TypicalFigures {
  /** Inputs that were explained. */
  readonly inputs: number;
  /** What was explained: a `ScoreKind`. */
  readonly score: string;
  /** Median of the attribution at full colour of an input: of its strongest word, of all but its strongest patches. */
  readonly strongest: number;
  /** Median of |score at the input - score at the baseline|. */
  readonly difference: number;
  /** Tokens of a word beyond its first: mean and standard deviation over words. Texts only. */
  readonly extraTokens?: { readonly mean: number; readonly deviation: number };
}

/** What is known of a model besides its weights: said by its makers, or measured (`calig calibrate`). */
export interface ModelCard {
  /** What it learned from, as the end of a sentence: { en: "sentences of English film reviews" }. */
  readonly trainedOn?: InLanguages;
  /** Where that ends, in whole sentences. */
  readonly limits?: InLanguages;
  /** What the figures were measured on. */
  readonly dataset?: string;
  /** By rising probability. */
  readonly calibration?: readonly CalibrationPoint[];
  readonly typical?: TypicalFigures;
}

/** What is known of a model: what it is called, its family and task, its sizes, the checksum of its weights. */
export interface ModelFacts {
  readonly id: string;
  readonly family: string;
  readonly task: string;
  readonly blocks: number;
  readonly heads: number;
  readonly width: number;
  /** Absent in explanations of calig 0.1. */
  readonly activation?: HeadActivation;
  /** SHA-256 of the weights file, hexadecimal. */
  readonly sha256: string;
  /** Absent where nothing is known. */
  readonly card?: ModelCard;
}

/** What an explanation cost: time in milliseconds, evaluations of the model, memory in bytes. */
export interface Cost {
  readonly milliseconds: number;
  /** Equivalent whole-model passes: one forward counts 1, one forward and backward of a path point through a share s of the blocks counts 2 s. */
  readonly modelEvaluations: number;
  /** Largest resident memory of the process seen during the explanation, bytes; 0 where the platform cannot tell. */
  readonly peakBytes: number;
}

/** A feature that counterfactuals remove or keep: a word, a patch, or a feature with a name. */
export interface CounterfactualFeature {
  /** Indices into `features` of the explanation: the tokens of a word, or a patch. */
  readonly features: readonly number[];
  /** Of words and names: the text, and its place in that of the input (UTF-16, end exclusive). */
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
  /** Of patches. */
  readonly row?: number;
  readonly column?: number;
  /** Its attribution: the sum over its tokens. */
  readonly attribution: number;
}

/** What the model says of a changed input. */
export interface CounterfactualPrediction {
  /**
   * The class that is predicted then; where every label is decided by itself, or the output is a number, the one that is
   * explained.
   */
  readonly index: number;
  readonly label: string;
  /** Its probability; null where the output is a number (regression). */
  readonly probability: number | null;
  /** Probability of the class that is explained; null where the output is a number. */
  readonly targetProbability: number | null;
  /** The target score: what attributions are measured in. */
  readonly score: number;
}

/** The input with some of its features replaced. */
export interface Counterfactual {
  /** Strongest first: those that were removed; of `evidenceAlone` those that were kept. */
  readonly features: readonly CounterfactualFeature[];
  readonly prediction: CounterfactualPrediction;
  /** Whether the decision is another one than at the input. */
  readonly flips: boolean;
}

/** A whole part of a prompt taken away: a document, a message, an example. */
export interface PartCounterfactual extends Pick<Counterfactual, "prediction" | "flips"> {
  readonly name: string;
  /** Its place in the prompt: UTF-16, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Indices into `features` of what was removed; of messages without what the template sets around them. */
  readonly features: readonly number[];
}

/**
 * What the model says when evidence is taken away, tried out on the model.
 *
 * Features come in the order of the map: those that speak for the decision first. Without a sign (`method.signed` is
 * false) the largest first.
 */
export interface Counterfactuals {
  /** What removed features became: "replaced by the mask token". */
  readonly replacement: { readonly name: string; readonly becomes: string };
  /**
   * What flips: whether the class that is explained is the one that is predicted ("class"); whether its label is on ("label",
   * every label decided by itself, at 50 %); or nothing ("none"): the output is a number, or what is explained is no class.
   */
  readonly decision: "class" | "label" | "none";
  /** The strongest features, each removed by itself. */
  readonly single: readonly Counterfactual[];
  /** The two strongest, the three strongest and so on removed together, as far as the search needed. */
  readonly together: readonly Counterfactual[];
  /**
   * The smallest set that was found whose removal changes the decision; null where none was. `minimal`: with any one of its
   * features put back the decision is what it was. It is tested, not proven to be the smallest of all sets.
   */
  readonly smallestFlip: (Counterfactual & { readonly minimal: boolean }) | null;
  /**
   * The strongest features with everything else removed: as few as are enough for the decision; where no number of them is,
   * all that speak for it (`flips` is true then).
   */
  readonly evidenceAlone: Counterfactual;
  /** What the model says with everything removed. */
  readonly allRemoved: { readonly prediction: CounterfactualPrediction; readonly flips: boolean };
  /** Prompts with parts: each part removed by itself, in their order; of many the strongest. */
  readonly parts?: readonly PartCounterfactual[];
  /** How far was searched. */
  readonly searched: {
    /** Features that speak for the decision, and that the input has. */
    readonly candidates: number;
    readonly features: number;
    /** Most features that were removed together. */
    readonly removed: number;
    /** Changed inputs that the model was asked about, the input itself among them, and the most that it may be asked about. */
    readonly variants: number;
    readonly limit: number;
  };
  /** Forward passes spent: one for each changed input, and each window of a long text. Not part of `cost`. */
  readonly evaluations: number;
}

/** What explanations of all kinds of inputs share. */
export interface ExplanationCommon {
  readonly version: 3;
  readonly model: ModelFacts;
  readonly target: Target;
  /** All classes, best first. */
  readonly predictions: readonly Prediction[];
  /**
   * One per feature: > 0 supports the target, < 0 opposes it, in units of the target score. Some methods to compare with have
   * neither sign nor unit (`method.signed` is false).
   */
  readonly attribution: readonly number[];
  /** Empty for methods that do not look at blocks one by one. */
  readonly blocks: readonly BlockExplanation[];
  readonly method: {
    readonly name: string;
    /** Present where attributions have neither sign nor the unit of the score: larger matters more, for or against. */
    readonly signed?: false;
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** Of the final attribution; null for methods that say nothing of what their values should add up to. */
  readonly completeness: Completeness | null;
  readonly cost: Cost;
  readonly warnings: readonly Warning[];
  /** Present where they were asked for (`counterfactuals`). */
  readonly counterfactuals?: Counterfactuals;
  /**
   * Standard error of each attribution over the draws of the baseline, one per feature; where it was drawn several times.
   * A word whose attribution is not several times as large may as well be 0.
   */
  readonly spread?: readonly number[];
}

/** A part of a prompt with the summed attribution of its tokens: a message, a document, an example. */
export interface PartAttribution {
  readonly name: string;
  /** Its place in the prompt: UTF-16, end exclusive; null for the tokens that are in no part. */
  readonly start: number | null;
  readonly end: number | null;
  readonly attribution: number;
  /** Standard error over the draws of the baseline, where it was drawn several times. */
  readonly spread?: number;
}

/** A token of an answer, explained by itself. */
export interface AnswerToken {
  readonly text: string;
  /** Its log-probability (or other score) behind the prompt and the tokens before it. */
  readonly score: number;
  /** One per feature of the explanation. */
  readonly attribution: readonly number[];
  /** Its evidence at the entry of every block; absent for methods that do not look at blocks one by one. */
  readonly blocks?: readonly Omit<BlockExplanation, "attentionEvidence" | "heads" | "links">[];
}

/** Words that a model which labels every token finds to be one thing. */
export interface Entity {
  /** Without B- and I-. */
  readonly label: string;
  readonly text: string;
  /** In characters, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Mean over its words of the probability of their labels; null where outputs are numbers. */
  readonly probability: number | null;
  /** Its tokens, indices into `features`. */
  readonly features: readonly number[];
}

/** Which word of a text with which of another one makes them similar: a map of second order, in units of the similarity. */
export interface WordPairs {
  readonly other: {
    readonly text: string;
    readonly words: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  };
  /** Of each word of `words` with each word of the other text. */
  readonly values: readonly (readonly number[])[];
  /** Sum of the pairs of which one is no word. */
  readonly rest: number;
  /** Sum of all pairs. */
  readonly sum: number;
  /** What it must be: s(x, y) - s(x, baseline of y) - s(baseline of x, y) + s(both baselines). */
  readonly interaction: number;
  /** |sum - interaction| / |interaction| */
  readonly relativeError: number;
  /** Places on the path of each text. */
  readonly points: number;
  readonly modelEvaluations: number;
}

/** The explanation of a text or of a prompt: its words and tokens with their attributions, and everything that texts and pictures share. */
export interface TextExplanation extends ExplanationCommon {
  readonly layout: "text";
  readonly input: {
    readonly kind: "text";
    /** The text as it was given; of a chat the prompt that the model's template made of it. */
    readonly text: string;
  };
  /** Prompts whose parts are known: the messages of a chat, and parts that were named; last what is in none of them. */
  readonly parts?: readonly PartAttribution[];
  /** The tokens of an answer, where each was asked about; their scores add up to that of the answer. */
  readonly answerTokens?: readonly AnswerToken[];
  /** Of a similarity, where it was asked for: which word with which one of the other text. */
  readonly pairs?: WordPairs;
  /** Where the label of an entity is explained: all that the model finds, in their order. */
  readonly entities?: readonly Entity[];
  readonly features: readonly TokenFeature[];
  readonly words: readonly WordAttribution[];
  /** Words with attribution > 0, strongest first. */
  readonly supporting: readonly WordAttribution[];
  /** Words with attribution < 0, strongest first. */
  readonly opposing: readonly WordAttribution[];
}

/** The explanation of a picture: one number for each patch, and everything that texts and pictures share. */
export interface ImageExplanation extends ExplanationCommon {
  readonly layout: "grid";
  readonly input: {
    readonly kind: "image";
    /** Of the picture as it was given, pixels. */
    readonly width: number;
    readonly height: number;
    readonly grid: readonly [rows: number, columns: number];
    /** Side of a patch in pixels of the model's input. */
    readonly patch: number;
    /** The part of the given picture that the model saw: the grid lies on it. Pixels of the picture. */
    readonly seen: readonly [x: number, y: number, width: number, height: number];
    /** What transparent pixels were laid on: "white", "black" or "#rrggbb"; absent where transparency was ignored. */
    readonly background?: string;
    /** "scale" where grey levels of more than 8 bits were divided by 256; absent where they were cut off at 255. */
    readonly deepGrey?: DeepGrey;
  };
  readonly features: readonly PatchFeature[];
  readonly supporting: readonly PatchAttribution[];
  readonly opposing: readonly PatchAttribution[];
}

/** What readers call one and many features of an input: "frame", "frames". */
export interface FeatureNoun {
  readonly one: string;
  readonly many: string;
}

/**
 * Of a kind of input that calig does not know by itself: features with names. It is laid out as a text is: the names, one
 * after the other, are the text, and each is a word, or a special token where it is no part of the input.
 */
export interface NamedExplanation
  extends Omit<TextExplanation, "layout" | "input" | "parts" | "answerTokens" | "pairs" | "entities"> {
  readonly layout: "names";
  readonly input: {
    /** Name of the modality: "audio". */
    readonly kind: string;
    readonly text: string;
    readonly noun: FeatureNoun;
  };
}

/** With features in a line, as opposed to a grid. */
export type WrittenExplanation = TextExplanation | NamedExplanation;

/**
 * All of a run's output. `layout` tells how the features lie, and so which fields there are: "text", tokens and words of a
 * text; "grid", patches of a picture; "names", features with names, of any other kind of input (`input.kind` names it).
 * `version` changes when a field is new that every explanation has, or one that there was changes its meaning.
 */
export type Explanation = TextExplanation | ImageExplanation | NamedExplanation;

/** How the features of an explanation lie. */
export type Layout = Explanation["layout"];
