/**
 * @file Where a score comes from: steps from the score at the baseline to the score at the input, which add up exactly.
 */

import type { Explanation } from "../attribution/explanation.ts";
import { type Item, isSigned, isWritten, itemsOf, rankedItems, specialsOf } from "./items.ts";

/**
 * What a step stands for: one word or patch ("item"), the other ones that support or oppose, the special tokens, and what
 * the attributions miss of the difference ("rest").
 */
export type WaterfallStepKind = "item" | "supporting" | "opposing" | "special" | "rest";

/** One step of a waterfall, in units of the score. */
export interface WaterfallStep {
  readonly kind: WaterfallStepKind;
  /** Of one item what lists call it; of special tokens their names, each once; empty otherwise: readers have words for it. */
  readonly label: string;
  /** How many words, patches or tokens it stands for. */
  readonly count: number;
  /** Indices into `features` of the explanation; of the rest none. */
  readonly features: readonly number[];
  /** Score before and after the step, in units of the target score; `to` of a step is `from` of the next. */
  readonly from: number;
  readonly to: number;
  /** to - from. */
  readonly change: number;
}

/** How the score is reached from that of the baseline, feature by feature. */
export interface Waterfall {
  readonly scoreAtBaseline: number;
  readonly scoreAtInput: number;
  /** From the baseline to the input: what supports, strongest first, what opposes, special tokens, the rest. */
  readonly steps: readonly WaterfallStep[];
  /** What special tokens (a class token, separators) hold: they are no part of the input. */
  readonly special: {
    readonly change: number;
    /** Of the difference of the scores, with its sign; null where there is no difference. */
    readonly share: number | null;
    /** Of the magnitude of all attributions, 0..1. */
    readonly ofMagnitude: number;
  };
}

/** How many words or patches have a step of their own. */
export interface WaterfallOptions {
  /** Words or patches on each side that have a step of their own. Default: 4 of what lies in a line, none of a grid. */
  readonly items?: number;
}

const ITEMS = 4;
/** And what holds at least this share of all that words or patches hold. */
const WORTH = 0.01;
/** What is below this share of the difference is rounding, and no step. */
const ROUNDING = 1e-9;

/**
 * The steps from the score at the baseline to the score at the input.
 *
 * @returns null where the attributions have no sign or unit, or the method does not say what they add up to: there is
 * nothing that they would lead from or to.
 */
export function waterfall(explanation: Explanation, { items }: WaterfallOptions = {}): Waterfall | null {
  const { completeness, attribution } = explanation;
  if (completeness === null || !isSigned(explanation)) return null;
  const { scoreAtBaseline, scoreAtInput } = completeness;
  const own = Math.max(0, items ?? (isWritten(explanation) ? ITEMS : 0));
  const all = itemsOf(explanation);
  const { supporting, opposing } = rankedItems(all);
  const specials = specialsOf(explanation);
  const least = WORTH * all.reduce((sum, { attribution: value }) => sum + Math.abs(value), 0);
  const names = [...new Set(specials.map(({ label }) => label))].join(", ");
  const parts: Omit<WaterfallStep, "from" | "to">[] = [
    ...sideSteps(supporting, own, least, "supporting"),
    ...sideSteps(opposing, own, least, "opposing"),
    ...(specials.length === 0 ? [] : [together("special", names, specials)]),
  ];
  const difference = scoreAtInput - scoreAtBaseline;
  const rest = difference - parts.reduce((sum, { change }) => sum + change, 0);
  if (Math.abs(rest) > ROUNDING * Math.max(Math.abs(difference), Number.MIN_VALUE)) {
    parts.push({ kind: "rest", label: "", count: 0, features: [], change: rest });
  }
  const change = specials.reduce((sum, { attribution: value }) => sum + value, 0);
  const magnitude = attribution.reduce((sum, value) => sum + Math.abs(value), 0);
  const ofSpecials = specials.reduce((sum, { attribution: value }) => sum + Math.abs(value), 0);
  return {
    scoreAtBaseline,
    scoreAtInput,
    steps: placed(parts, scoreAtBaseline, scoreAtInput),
    special: {
      change,
      share: difference === 0 ? null : change / difference,
      ofMagnitude: magnitude > 0 ? ofSpecials / magnitude : 0,
    },
  };
}

function sideSteps(ranked: readonly Item[], own: number, least: number, kind: "supporting" | "opposing") {
  const worth = ranked.filter(({ attribution }) => Math.abs(attribution) >= least);
  const named = worth.slice(0, own);
  const others = ranked.slice(named.length);
  // A step for "the others" that stands for one item is that item.
  const single = others.length === 1 && named.length > 0 ? others : [];
  return [
    ...[...named, ...single].map((item) => together("item", item.label, [item])),
    ...(others.length > single.length ? [together(kind, "", others)] : []),
  ];
}

const together = (
  kind: WaterfallStepKind,
  label: string,
  items: readonly Item[],
): Omit<WaterfallStep, "from" | "to"> => ({
  kind,
  label,
  count: items.length,
  features: items.flatMap(({ features }) => features),
  change: items.reduce((sum, { attribution }) => sum + attribution, 0),
});

/** Each step from where the one before it ends; the last one ends at `end`, whatever rounding says. */
function placed(parts: readonly Omit<WaterfallStep, "from" | "to">[], start: number, end: number): WaterfallStep[] {
  let at = start;
  return parts.map((part, i) => {
    const from = at;
    at = i === parts.length - 1 ? end : from + part.change;
    return { ...part, from, to: at };
  });
}
