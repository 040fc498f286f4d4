/** @file Texts as a kind of input: tokens and words, compared with and replaced by special tokens. */

import type { ExplainableModel, Modality } from "../../attribution/explainable-model.ts";
import type { TextExplanation, WordAttribution } from "../../attribution/explanation.ts";
import type { PromptInput, TextInput } from "../../attribution/input.ts";
import { bySign } from "../../attribution/modality.ts";
import { DEFAULT_LAYER_WEIGHTS, TEXT_BASELINES } from "../../attribution/option-words.ts";
import type { ExplainOptions } from "../../attribution/options.ts";
import { InputError, keyword } from "../../errors.ts";
import { nextTokensOf } from "../../transformer/anatomy.ts";
import { availableBaselines, defaultTextBaseline, drawsOf, textBaseline } from "./baseline.ts";
import { customTextBaseline } from "./custom-baseline.ts";
import { exampleTexts } from "./examples.ts";
import { FEATURE_KINDS } from "./features.ts";
import { perturbText } from "./perturb.ts";
import { prepareText, type WholeText } from "./prepare.ts";
import { preparePrompt } from "./prompt/prepare.ts";
import { textReplacements } from "./replacements.ts";
import { unlikeTexts } from "./unlike.ts";

export const text: Modality<TextInput | PromptInput, WholeText> = {
  name: "text",
  noun: { one: "a text", many: "texts" },
  field: "text",
  forms: ["prompt"],
  written: { called: "text", read: (given) => given },
  featureKinds: FEATURE_KINDS,
  options: ["longText"],
  layerWeights: DEFAULT_LAYER_WEIGHTS.text,
  meanHasSpecials: true,
  baselines: {
    names: TEXT_BASELINES,
    available: availableBaselines,
    defaultName: defaultTextBaseline,
    draws: drawsOf,
    states: (model, input, name, seed) => textBaseline(model, input, keyword("baseline", name, TEXT_BASELINES), seed),
    custom: (model, input, baseline) => customTextBaseline(model, input, baseline as TextInput),
  },
  replacements: textReplacements,
  prepare: prepareWritten,
  unlike: unlikeTexts,
  describe: describeText,
  perturb: perturbText,
  examples: exampleTexts,
};

/** Language models read a text as a prompt, and no other model reads prompts. */
function prepareWritten(
  model: ExplainableModel,
  input: TextInput | PromptInput,
  options: Pick<ExplainOptions, "longText">,
): Promise<WholeText> {
  const isPrompt = "prompt" in input;
  if (nextTokensOf(model.anatomy) !== undefined) {
    return preparePrompt(model, isPrompt ? input : { prompt: input.text });
  }
  if (!isPrompt) return prepareText(model, input, options);
  throw new InputError(
    `Cannot explain a prompt with model "${model.facts.id}": it classifies texts and predicts no tokens; give a text`,
  );
}

function describeText(_model: ExplainableModel, { whole }: WholeText, attribution: readonly number[]) {
  const words = wordAttributions(whole, attribution);
  return {
    layout: "text" as const,
    input: { kind: "text" as const, text: whole.text },
    features: whole.features,
    words,
    ...bySign(words),
  };
}

/** Words with the summed attribution of their features. */
function wordAttributions(
  {
    features,
    words,
  }: Pick<TextExplanation, "features"> & { readonly words: readonly Omit<WordAttribution, "attribution">[] },
  attribution: readonly number[],
): WordAttribution[] {
  const sums = new Array<number>(words.length).fill(0);
  features.forEach((feature, t) => {
    if (feature.word !== null) (sums[feature.word] as number) += attribution[t] as number;
  });
  return words.map((word, index) => ({ ...word, attribution: sums[index] as number }));
}
