/** @file What every renderer asks of an explanation: its items (words or patches), their evidence by block, its target in words. */

import type {
  BlockExplanation,
  Explanation,
  ImageExplanation,
  Layout,
  Prediction,
  Target,
  TextExplanation,
} from "../attribution/explanation.ts";
import { type Item, isWritten, specialsOf } from "../reading/items.ts";
import type { Patches } from "../reading/regions.ts";
import { className, headKind, isPredictedClass } from "./head.ts";
import { printable } from "./plain-text.ts";
import { largestMagnitude, patchBound } from "./scale.ts";

export {
  byStrength,
  type Item,
  isSigned,
  isWritten,
  itemsOf,
  patchLabel,
  rankedItems,
  specialsOf,
} from "../reading/items.ts";
export type { Patches } from "../reading/regions.ts";

/** Characters of a text that lists show. */
const EXCERPT = 200;

/** Every option that had a say: those of the method, and how a picture was read where that was not as always. */
export function settingsOf(explanation: Explanation): readonly (readonly [name: string, value: unknown])[] {
  const { method } = explanation;
  const { background, deepGrey }: Partial<ImageExplanation["input"]> =
    explanation.layout === "grid" ? explanation.input : {};
  return [
    ...Object.entries(method.options),
    ...(background === undefined ? [] : [["background", background] as const]),
    ...(deepGrey === undefined ? [] : [["deepGrey", deepGrey] as const]),
  ];
}

/** What maps of a picture are made from: an explanation, or what one method of several says. */
export interface PatchEvidence extends Patches {
  readonly attribution: readonly number[];
  readonly target: Pick<Target, "index" | "label" | "against" | "token">;
  /** All classes; absent where the label tells them apart. */
  readonly predictions?: readonly Prediction[];
  readonly method: { readonly signed?: false };
}

/** The numbers that a block holds for each feature. */
export type QuantityName = "fused" | "relevance" | "attentionEvidence";

/** A quantity of the blocks, explained in a sentence. */
export interface Quantity {
  readonly name: QuantityName;
  readonly title: string;
  readonly description: string;
}

const QUANTITIES: readonly Quantity[] = [
  {
    name: "fused",
    title: "Fused",
    description: "Relevance and attention evidence of the block combined: what enters the final attribution.",
  },
  {
    name: "relevance",
    title: "Relevance",
    description: "Integrated Gradients of the hidden state that enters the block, at each position.",
  },
  {
    name: "attentionEvidence",
    title: "Attention evidence",
    description: "What leaves each position through attention: attention times its gradient.",
  },
];

/** The quantities that the blocks of an explanation hold a number for each feature of. */
export function quantitiesOf(explanation: Explanation): readonly Quantity[] {
  const { blocks, features } = explanation;
  return blocks.length === 0
    ? []
    : QUANTITIES.filter(({ name }) => blocks.every((block) => block[name].length === features.length));
}

/** Sum of per-feature numbers over the features of an item. */
export function sumOver(item: Item, values: readonly number[]): number {
  let sum = 0;
  for (const feature of item.features) sum += values[feature] ?? 0;
  return sum;
}

/** Largest magnitude that any item shows in any block: the common scale of maps by block. */
export function boundOver(items: readonly Item[], blocks: readonly BlockExplanation[], name: QuantityName): number {
  return largestMagnitude(blocks.flatMap((block) => items.map((item) => sumOver(item, block[name]))));
}

/** How much of the attribution special tokens hold. */
export interface SpecialShare {
  readonly items: readonly Item[];
  readonly sum: number;
  /** Their part of the sum of magnitudes over all features, 0..1; 0 when all attributions are 0. */
  readonly share: number;
}

export function specialShareOf(explanation: Explanation): SpecialShare {
  const items = specialsOf(explanation);
  const magnitude = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const held = items.map((item) => item.attribution);
  const total = magnitude(explanation.attribution);
  return {
    items,
    sum: held.reduce((sum, value) => sum + value, 0),
    share: total > 0 ? magnitude(held) / total : 0,
  };
}

/**
 * Name of the units of the attributions: "logit", or "logit difference" when measured against another class; "score
 * (regression)" where the output is a number.
 */
export function scoreName(explanation: Pick<Explanation, "model" | "predictions" | "target">): string {
  const { kind, unit, against } = explanation.target;
  const difference = against === undefined ? "" : " difference";
  return headKind(explanation) === "numbers" && unit === undefined
    ? `score${difference} (regression)`
    : `${unit ?? kind}${difference}`;
}

/** The explained class: "POSITIVE", or "PERSON for “Ada”" of a model that labels every token. */
export function targetLabel(explanation: Pick<PatchEvidence, "target" | "predictions">): string {
  const { target } = explanation;
  const name = className(explanation, target);
  return target.token === undefined ? name : `${name} for “${target.token.text}”`;
}

/** What the attributions support or oppose: "POSITIVE", or "POSITIVE rather than NEGATIVE". */
export function targetName(explanation: Pick<PatchEvidence, "target" | "predictions">): string {
  const { against } = explanation.target;
  const label = targetLabel(explanation);
  return against === undefined ? label : `${label} rather than ${className(explanation, against)}`;
}

/** Whether the explained class is one that the model predicts. */
export function isPredicted(explanation: Explanation): boolean {
  const own = explanation.predictions.find(({ index }) => index === explanation.target.index);
  return own === undefined || isPredictedClass(explanation, own);
}

/** Whether what readers see is made of tokens, as words are; features with names are one and the same. */
export const hasTokens = (explanation: Explanation): explanation is TextExplanation => explanation.layout === "text";

/** "Words", for headings. */
export const capital = (noun: string): string => noun.charAt(0).toUpperCase() + noun.slice(1);

/** The magnitude at full colour of a map: the largest of a line, for patches `patchBound`. */
export const mapBound = (explanation: Explanation, values: readonly number[]): number =>
  isWritten(explanation) ? largestMagnitude(values) : patchBound(values);

/** What is explained, in a few words for lists. */
export const excerptOf = (explanation: Explanation): string =>
  isWritten(explanation)
    ? printable(explanation.input.text).slice(0, EXCERPT)
    : `image of ${explanation.input.width} x ${explanation.input.height} pixels`;

const WHOLE_NOUNS: Readonly<Record<Layout, string>> = { text: "the text", grid: "the image", names: "the input" };

/** What is explained, in the middle of a sentence: "the text". */
export const wholeNoun = (explanation: Explanation): string => WHOLE_NOUNS[explanation.layout];

/** The same as a heading: "Text". */
export function headingOf(explanation: Explanation): string {
  const [, noun = ""] = wholeNoun(explanation).split(" ");
  return capital(noun);
}

const ITEM_NOUNS = { text: { one: "word", many: "words" }, grid: { one: "patch", many: "patches" } };

/** "words" or "patches" */
export const itemNoun = (explanation: Explanation): { readonly one: string; readonly many: string } =>
  explanation.layout === "names" ? explanation.input.noun : ITEM_NOUNS[explanation.layout];

/** What is said instead of completeness of methods that have none. */
export const NO_COMPLETENESS = "this method does not say what its values should add up to";

/** Sum of the attribution over all features. */
export const attributionSum = ({ attribution }: Explanation): number =>
  attribution.reduce((sum, value) => sum + value, 0);
