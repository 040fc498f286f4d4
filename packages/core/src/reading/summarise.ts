/** @file From an explanation to its summary: what is said is chosen here, by rule; the words are those of a language. */

import type { Explanation, ImageExplanation } from "../attribution/explanation.ts";
import { visible } from "../util/plain-text.ts";
import { certaintyOf } from "./certainty.ts";
import { decisionOf, isDecided } from "./decision.ts";
import { className, headKind, isClass } from "./head.ts";
import { type Item, isSigned, itemsOf, rankedItems, specialsOf } from "./items.ts";
import { DEFAULT_LANGUAGE, wordsOf } from "./languages.ts";
import { ninthsOf, REGIONS, sideOf } from "./regions.ts";
import { strength, strengthBound, strengthLevel } from "./strength.ts";
import type { Statement, Summary, SummaryItem } from "./summary.ts";
import { STATEMENT_KINDS } from "./summary.ts";
import type { Asked, EvidenceOn, Noun, Target, Whole, Words } from "./words/words.ts";

export interface SummariseOptions {
  /** Code of a language ("en", "de"), or the words of one. Default "en". */
  readonly language?: string | Words;
}

/** Most words that a sentence names. */
const NAMED = 3;
/** What is weaker than this, on the absolute scale, is not named. */
const WORTH_NAMING = 0.1;
/** And what is below this share of the strongest that is there. */
const WORTH_BESIDE = 0.2;
/** All evidence below this is called weak. */
const ALL_WEAK = 0.3;
/** Share of the evidence on special positions from which on it is said. */
const MUCH_ELSEWHERE = 0.3;

/**
 * What an explanation says, in plain words: made by rule, from the explanation alone.
 *
 * @throws {InvalidOptionError} For a language that there is none of.
 */
export function summarise(explanation: Explanation, { language = DEFAULT_LANGUAGE }: SummariseOptions = {}): Summary {
  const words = wordsOf(language);
  const whole = wholeOf(explanation);
  const decision = words.decision(decisionOf(explanation, words.number));
  const { level, probability, accuracy } = certaintyOf(explanation);
  const certainty =
    level === null || probability === null
      ? { level: null, words: "", probability: null }
      : { level, words: words.certainties[level], probability, ...(accuracy === undefined ? {} : { accuracy }) };
  const statements: Statement[] = [
    { kind: "decision", text: decision },
    ...(level === null || probability === null
      ? []
      : [{ kind: "certainty" as const, text: words.certainty(level, probability) }]),
    ...askedOf(explanation).map((asked): Statement => ({ kind: "asked", text: words.asked(asked) })),
    ...evidenceOf(explanation, words, whole),
    ...elsewhere(explanation, words, whole),
    ...warnings(explanation, words, whole),
    { kind: "not-told", text: words.notTold({ baseline: baselineOf(explanation), whole }) },
  ];
  const ordered = STATEMENT_KINDS.flatMap((kind) => statements.filter((statement) => statement.kind === kind));
  return {
    language: words.code,
    decision,
    certainty,
    statements: ordered,
    titles: words.titles,
    text: paragraphsOf(ordered),
  };
}

const PARAGRAPHS = [
  ["decision", "certainty", "asked"],
  ["for", "against", "elsewhere"],
  ["change"],
  ["warning", "limits", "not-told"],
];

function paragraphsOf(statements: readonly Statement[]): string {
  return PARAGRAPHS.map((kinds) =>
    statements
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ text }) => text)
      .join(" "),
  )
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

const WHOLES = { text: "text", grid: "picture", names: "input" } as const;
const wholeOf = ({ layout }: Explanation): Whole => WHOLES[layout];

function nounOf(explanation: Explanation): Noun {
  if (explanation.layout === "names") return explanation.input.noun;
  return explanation.layout === "grid" ? "patch" : "word";
}

/** The name of a baseline of calig's own; undefined of one from outside. */
function baselineOf({ method }: Explanation): string | undefined {
  const { baseline } = method.options;
  return typeof baseline === "string" ? baseline : undefined;
}

function askedOf(explanation: Explanation): Asked[] {
  const { target } = explanation;
  const label = visible(className(explanation, target));
  if (!isClass(target)) return [{ kind: "question", about: visible(target.label) }];
  if (target.against !== undefined) {
    return [{ kind: "against", label, against: visible(className(explanation, target.against)) }];
  }
  return isDecided(explanation) ? [] : [{ kind: "other-class", label, probability: target.probability }];
}

function targetOf(explanation: Explanation): Target {
  const label = visible(className(explanation, explanation.target));
  return { kind: headKind(explanation) === "numbers" ? "number" : "label", label };
}

function evidenceOf(explanation: Explanation, words: Words, whole: Whole): Statement[] {
  const sides = isSigned(explanation) ? (["for", "against"] as const) : (["matters"] as const);
  const named = explanation.layout === "grid" ? regionsOn(explanation, words) : wordsOn(explanation, words);
  const noun = nounOf(explanation);
  const target = targetOf(explanation);
  const statements = sides.map((side): Statement => {
    const { items, spread, share } = named(side);
    const kind = side === "against" ? "against" : "for";
    if (items.length === 0 && !spread) return { kind, text: words.noEvidence(side, noun, target) };
    const text = words.evidence({ side, target, items, noun, spread, share });
    return { kind, text, items, features: items.flatMap(({ features }) => features) };
  });
  const strongest = statements.flatMap(({ items = [] }) => items.map((item) => item.strength));
  if (isSigned(explanation) && Math.max(0, ...strongest) < ALL_WEAK) {
    statements.push({ kind: "elsewhere", text: words.allWeak(whole) });
  }
  return statements;
}

type OnSide = (side: EvidenceOn["side"]) => Pick<EvidenceOn, "spread" | "share"> & { readonly items: SummaryItem[] };

const HAS_LETTER = /[\p{L}\p{N}\p{S}]/u;

function wordsOn(explanation: Explanation, words: Words): OnSide {
  const items = itemsOf(explanation);
  const names = namesOf(items, words);
  const { supporting, opposing } = rankedItems(items);
  const all = items.reduce((sum, { attribution }) => sum + Math.abs(attribution), 0);
  const strongest = Math.max(0, ...items.map(({ attribution }) => Math.abs(attribution)));
  return (side) => {
    const ranked = side === "against" ? opposing : supporting;
    const held = ranked.reduce((sum, { attribution }) => sum + Math.abs(attribution), 0);
    // A full stop is told where it is the strongest of its side.
    const told = ranked.filter(({ name }, place) => place === 0 || HAS_LETTER.test(name));
    const worth = told.flatMap((item) => {
      const value = strength(explanation, item.attribution);
      if (value < WORTH_NAMING || Math.abs(item.attribution) < WORTH_BESIDE * strongest) return [];
      return [summaryItem(names[item.index]!, item.features, item.attribution, value, words)];
    });
    return { items: worth.slice(0, NAMED), spread: false, share: all > 0 ? held / all : 0 };
  };
}

const summaryItem = (
  name: string,
  features: readonly number[],
  attribution: number,
  value: number,
  words: Words,
): SummaryItem => {
  const level = strengthLevel(value);
  return { name, features, attribution, strength: value, level, word: words.strengths[level] };
};

/** What sentences call the items: the second “is”, where a word occurs several times. */
function namesOf(items: readonly Item[], words: Words): string[] {
  const counts = new Map<string, number>();
  for (const { name } of items) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return items.map(({ name }) => {
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    const quoted = words.quoted(visible(name));
    return counts.get(name) === 1 ? quoted : words.occurrence(quoted, index);
  });
}

function regionsOn(explanation: ImageExplanation, words: Words): OnSide {
  const { support, oppose, patches, regionOf } = ninthsOf(explanation, explanation.attribution);
  const total = [...support, ...oppose].reduce((sum, value) => sum + value, 0);
  const bound = strengthBound(explanation);
  return (side) => {
    const held = side === "for" ? support : side === "against" ? oppose : support.map((value, i) => value + oppose[i]!);
    const { regions, ninths, total: own } = sideOf(held, patches);
    const sign = side === "against" ? -1 : 1;
    // A region is as strong as the mean of the strongest tenth of the picture would be.
    const strengthOf = (value: number, count: number) => (bound > 0 ? Math.min(1, value / (bound * count)) : 0);
    const membersOf = (region: number) =>
      explanation.features.flatMap((_, i) =>
        regionOf[i] === region && Math.sign(explanation.attribution[i] ?? 0) !== -sign ? [i] : [],
      );
    const parts = ninths.map((region) => ({
      name: REGIONS[region]!,
      features: membersOf(region),
      value: held[region]!,
      count: patches[region]!,
    }));
    const [only] = regions;
    const joined =
      regions.length === 1 && ninths.length > 1 && only !== undefined
        ? [
            {
              name: only,
              features: parts.flatMap(({ features }) => features),
              value: parts.reduce((sum, { value }) => sum + value, 0),
              count: parts.reduce((sum, { count }) => sum + count, 0),
            },
          ]
        : parts;
    const items = joined.map(({ name, features, value, count }) =>
      summaryItem(words.regions[name], features, sign * value, strengthOf(value, count), words),
    );
    return { items, spread: items.length === 0 && own > 0, share: total > 0 ? own / total : 0 };
  };
}

function elsewhere(explanation: Explanation, words: Words, whole: Whole): Statement[] {
  const specials = specialsOf(explanation);
  const magnitude = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const all = magnitude(explanation.attribution);
  const share = all > 0 ? magnitude(specials.map(({ attribution }) => attribution)) / all : 0;
  if (share < MUCH_ELSEWHERE) return [];
  const features = specials.flatMap((item) => item.features);
  return [{ kind: "elsewhere", text: words.elsewhere(share, whole), features }];
}

function warnings({ warnings: all }: Explanation, words: Words, whole: Whole): Statement[] {
  return all.flatMap(({ code }): Statement[] => {
    const text = words.warning(code, whole);
    return text === undefined ? [] : [{ kind: "warning", text, code }];
  });
}
