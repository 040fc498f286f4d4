/** @file English. */

import type { SearchedSize } from "../../../evaluation/decision/smallest-change.ts";
import type { SheetNoun, SheetWords } from "./words.ts";

const NOUNS: Readonly<Record<SheetNoun, readonly [string, string]>> = {
  word: ["word", "words"],
  patch: ["patch", "patches"],
  part: ["part", "parts"],
};

const AI_ACT_86 = "Regulation (EU) 2024/1689 (AI Act), Article 86(1)";
const AI_ACT_13 = "Regulation (EU) 2024/1689 (AI Act), Article 13";
const GDPR_15 = "Regulation (EU) 2016/679 (GDPR), Article 15(1)(h)";
const GDPR_22 = "Regulation (EU) 2016/679 (GDPR), Article 22(3)";
const COURT = "Court of Justice of the EU, C-203/22 (Dun & Bradstreet Austria)";

function searched(sizes: readonly SearchedSize[], noun: SheetNoun, most: number): string {
  const [one, many] = NOUNS[noun];
  if (sizes.length === 0) return `There is only one ${one}: nothing can be left out of it.`;
  const tried = sizes.map(({ size, candidates, sets }) =>
    size === 1
      ? `every one of ${candidates} ${many} by itself`
      : `all ${sets} sets of ${size} of the ${candidates} ${many} that count most by themselves`,
  );
  return `Tried in this order: ${tried.join("; ")}. A set of more than ${most} ${many}, or of others, may change the answer too.`;
}

export const en: SheetWords = {
  titles: {
    system: "The system and its role",
    result: "What the model decided",
    elements: "What speaks for it and against it",
    change: "The smallest change that changes the decision",
    reliability: "How far this can be relied on",
    limits: "What cannot be concluded",
    contest: "Where to contest the decision",
    audit: "Audit trail",
    frame: "What laws ask to be explained",
  },
  fields: {
    system: {
      name: "System",
      version: "Version of the system",
      provider: "Provider",
      purpose: "Intended purpose",
      sha256: "Checksum of its weights, as stated",
    },
    deployer: { name: "Used by", contact: "Contact" },
    decision: {
      reference: "Reference",
      date: "Date of the decision",
      about: "What was decided on",
      outcome: "Decision taken",
      role: "Role of the system in it",
      otherGrounds: "What else was weighed",
      consequences: "Consequences for the person",
    },
    data: { used: "Data used", sources: "Where the data came from" },
    oversight: { humans: "People who checked" },
    contest: { contact: "Whom to ask", how: "How", deadline: "Until when", authority: "Supervisory authority" },
  },
  becomes: {},
  notStated: "not stated",
  allNotStated: (names) => `Not stated: ${names}.`,
  none: "none",
  yes: "yes",
  no: "no",
  point: ".",
  title: (label) => `Evidence sheet of one decision: ${label}`,
  about: (date, version) => `Made on ${date} with calig ${version}.`,
  statedBy: "Stated by whoever uses the system, and not checked here; calig knows the model alone.",
  stated: "As stated",
  resultTable: { title: "Result and runner-up", answer: "Answer", probability: "Probability", number: "Number" },
  resultRows: {
    result: "Result",
    runnerUp: "Runner-up",
    noRunnerUp: "There is no other answer that it competes with.",
  },
  elements: {
    intro: (becomes) =>
      `At most five elements on each side, strongest first. Each was taken away by itself (in its place: ${becomes}) and the model was asked again: “without it” is what the model said then. Numbers are measured, not estimated; a point is a hundredth of probability.`,
    for: (label) => `Speaks for “${label}”`,
    against: (label) => `Speaks against “${label}”`,
    noneFor: (label) => `Nothing speaks clearly for “${label}”.`,
    noneAgainst: (label) => `Nothing speaks clearly against “${label}”.`,
    header: {
      element: { word: "Word", patch: "Patch", part: "Part" },
      share: "Share of the evidence",
      evidence: (unit) => `Evidence (${unit})`,
      without: "Without it",
      change: (label) => `“${label}” changes by`,
      flips: "Decision changes",
    },
    points: (difference) => `${difference} points`,
    more: (count) => `and ${count} more`,
    places: "Rows and columns are counted from 0, from the upper left.",
    marks: "The numbers on the picture are those of the tables.",
    patch: (row, column) => `row ${row}, column ${column}`,
    contrary: "moves the other way",
  },
  change: {
    numbers:
      "The model gives a number: there is no other decision to change to. The table above says how the number changes.",
    none: (most) => `None found: no set of at most ${most} that was tried changes the answer.`,
    verified: (count) =>
      `${count === 1 ? "One element" : `${count} elements`}; asked of the model in a pass of its own. No smaller set among those that were tried does it.`,
    searched,
    replacement: (becomes) => `What stands in for what is removed: ${becomes}.`,
  },
  reliability: {
    table: "Checks on this input",
    header: ["Check", "Result", "What it says"],
    completeness: ["The numbers add up", "That no evidence is lost on the way; not that the model is right."],
    adds: (error) => `missed by ${error}`,
    noSum: "the method does not say what they add up to",
    asMapped: [
      "Tested elements that act as the map says",
      "Taken away, what speaks for the answer should lower it, and what speaks against it raise it.",
    ],
    of: (count, of) => `${count} of ${of}`,
    baselines: [
      "Agreement of three comparisons",
      "Evidence is measured against a stand-in for the input. The closer to 1, the less hangs on which one.",
    ],
    agree: (names, mean, least, same, of) =>
      `${names}: rank correlation ${mean} in the mean, ${least} at least; ${same} of ${of} elements keep their side`,
    noBaselines: "the method compares with one stand-in, or with none",
    order: [
      "Ahead of random orders",
      "Parts are removed and restored in the order of the map, and in random orders. 50 % is what knowing nothing gives.",
    ],
    ahead: (percentile, orders) => `of ${percentile} of ${orders}`,
    weakOrder:
      "On this input the order of the map is not clearly better than a random one. Rely on what was tested, not on the map.",
    contrary:
      "Elements marked “moves the other way” act otherwise than the map says when they are taken away alone: they work together with others.",
    measured: (dataset, inputs) => `What an evaluation of this model says of the method: ${dataset}, ${inputs} inputs`,
    measuredHeader: ["Figure", "Value", "95 % interval", "Random control", "Better", "Inputs"],
    better: { higher: "higher", lower: "lower", none: "" },
    differing: (names) => `Measured with other values of: ${names}.`,
    notMeasured:
      "No evaluation of the method on this model was given: calig evaluate makes one, and --evaluation FILE puts it here.",
  },
  limits: (baseline, checksum) => [
    "Whether the answer of the model is right. The sheet says what the answer rests on, not what is true.",
    "What caused anything in the world. What speaks for an answer is what this model reacts to.",
    "Whether the person was treated as others are. That needs a comparison over many cases.",
    "What the model does with other inputs. What is stated is of this one alone.",
    `Amounts of evidence in themselves. They are measured against a stand-in for the input (${baseline}); another one gives other numbers.`,
    "That a change of the input is one that a person could make, or would make sense. What was tested is what the model does without parts of it.",
    `Anything about a model with another checksum than ${checksum}…, even of the same name.`,
  ],
  warnings: "Warnings:",
  warning: () => undefined,
  contestIntro:
    "Stated by whoever uses the system. A person may ask for a human to look again, say their own view, and contest.",
  audit: {
    table: "What this sheet was made from",
    rows: {
      model: "Model",
      weights: "Weights, SHA-256",
      input: "Input, SHA-256",
      of: "of",
      method: "Method",
      seed: "Seed",
      made: "Made",
      versions: "With",
      context: "Context file, SHA-256",
      evaluation: "Evaluation file, SHA-256",
      numbers: "Numbers, SHA-256",
      sheet: "Sheet, SHA-256",
    },
    of: { text: "the text in UTF-8", file: "the file", pixels: "the pixels", input: "the input" },
    command:
      "This command makes the sheet again, to the digit: with the same version of calig, the model and the files of the checksums above it gives the same checksum of the numbers. On another processor the last digits may differ.",
    noCommand: "No command is printed:",
    check:
      "calig decision --check FILE says whether this sheet is as it was written: it computes both checksums again, and of a page whether it shows what its data say.",
  },
  frame: {
    note: "The sheet supports an answer to what these texts ask; it does not establish compliance with any of them, and is no legal advice. Whether they apply is not said here.",
    table: "Asked, where it is in this sheet, and what whoever decides has to add",
    header: ["Asked", "By", "In this sheet", "To be added"],
    nothing: "nothing",
    rows: [
      {
        asked: "The role of the AI system in the decision-making procedure",
        source: AI_ACT_86,
        sections: ["system"],
        toAdd: "Who or what used the answer, how, and what else was weighed: fields of the context.",
      },
      {
        asked: "The main elements of the decision taken",
        source: AI_ACT_86,
        sections: ["result", "elements", "change"],
        toAdd: "The decision on the person; this sheet is about the answer of the model alone.",
      },
      {
        asked: "Information that lets deployers interpret the output and use it appropriately",
        source: AI_ACT_13,
        sections: ["reliability", "limits", "audit"],
        toAdd: "Instructions for use of the provider, with accuracy, known risks and oversight.",
      },
      {
        asked: "Meaningful information about the logic involved, significance and consequences",
        source: GDPR_15,
        sections: ["elements", "change", "reliability"],
        toAdd: "What follows for the person: no model knows it.",
      },
      {
        asked: "Which data on the person were used, and how",
        source: COURT,
        sections: ["elements", "audit"],
        toAdd: "Data used outside the model, and where all of them came from.",
      },
      {
        asked: "To what extent a change of the data would have led to another result",
        source: COURT,
        sections: ["change", "elements"],
        toAdd: "Changes in the terms of the case: those tested here take parts of the input away.",
      },
      {
        asked: "Human intervention, the person’s point of view, and contesting the decision",
        source: GDPR_22,
        sections: ["contest"],
        toAdd: "Whom to ask, how and until when.",
      },
    ],
  },
};
