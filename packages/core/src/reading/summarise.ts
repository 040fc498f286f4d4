/** @file From an explanation to its summary: what is said is chosen here, by rule; the words are those of a language. */

import type { Explanation, InLanguages } from "../attribution/explanation.ts";
import { visible } from "../util/plain-text.ts";
import { certaintyOf } from "./certainty.ts";
import { changesOf } from "./changes.ts";
import { decisionOf, isDecided, isSimilarity, isTokenTask, labelOf } from "./decision.ts";
import { evidenceOn } from "./evidence-on.ts";
import { headKind, isClass } from "./head.ts";
import { isSigned, specialsOf } from "./items.ts";
import { DEFAULT_LANGUAGE, wordsOf } from "./languages.ts";
import { isUnlike, totalReference } from "./strength.ts";
import { STATEMENT_KINDS, type Statement, type Summary } from "./summary.ts";
import type { Asked, Comparison, Noun, Target, Whole, Words } from "./words/words.ts";

/** In which language an explanation is summed up. */
export interface SummariseOptions {
  /** Code of a language ("en", "de"), or the words of one. Default "en". */
  readonly language?: string | Words;
  /** Languages from outside, which a code may mean besides calig's own. */
  readonly languages?: readonly Words[];
}

/** All evidence below this is called weak. */
const ALL_WEAK = 1 / 3;
/** Share of the evidence on special positions from which on it is said. */
const MUCH_ELSEWHERE = 0.3;
/** Share of what inputs usually move the score by: below it, this one moves it neither way. */
const HARDLY_MOVES = 0.15;
/** Warnings that stand before all evidence. */
const FIRST_OF_ALL: ReadonlySet<string> = new Set(["difference-accepted", "truncated"]);
/** Share by which the sum of the evidence may miss the score where no tolerance was asked for. */
const ADDS_UP = 0.05;

/**
 * What an explanation says, in plain words: made by rule, from the explanation alone. docs/reading.md has the rules.
 *
 * @throws {InvalidOptionError} For a language that there is none of.
 */
export function summarise(
  explanation: Explanation,
  { language = DEFAULT_LANGUAGE, languages }: SummariseOptions = {},
): Summary {
  const words = wordsOf(language, languages);
  const situation: Situation = { explanation, words, whole: wholeOf(explanation), noun: nounOf(explanation) };
  const decision = words.decision(decisionOf(explanation, words.number));
  const sides = evidence(situation);
  const statements: Statement[] = [
    { kind: "decision", text: decision },
    ...certaintyStatement(situation),
    ...askedOf(explanation).map((asked): Statement => ({ kind: "asked", text: words.asked(asked) })),
    ...sides,
    ...elsewhere(situation, sides),
    ...changesOf(explanation, words, situation.noun),
    ...warnings(situation),
    ...limits(situation),
    { kind: "not-told", text: words.notTold(comparisonOf(situation)) },
  ];
  const ordered = STATEMENT_KINDS.flatMap((kind) => statements.filter((statement) => statement.kind === kind));
  const { level, probability, accuracy } = certaintyOf(explanation);
  return {
    language: words.code,
    decision,
    certainty: {
      level,
      words: level === null ? "" : words.certainties[level],
      probability,
      ...(accuracy === undefined ? {} : { accuracy }),
    },
    statements: ordered,
    titles: words.titles,
    text: paragraphsOf(ordered),
  };
}

/** What every part of the summary is made from. */
interface Situation {
  readonly explanation: Explanation;
  readonly words: Words;
  readonly whole: Whole;
  readonly noun: Noun;
}

const PARAGRAPHS = [
  ["decision", "certainty", "asked", "caution"],
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
function comparisonOf({ explanation, whole }: Situation): Comparison {
  const { baseline } = explanation.method.options;
  return { baseline: typeof baseline === "string" ? baseline : undefined, whole };
}

function certaintyStatement({ explanation, words, whole }: Situation): Statement[] {
  const { level, probability, accuracy, about } = certaintyOf(explanation);
  if (level === null || probability === null) return [];
  const unlike = isUnlike(explanation) ? whole : undefined;
  const named = about === undefined ? {} : { about: { label: labelOf(explanation, about), picked: about.picked } };
  return [{ kind: "certainty", text: words.certainty({ level, probability, accuracy, unlike, ...named }) }];
}

function askedOf(explanation: Explanation): Asked[] {
  const { target } = explanation;
  const label = labelOf(explanation, target);
  if (target.against !== undefined) {
    return [{ kind: "against", label, against: labelOf(explanation, target.against) }];
  }
  if (isTokenTask(explanation)) {
    const isFirst = explanation.predictions[0]?.index === target.index;
    return isFirst ? [] : [{ kind: "answer", label, probability: target.probability }];
  }
  if (isSimilarity(explanation)) return [];
  if (!isClass(target)) return [{ kind: "question", about: visible(target.label) }];
  if (isDecided(explanation)) return [];
  // Where each label is a question of its own, there is no other answer.
  const isOfSeveral = headKind(explanation) === "classes";
  return [{ kind: isOfSeveral ? "other-class" : "answer", label, probability: target.probability }];
}

function targetOf(explanation: Explanation): Target {
  if (isSimilarity(explanation)) return { kind: "similarity" };
  const label = labelOf(explanation, explanation.target);
  return { kind: headKind(explanation) === "numbers" ? "number" : "label", label };
}

function evidence({ explanation, words, whole, noun }: Situation): Statement[] {
  const sides = isSigned(explanation) ? (["for", "against"] as const) : (["matters"] as const);
  const on = evidenceOn(explanation, words);
  const target = targetOf(explanation);
  const statements = sides.map((side): Statement => {
    const { items, spread, share, level } = on(side);
    const kind = side === "against" ? "against" : "for";
    if (items.length === 0 && !spread) return { kind, text: words.noEvidence(side, noun, target) };
    const text = words.evidence({ side, target, items, noun, spread, share, level });
    return { kind, text, items, features: items.flatMap(({ features }) => features) };
  });
  const isSpread = sides.some((side) => on(side).spread);
  const strongest = statements.flatMap(({ items = [] }) => items.map((item) => item.strength));
  // Of numbers of a regression nobody knows what is much.
  const isKnown = isSigned(explanation) && totalReference(explanation) > 0;
  if (isKnown && !isSpread && Math.max(0, ...strongest) < ALL_WEAK) {
    statements.push({ kind: "elsewhere", text: words.allWeak(whole) });
  }
  return statements;
}

function elsewhere(situation: Situation, sides: readonly Statement[]): Statement[] {
  const { explanation, words, whole } = situation;
  const comparison = comparisonOf(situation);
  const on = (side: "for" | "against") =>
    sides.some(({ kind, items = [] }) => kind === side && items.some(({ strength }) => strength >= ALL_WEAK));
  const { completeness, attribution } = explanation;
  const specials = specialsOf(explanation);
  const magnitude = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const all = magnitude(attribution);
  const share = all > 0 ? magnitude(specials.map((item) => item.attribution)) / all : 0;
  const statements: Statement[] = [];
  const usual = totalReference(explanation);
  const difference = completeness === null ? Number.NaN : completeness.scoreAtInput - completeness.scoreAtBaseline;
  const isClear = on("for") && on("against");
  const isSmall = usual > 0 && Math.abs(difference) < HARDLY_MOVES * usual;
  if (isSmall && isDecided(explanation)) {
    statements.push({ kind: "elsewhere", text: isClear ? words.cancels() : words.sameScore(comparison) });
  } else if (usual > 0 && isDecided(explanation) && difference <= -HARDLY_MOVES * usual) {
    statements.push({ kind: "elsewhere", text: words.inSumAgainst(whole) });
  }
  if (isSigned(explanation) && share >= MUCH_ELSEWHERE) {
    const features = specials.flatMap((item) => item.features);
    statements.push({ kind: "elsewhere", text: words.elsewhere(share, whole), features });
  }
  return statements;
}

function warnings({ explanation, words, whole }: Situation): Statement[] {
  const told = new Map<string, Statement>();
  for (const { code } of explanation.warnings) {
    const text = words.warning(code, whole);
    const kind = FIRST_OF_ALL.has(code) ? "caution" : "warning";
    if (text !== undefined && !told.has(code)) told.set(code, { kind, text, code });
  }
  const { completeness, method } = explanation;
  const { tolerance } = method.options;
  const most = Math.max(ADDS_UP, typeof tolerance === "number" ? tolerance : 0);
  if (completeness !== null && completeness.relativeError > most && !told.has("not-converged")) {
    const text = words.doesNotAddUp(completeness.relativeError);
    told.set("does-not-add-up", { kind: "warning", text, code: "does-not-add-up" });
  }
  return [...told.values()];
}

/** A text in the language, else in English, else in whichever there is. */
function said(texts: InLanguages | undefined, { code }: Words): string | undefined {
  const text = texts?.[code] ?? texts?.[code.split("-")[0] ?? ""] ?? texts?.en ?? Object.values(texts ?? {})[0];
  return text === undefined ? undefined : visible(text);
}

function limits({ explanation, words, whole }: Situation): Statement[] {
  const { model, predictions } = explanation;
  const learned = said(model.card?.trainedOn, words);
  const stated = said(model.card?.limits, words);
  const texts = [
    ...(learned === undefined ? [] : [words.trainedOn(learned)]),
    ...(headKind(explanation) === "classes" && predictions.length > 1 && !isTokenTask(explanation)
      ? [words.oneOf(predictions.length, whole)]
      : []),
    ...(stated === undefined ? [] : [stated]),
  ];
  return texts.map((text): Statement => ({ kind: "limits", text }));
}
