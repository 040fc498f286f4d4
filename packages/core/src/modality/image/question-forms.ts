/** @file What forms ask of a picture besides its class, of models that compare it with texts: as plain data. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { OptionForm } from "../../options/form.ts";

const text = (name: string, title: string, summary: string, otherwise: string): OptionForm => ({
  name,
  title,
  group: "Question",
  summary,
  control: { kind: "text", placeholder: "" },
  otherwise,
});

const QUESTIONS: readonly OptionForm[] = [
  text("labels", "Labels to choose from", "what the picture may show, separated by commas", "a text"),
  text("with", "Or one text", "that the picture is compared with", "labels"),
  text("hypothesis", "Sentence about a label", "with {} for the label", "This is a photo of {}."),
  text("target", "Label", "the label that is explained", "the best one"),
  text("against", "Rather than", "the score is that of the label minus that of this one", "nothing"),
];

export const pictureQuestions = ({ texts }: ExplainableModel): readonly OptionForm[] =>
  texts === undefined ? [] : QUESTIONS;
