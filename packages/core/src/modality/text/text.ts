/** @file Texts as a kind of input: tokens and words, compared with and replaced by special tokens. */

import type { ExplainableModel, Modality } from "../../attribution/explainable-model.ts";
import type { PartAttribution, TextExplanation, WordAttribution } from "../../attribution/explanation.ts";
import type { PromptInput, TextInput } from "../../attribution/input.ts";
import { bySign } from "../../attribution/modality.ts";
import { DEFAULT_LAYER_WEIGHTS, TEXT_BASELINES } from "../../attribution/option-words.ts";
import type { ExplainOptions } from "../../attribution/options.ts";
import { spreadOf } from "../../attribution/spread.ts";
import { InputError, keyword } from "../../errors.ts";
import { logitsOf } from "../../transformer/anatomy.ts";
import { availableBaselines, defaultTextBaseline, drawsOf, textBaseline } from "./baseline.ts";
import { customTextBaseline } from "./custom-baseline.ts";
import { exampleTexts } from "./examples.ts";
import { FEATURE_KINDS } from "./features.ts";
import { perturbText } from "./perturb.ts";
import { prepareText, type WholeText } from "./prepare.ts";
import { prepareMasked } from "./prepare-masked.ts";
import { prepareSpan } from "./prepare-span.ts";
import { preparePrompt, type WholePrompt } from "./prompt/prepare.ts";
import { questionForms } from "./question-forms.ts";
import { textReplacements } from "./replacements.ts";
import { unlikeTexts } from "./unlike.ts";

/** Texts, and prompts of language models: their words and tokens are what is explained. */
export const text: Modality<TextInput | PromptInput, WholeText> = {
  name: "text",
  noun: { one: "a text", many: "texts" },
  field: "text",
  forms: ["prompt", "chat"],
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
  questionForms,
  describe: describeText,
  perturb: perturbText,
  examples: exampleTexts,
};

/** Language models read a text as a prompt, and no other model reads prompts. */
async function prepareWritten(
  model: ExplainableModel,
  input: TextInput | PromptInput,
  options: Pick<ExplainOptions, "longText">,
): Promise<WholeText> {
  const { kind } = logitsOf(model.anatomy);
  if (kind === "next-token") return preparePrompt(model, "text" in input ? asPrompt(input) : input);
  if (!("text" in input)) {
    throw new InputError(
      `Cannot explain a prompt with model "${model.facts.id}": its task is ${model.facts.task} and it predicts no tokens that follow; give a text`,
    );
  }
  refuseFields(model, kind, input);
  switch (kind) {
    case "masked-token":
      return prepareMasked(model, input);
    case "span":
      return prepareSpan(model, input);
    default:
      return prepareText(model, input, options);
  }
}

/** What other models than those that understand it are not asked: nobody shall think that it had an effect. */
const FIELDS = { question: "span", mask: "masked-token" } as const;

function refuseFields({ facts }: ExplainableModel, kind: string, input: TextInput): void {
  for (const [field, own] of Object.entries(FIELDS)) {
    if (kind === own || input[field as keyof typeof FIELDS] === undefined) continue;
    throw new InputError(
      `Cannot use "${field}" with model "${facts.id}": its task is ${facts.task}; leave "${field}" out, or give a model for ${own === "span" ? "question-answering" : "fill-mask"}`,
    );
  }
}

function asPrompt({ text, pair, ...others }: TextInput): PromptInput {
  if (pair === undefined) return { ...others, prompt: text };
  throw new InputError("Cannot explain a pair of texts with a language model: it reads one prompt; give one text");
}

function describeText(
  _model: ExplainableModel,
  whole: WholeText | WholePrompt,
  attribution: readonly number[],
  drawn?: readonly (readonly number[])[],
) {
  const words = wordAttributions(whole.whole, attribution, drawn);
  return {
    layout: "text" as const,
    input: { kind: "text" as const, text: whole.whole.text },
    features: whole.whole.features,
    ...("spans" in whole && whole.spans.length > 0 ? { parts: partAttributions(whole, attribution, drawn) } : {}),
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
  drawn?: readonly (readonly number[])[],
): WordAttribution[] {
  const own = words.map((): number[] => []);
  features.forEach(({ word }, t) => {
    if (word !== null) own[word]?.push(t);
  });
  return words.map((word, index) => {
    const features = own[index] as number[];
    return { ...word, attribution: sumAt(attribution, features), ...spreadOf(drawn, features) };
  });
}

const sumAt = (values: readonly number[], features: readonly number[]): number =>
  features.reduce((sum, t) => sum + (values[t] as number), 0);

/** The parts of a prompt, and last what is in none of them. */
function partAttributions(
  { spans, members, whole }: WholePrompt,
  attribution: readonly number[],
  drawn?: readonly (readonly number[])[],
): PartAttribution[] {
  const inside = new Set(members.flat());
  const others = [...whole.features.keys()].filter((t) => !inside.has(t));
  const all = [
    ...spans.map(({ name, start, end }, p) => ({ name, start, end, own: members[p] as readonly number[] })),
    { name: "other", start: null, end: null, own: others },
  ];
  return all.map(({ own, ...part }) => ({ ...part, attribution: sumAt(attribution, own), ...spreadOf(drawn, own) }));
}
