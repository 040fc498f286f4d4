/**
 * @file What laws ask to be explained of a decision, and where in a report on a case it is. A table for the person who
 * answers: no statement that anything is met.
 */

/** A row: what is asked, by which text, what of the report speaks to it, and what no program knows. */
export interface AskedField {
  readonly asked: string;
  readonly source: string;
  /** Names of sections of the report; empty where nothing of it speaks to this. */
  readonly sections: readonly CaseSection[];
  /** What whoever decides has to add. */
  readonly toAdd: string;
}

export const CASE_SECTIONS = {
  decision: "Decision",
  summary: "In plain words",
  evidence: "Evidence for and against",
  counterfactuals: "What would change the decision",
  method: "How it was found out",
  identity: "Model, input and version",
  repeat: "The same numbers again",
  limits: "What cannot be concluded",
} as const;

export type CaseSection = keyof typeof CASE_SECTIONS;

const AI_ACT = "Regulation (EU) 2024/1689 (AI Act), Article 86(1)";
const GDPR_15 = "Regulation (EU) 2016/679 (GDPR), Article 15(1)(h) with Article 22";
const GDPR_22 = "Regulation (EU) 2016/679 (GDPR), Article 22(3)";

export const ASKED_FIELDS: readonly AskedField[] = [
  {
    asked: "The main elements of the decision taken",
    source: AI_ACT,
    sections: ["decision", "summary", "evidence", "counterfactuals"],
    toAdd: "Which decision on the person was taken; this report is about the answer of the model alone.",
  },
  {
    asked: "The role of the AI system in the decision-making procedure",
    source: AI_ACT,
    sections: ["identity"],
    toAdd: "Who or what used the answer of the model, how, and what else was weighed.",
  },
  {
    asked: "An explanation that is clear and meaningful to the person",
    source: AI_ACT,
    sections: ["summary", "limits"],
    toAdd: "Whether the person understands it: in the person's language, with the terms of the case.",
  },
  {
    asked: "Meaningful information about the logic involved",
    source: GDPR_15,
    sections: ["evidence", "counterfactuals", "method"],
    toAdd: "Where the data of the person came from, and what the model was made for and learned from.",
  },
  {
    asked: "The significance and the envisaged consequences of the processing for the person",
    source: GDPR_15,
    sections: [],
    toAdd: "All of it: nothing in a model says what follows from its answer.",
  },
  {
    asked: "To obtain human intervention, to express a point of view and to contest the decision",
    source: GDPR_22,
    sections: ["counterfactuals", "repeat", "limits"],
    toAdd: "Whom to ask, how and until when.",
  },
];

export const ASKED_NOTE =
  "Where this report speaks to what the two regulations ask to be explained of decisions on people. It is no legal advice and does not say that anything in them is met, or that they apply.";
