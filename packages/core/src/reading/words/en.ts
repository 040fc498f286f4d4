/** @file English. */

import type { EvidenceOn, Noun, Target, Whole, Words } from "./words.ts";

const quoted = (text: string) => `“${text}”`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

const percent = (share: number): string => {
  const value = share * 100;
  if (share > 0 && value < 1) return "under 1%";
  if (share < 1 && value > 99) return "over 99%";
  return `${Math.abs(value - 50) < 1 && value !== 50 ? value.toFixed(1) : value.toFixed(0)}%`;
};

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function ordinal(index: number): string {
  const number = index + 1;
  const ending = ["th", "st", "nd", "rd"][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? "th";
  return ORDINALS[index] ?? `${number}${ending}`;
}

const one = (noun: Noun): string => (noun === "word" ? "word" : noun === "patch" ? "part" : noun.one);

const forTarget = ({ kind, label }: Target): string => (kind === "number" ? "a higher number" : quoted(label));

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

const WARNINGS: Readonly<Record<string, (whole: Whole) => string>> = {
  truncated: (whole) => `The ${WHOLES[whole]} is longer than the model can read. The rest was not looked at.`,
  windows: (whole) =>
    `The ${WHOLES[whole]} is longer than the model reads at once. It was read in pieces, and the pieces were put together.`,
  "not-converged": () => "The numbers behind this did not settle. Read them with care.",
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
    elsewhere: "Not in any one part",
    change: "What would change it",
    warning: "Take care",
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
      default:
        return `The model labels ${quoted(decision.token)} as ${quoted(decision.label)}.`;
    }
  },
  certainty: (level, probability) =>
    level === "coin-flip"
      ? `But it is close to a coin-flip (${percent(probability)}).`
      : `It is ${en.certainties[level]} (${percent(probability)}).`,
  asked(asked) {
    switch (asked.kind) {
      case "other-class": {
        const chance = asked.probability === null ? "" : ` The model gives it ${percent(asked.probability)}.`;
        return `This explains another answer: ${quoted(asked.label)}.${chance}`;
      }
      case "against":
        return `This explains ${quoted(asked.label)} rather than ${quoted(asked.against)}.`;
      default:
        return `This explains no single answer, but ${asked.about}.`;
    }
  },
  evidence({ side, target, items, spread }) {
    const start = SIDES[side](forTarget(target));
    if (spread) return `${start} is spread over the picture.`;
    return `${start}: ${listed(items.map(({ name, level }) => `${name} (${en.strengths[level]})`))}.`;
  },
  noEvidence: (side, noun, target) =>
    side === "matters"
      ? `No ${one(noun)} matters much for ${forTarget(target)}.`
      : `No ${one(noun)} speaks clearly ${side} ${forTarget(target)}.`,
  allWeak: (whole) => `All signs in this ${WHOLES[whole]} are weak. Do not read much into them.`,
  elsewhere: (share, whole) =>
    `About ${percent(share)} of the evidence sits on marks that the model adds itself, and not on any one part of the ${WHOLES[whole]}.`,
  warning: (code, whole) => WARNINGS[code]?.(whole),
  notTold({ baseline, whole }) {
    const compared = COMPARED[baseline ?? ""]?.(WHOLES[whole]) ?? `another ${WHOLES[whole]}`;
    return `This shows what the model reacts to, compared with ${compared}. It does not say whether the answer is right. It does not say what causes what in the world.`;
  },
};
