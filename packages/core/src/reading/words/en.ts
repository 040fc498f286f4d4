/** @file English. */

import type { Changed, Comparison, EvidenceOn, Noun, RegionPart, Target, Whole, Words } from "./words.ts";

const quoted = (text: string) => `“${text}”`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

const percent = (share: number): string => {
  const value = share * 100;
  if (share > 0 && value < 0.5) return "under 1%";
  if (share < 1 && value >= 99.5) return "over 99%";
  return `${Math.abs(value - 50) < 1 && value !== 50 ? value.toFixed(1) : value.toFixed(0)}%`;
};

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function ordinal(index: number): string {
  const number = index + 1;
  const ending = ["th", "st", "nd", "rd"][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? "th";
  return ORDINALS[index] ?? `${number}${ending}`;
}

const one = (noun: Noun): string => (noun === "word" ? "word" : noun === "patch" ? "part" : noun.one);

const forTarget = (target: Target): string => {
  if (target.kind === "similarity") return "similarity";
  return target.kind === "number" ? "a higher number" : quoted(target.label);
};

const WHOLES: Readonly<Record<Whole, string>> = { text: "text", picture: "picture", input: "input" };

/** What the input was compared with, by name of the baseline. */
const COMPARED: Readonly<Record<string, (whole: string) => string>> = {
  mask: () => "the same text with every word hidden",
  pad: () => "the same text with every word left blank",
  unk: () => "the same text with every word made unknown",
  mean: (whole) => (whole === "picture" ? "a picture of one plain colour" : "the same text made of average words"),
  "zero-embedding": () => "the same text with every word left blank",
  zero: (whole) => `an empty ${whole}`,
  blur: () => "the same picture, blurred",
  black: () => "a black picture",
  white: () => "a white picture",
  noise: () => "a picture of random dots",
  custom: (whole) => `the ${whole} that was given to compare with`,
};

const THE: Readonly<Record<Whole, string>> = { text: "The text", picture: "The picture", input: "The input" };

/** In plain words what the technical part says in its own; what concerns that part alone is left to it. */
const WARNINGS: Readonly<Record<string, (whole: Whole) => string>> = {
  truncated: (whole) => `${THE[whole]} is longer than the model can read. The rest was not looked at.`,
  "answer-window": () =>
    "The text is longer than the model reads at once. It was read in pieces, and only the one with the answer is explained.",
  "no-answer": () => "The model finds it likelier that the text has no answer.",
  windows: (whole) => `${THE[whole]} is longer than the model reads at once. It was read in pieces.`,
  "not-converged": () => "The numbers behind this did not settle. Read them with care.",
  "split-words": () =>
    "Many words of this text are strange to the model. It may be in another language, or hold names, codes or typing errors. The answer may mean little.",
  "unknown-tokens": () =>
    "The model does not know some signs of this text. It reads them all as the same thing, whatever they are.",
  "mostly-unknown": () =>
    "The model does not know much of this text. It reads all of that as the same thing, whatever it is. The answer may mean little.",
  "coarse-view": () =>
    "This picture is much larger than the ones the model knows. It sees only a small, rough copy of it. The answer may mean little.",
  "difference-accepted": () =>
    "The model was run in another way than its file asks for. It may answer otherwise there.",
  dequantised: () => "The model was run in finer steps than its file asks for. Its answer may differ a little.",
  saturation: () => "The model’s file rounds large numbers off. Its answer may differ from the one here.",
  "tokenizer-version": () => "Other software may read this text in another way, and get another answer.",
  "transparency-ignored": () => "See-through parts of the picture were not treated as see-through.",
  "grey-levels-clipped": () => "Bright parts of the picture were cut to plain white.",
  "first-picture-only": () => "The file holds several pictures. Only the first one was looked at.",
  "problem-type": () => "The model’s files do not agree on what its answers are. Check the labels.",
  labels: () => "The model’s files do not agree on the names of its answers. Check the labels.",
};

const compared = ({ baseline, whole }: Comparison): string =>
  COMPARED[baseline ?? ""]?.(WHOLES[whole]) ?? `another ${WHOLES[whole]}`;

function taken({ without, noun }: Changed): string {
  if (Array.isArray(without)) return listed(without);
  const { parts, of } = without as Exclude<Changed["without"], readonly string[]>;
  return `the ${parts} strongest of the ${of} ${noun === "word" ? "words" : noun === "patch" ? "parts" : noun.many}`;
}

function says({ says: { label, probability, value }, isNumber }: Changed): string {
  if (isNumber) return `the model gives ${value}`;
  return `the model says ${quoted(label)}${probability === null ? "" : ` (${percent(probability)})`}`;
}

const REGION_PART_NAMES: Readonly<Record<RegionPart, (region: string) => string>> = {
  left: (region) => `the left part of ${region}`,
  right: (region) => `the right part of ${region}`,
  upper: (region) => `the upper part of ${region}`,
  lower: (region) => `the lower part of ${region}`,
  spots: (region) => `spots in ${region}`,
};

const SIDES: Readonly<Record<EvidenceOn["side"], (target: string) => string>> = {
  for: (target) => `What speaks most for ${target}`,
  against: (target) => `What speaks most against ${target}`,
  matters: (target) => `What matters most for ${target}, for or against`,
};

export const en: Words = {
  code: "en",
  name: "English",
  titles: {
    decision: "What the model says",
    certainty: "How sure it is",
    asked: "What is explained here",
    for: "What speaks for it",
    against: "What speaks against it",
    elsewhere: "Taken together",
    change: "What would change it",
    warning: "Take care",
    caution: "Take care",
    limits: "What the model knows",
    "not-told": "What this does not tell you",
  },
  certainties: {
    "coin-flip": "close to a coin-flip",
    unsure: "not sure",
    leaning: "leaning this way, but not sure",
    "fairly-sure": "fairly sure",
    "very-sure": "very sure",
  },
  strengths: { faint: "hardly counts", weak: "weak", clear: "clear", strong: "strong" },
  regions: {
    "upper left": "the upper left",
    top: "the top",
    "upper right": "the upper right",
    left: "the left",
    centre: "the centre",
    right: "the right",
    "lower left": "the lower left",
    bottom: "the bottom",
    "lower right": "the lower right",
    "all along the top": "all along the top",
    "the middle from left to right": "the middle from left to right",
    "all along the bottom": "all along the bottom",
    "all along the left": "all along the left",
    "the middle from top to bottom": "the middle from top to bottom",
    "all along the right": "all along the right",
  },
  regionPart: (region, part) => REGION_PART_NAMES[part](region),
  quoted,
  occurrence: (name, index) => `the ${ordinal(index)} ${name}`,
  listed,
  percent,
  number: (value) => String(Number(value.toPrecision(3))).replace("-", "−"),
  decision(decision) {
    switch (decision.kind) {
      case "class":
        return `The model says ${quoted(decision.label)}.`;
      case "yes-or-no":
        return `The model says ${decision.yes ? "yes" : "no"} to ${quoted(decision.label)}.`;
      case "several": {
        if (decision.labels.length === 0) return "The model picks none of its labels.";
        const names = listed(decision.labels.map(quoted));
        return `The model picks ${names}${decision.more > 0 ? ` and ${decision.more} more` : ""}. It judges each label by itself.`;
      }
      case "number":
        return `The model gives the number ${decision.value}${decision.of > 1 ? ` for ${quoted(decision.label)}` : ""}.`;
      case "similarity": {
        const other = decision.other === undefined ? "what it is compared with" : quoted(decision.other);
        return `The model puts the similarity with ${other} at ${decision.value}.`;
      }
      case "next":
        return `The model goes on with ${quoted(decision.label)}.`;
      case "fills":
        return `The model puts ${quoted(decision.label)} in the place of the mask.`;
      case "answers":
        return `The model answers ${quoted(decision.label)}.`;
      default:
        return `The model labels ${quoted(decision.token)} as ${quoted(decision.label)}.`;
    }
  },
  certainty({ level, probability, accuracy, unlike, about }) {
    const sure = en.certainties[level];
    const chance = percent(probability);
    const first =
      about !== undefined
        ? `Whether ${quoted(about.label)} fits: the model says ${about.picked ? "yes" : "no"} and is ${sure} (${chance}).`
        : level === "coin-flip"
          ? `But it is ${sure} (${chance}).`
          : `It is ${sure} (${chance}).`;
    if (unlike !== undefined)
      return `${first} Do not rely on that: this ${WHOLES[unlike]} is unlike the ones it knows.`;
    if (accuracy === undefined) return first;
    return `${first} In a test it was right about ${Math.round(100 * accuracy)} times in 100 when it was this sure.`;
  },
  asked(asked) {
    switch (asked.kind) {
      case "other-class": {
        const chance = asked.probability === null ? "" : ` The model gives it ${percent(asked.probability)}.`;
        return `This explains another answer: ${quoted(asked.label)}.${chance}`;
      }
      case "answer": {
        const chance = asked.probability === null ? "" : ` The model gives it ${percent(asked.probability)}.`;
        return `This explains the answer ${quoted(asked.label)}.${chance}`;
      }
      case "against":
        return `This explains ${quoted(asked.label)} rather than ${quoted(asked.against)}.`;
      default:
        return `This explains no single answer, but ${asked.about}.`;
    }
  },
  evidence({ side, target, items, spread, level }) {
    const start = SIDES[side](forTarget(target));
    if (spread) return `${start} is spread over the picture (${en.strengths[level]}).`;
    return `${start}: ${listed(items.map(({ name, level }) => `${name} (${en.strengths[level]})`))}.`;
  },
  noEvidence: (side, noun, target) =>
    side === "matters"
      ? `No ${one(noun)} matters much for ${forTarget(target)}.`
      : `No ${one(noun)} speaks clearly ${side} ${forTarget(target)}.`,
  allWeak: (whole) => `All signs in this ${WHOLES[whole]} are weak. Do not read much into them.`,
  elsewhere: (share, whole) =>
    `About ${percent(share)} of the evidence sits on marks that the model adds itself, and not on any one part of the ${WHOLES[whole]}.`,
  cancels: () => "The signs for and against nearly cancel out.",
  sameScore: (comparison) => `The model gives nearly the same score to ${compared(comparison)}.`,
  inSumAgainst: (whole) => `All in all this ${WHOLES[whole]} speaks against the answer. The model gives it anyway.`,
  part: (quoted) => `the part ${quoted}`,
  changes: (changed) => `Without ${taken(changed)} ${says(changed)}.`,
  neverChanges: (removed, noun) =>
    removed < 2
      ? `Taking away any one ${one(noun)} does not change the answer.`
      : `Taking away any one ${one(noun)}, or up to ${removed} of the strongest together, does not change the answer.`,
  alone: (changed) => `With ${taken(changed)} alone ${says(changed)}.`,
  trainedOn: (what) => `The model learned from ${what}. Other things are new to it.`,
  oneOf: (classes, whole) =>
    `It always picks one of its ${classes} answers, even for a ${WHOLES[whole]} that none of them fits.`,
  doesNotAddUp: (share) => `The numbers behind this do not add up: they miss the total by ${percent(share)}.`,
  warning: (code, whole) => WARNINGS[code]?.(whole),
  notTold(comparison) {
    return `This shows what the model reacts to, compared with ${compared(comparison)}. It does not say whether the answer is right. It does not say what causes what in the world.`;
  },
};
