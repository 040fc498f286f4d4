/** @file Kinds of inputs as those who ask for one see them: plain data for forms, and the files that hold them. */

import type { ExplainableModel, FileForm, Modality } from "../attribution/explainable-model.ts";
import type { InputForm } from "../options/form.ts";
import { optionForms } from "../options/text.ts";
import { nextTokensOf } from "../transformer/anatomy.ts";
import { manyOf } from "../util/plural.ts";

/** A kind of input whose inputs are given as files. */
export interface FileModality extends Modality {
  readonly file: FileForm;
}

/** Those of which files are given, in their order. */
export const fileModalities = (modalities: readonly Modality[]): readonly FileModality[] =>
  modalities.filter((modality): modality is FileModality => modality.file !== undefined);

/** How requests and pages ask for a kind of input; undefined where only code can give it. */
export function inputForm({
  name,
  noun,
  field,
  file,
  written,
  featureKinds,
  baselines,
}: Modality): InputForm | undefined {
  const { called } = file ?? written ?? {};
  if (called === undefined) return undefined;
  return {
    kind: name,
    noun,
    field: file === undefined ? "text" : field,
    called,
    features: manyOf(featureKinds[0]),
    baselines: baselines.names,
    ...(file === undefined
      ? {}
      : {
          file: {
            formats: file.formats,
            endings: file.endings,
            accept: file.accept ?? file.endings.join(","),
            options: optionForms(file.options ?? {}),
            isPicture: file.picture !== undefined,
          },
        }),
  };
}

/** The same of a model: those that predict tokens are given prompts, and those that can be asked more have fields for it. */
export function formOfModel(model: ExplainableModel): InputForm | undefined {
  const { modality, anatomy, tokenizer } = model;
  const form = inputForm(modality);
  if (form === undefined) return form;
  if (nextTokensOf(anatomy) === undefined) {
    const questions = modality.questionForms?.(model) ?? [];
    return questions.length === 0 ? form : { ...form, questions };
  }
  return promptForm(form, { chat: tokenizer?.chat !== undefined });
}

/** The form of texts for a model that predicts tokens. */
export const promptForm = (form: InputForm, prompt: NonNullable<InputForm["prompt"]>): InputForm => ({
  ...form,
  noun: { one: "a prompt", many: "prompts" },
  called: "prompt",
  prompt,
});
