/** @file What forms ask of a text besides its class, by what a model can be asked: as plain data. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { OptionForm } from "../../options/form.ts";
import { logitsOf } from "../../transformer/anatomy.ts";

const GROUP = "Question";
const text = (name: string, title: string, summary: string, otherwise?: string): OptionForm => ({
  name,
  title,
  group: GROUP,
  summary,
  control: { kind: "text", placeholder: "" },
  ...(otherwise === undefined ? {} : { otherwise }),
});

const WITH = text("with", "Compared with", "the text that this one is compared with; it is held fixed", "a text");
const LABELS = text(
  "labels",
  "Labels to choose from",
  "labels that the model was never trained on, separated by commas",
  "the model’s own classes",
);
const HYPOTHESIS = text("hypothesis", "Sentence about a label", "with {} for the label", "This example is {}.");
const MULTI: OptionForm = {
  ...text("multiLabel", "Several labels may fit", "each label is judged by itself"),
  control: { kind: "switch" },
};
const PAIRS: OptionForm = {
  ...text("pairs", "Also word with word", "which word with which word of the other text"),
  control: { kind: "switch" },
};
const QUERY = text("query", "Query", "what the text is judged by; it is held fixed", "none");
const QUESTION = text("question", "Question", "which a part of the text answers; it is held fixed", "a question");
const MASK: OptionForm = {
  ...text("mask", "Which mask", "where the text has several", "the only one"),
  control: { kind: "number", whole: true, words: [], placeholder: "N", min: 1 },
};
const TOKEN = text("token", "Word", "the word whose label is explained", "the most surely labelled one");
const ENTITY = text("entity", "Or words as one", "the label of several words; #0 is the first entity found", "none");
const target = (title: string, summary: string, otherwise: string): OptionForm =>
  text("target", title, summary, otherwise);
const AGAINST = text("against", "Rather than", "the score is that of the word minus that of this one", "nothing");

/** Fields beside the text; "target" takes the place of the choice between classes. */
export function questionForms({ anatomy, labels, sentences }: ExplainableModel): readonly OptionForm[] {
  const output = logitsOf(anatomy);
  switch (output.kind) {
    case "embedding": {
      const names = Object.keys(sentences?.prompts ?? {});
      const prompt = (name: string, title: string): OptionForm => ({
        ...text(name, title, "a prompt of the model’s folder", sentences?.defaultPrompt ?? "none"),
        control: { kind: "choice", words: names, placeholder: "NAME" },
      });
      const prompts = [prompt("textPrompt", "Prompt of the text"), prompt("withPrompt", "Prompt of the other text")];
      return names.length === 0 ? [WITH, PAIRS] : [WITH, PAIRS, ...prompts];
    }
    case "span":
      return [QUESTION, target("Answer", "an answer as it stands in the text", "the best one")];
    case "masked-token":
      return [target("Word", "the word in the place of the mask", "the most probable one"), AGAINST, MASK];
    case "logits":
      if (output.per === "token") return [TOKEN, ENTITY];
      if (labels.some((label) => /^entail/i.test(label))) {
        return [LABELS, HYPOTHESIS, MULTI, target("Label", "a label, or a class of the model", "the best one")];
      }
      return labels.length === 1 ? [QUERY] : [];
    default:
      return [];
  }
}
