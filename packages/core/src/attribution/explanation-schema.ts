/**
 * @file The `Explanation` as one schema: explanations from outside are checked by it, the server's description is made from
 * it, and the compiler holds it to the types. A message says what is wanted of a field.
 */

import * as v from "valibot";
import { quote } from "../errors.ts";
import { DEEP_GREYS } from "../input/image/rgb-image.ts";
import { BACKGROUNDS, isBackground } from "../input/image/samples.ts";
import type {
  AnswerToken,
  AttentionLink,
  BlockCompleteness,
  BlockExplanation,
  CalibrationPoint,
  Completeness,
  Cost,
  Counterfactual,
  CounterfactualFeature,
  CounterfactualPrediction,
  Counterfactuals,
  Entity,
  Explanation,
  ExplanationCommon,
  FeatureNoun,
  ImageExplanation,
  InLanguages,
  Layout,
  ModelCard,
  ModelFacts,
  NamedExplanation,
  PartAttribution,
  PartCounterfactual,
  PatchAttribution,
  PatchFeature,
  Prediction,
  Target,
  TextExplanation,
  TokenFeature,
  TypicalFigures,
  Warning,
  WordAttribution,
  WordPairs,
} from "./explanation.ts";
import { EXPLANATION_VERSION } from "./explanation-versions.ts";
import { SCORE_KINDS } from "./option-words.ts";

// biome-ignore lint/suspicious/noExplicitAny: what a schema takes is of no interest, only what it gives
type SchemaOf<T> = v.GenericSchema<any, T>;
type FieldsOf<T> = { readonly [K in keyof T]-?: SchemaOf<T[K] | undefined> };

/** Fields of a type: one that the schema lacks, or that the type lacks, does not compile. */
const record = <T extends object>(fields: FieldsOf<T>, about = ""): SchemaOf<T> =>
  described(v.object(fields as unknown as v.ObjectEntries, "a record") as unknown as SchemaOf<T>, about);

const described = <T>(schema: SchemaOf<T>, about: string): SchemaOf<T> =>
  about === "" ? schema : (v.pipe(schema, v.description(about)) as SchemaOf<T>);

const text = (about = ""): SchemaOf<string> => described(v.string("a text"), about);
const flag = (about = ""): SchemaOf<boolean> => described(v.boolean("true or false"), about);
const number = (about = ""): SchemaOf<number> => described(v.pipe(v.number("a number"), v.finite("a number")), about);
const wholeFrom = (least: number, about = ""): SchemaOf<number> => {
  const wanted = `a whole number of at least ${least}`;
  return described(v.pipe(v.number(wanted), v.integer(wanted), v.minValue(least, wanted)), about);
};
const count = (about = ""): SchemaOf<number> => wholeFrom(0, about);
const within = (least: number, most: number, wanted: string, about = ""): SchemaOf<number> =>
  described(v.pipe(v.number(wanted), v.minValue(least, wanted), v.maxValue(most, wanted)), about);
const oneOf = <const T extends string>(words: readonly T[], about = ""): SchemaOf<T> =>
  described(v.picklist(words, words.map(quote).join(" or ")), about);
const list = <T>(item: SchemaOf<T>, about = ""): SchemaOf<readonly T[]> => described(v.array(item, "a list"), about);
const optional = <T>(schema: SchemaOf<T>): SchemaOf<T | undefined> => v.optional(schema);
const nullable = <T>(schema: SchemaOf<T>): SchemaOf<T | null> => v.nullable(schema);
/** So many items. */
const tuple = <T>(item: SchemaOf<number>, length: number, about = ""): SchemaOf<T> =>
  described(v.pipe(v.array(item, "a list"), v.length(length)), about) as unknown as SchemaOf<T>;
const anything = (about: string): SchemaOf<Readonly<Record<string, unknown>>> => {
  const isRecord = v.check<Record<string, unknown>, string>((value) => !Array.isArray(value), "a record");
  return described(v.pipe(v.record(v.string(), v.unknown(), "a record"), isRecord), about);
};

/** Pixels. Larger numbers are no pictures, and overflow where they are drawn. */
const MOST_PIXELS = 1e9;
const pixels = (about: string) => within(1, MOST_PIXELS, `a number from 1 to ${MOST_PIXELS}`, about);

const COMPLETENESS: FieldsOf<Completeness> = {
  scoreAtInput: number("Target score at the input"),
  scoreAtBaseline: number("Target score at the baseline"),
  delta: number("Sum of the attributions - (scoreAtInput - scoreAtBaseline)"),
  relativeError: number("|delta| / max(|scoreAtInput - scoreAtBaseline|, 0.001)"),
};
const CLASS = { index: count("Class index"), label: text("Name of the class") };
const SPAN = {
  text: text("As it is in the text"),
  start: count("First character, UTF-16"),
  end: count("End, exclusive"),
};
const PLACE = {
  row: described(v.pipe(v.number("a whole number"), v.integer("a whole number")), ""),
  column: described(v.pipe(v.number("a whole number"), v.integer("a whole number")), ""),
};
const ATTRIBUTION = number("> 0 supports the target, < 0 opposes it, in units of the target score");
const PROBABILITY = nullable(number());
const perFeature = (about: string) => list(number(), `${about}, one number per feature`);

export const WARNING = record<Warning>({ code: text("For programs"), message: text("For people") });

const IN_LANGUAGES = (about: string): SchemaOf<InLanguages> =>
  described(v.record(v.string(), v.string("a text"), "a record of texts by language"), about);

const share = (about: string) => within(0, 1, "a number from 0 to 1", about);

export const MODEL_CARD = record<ModelCard>(
  {
    trainedOn: optional(IN_LANGUAGES("What it learned from, by language")),
    limits: optional(IN_LANGUAGES("Where that ends, by language")),
    dataset: optional(text("What the figures were measured on")),
    calibration: optional(
      list(
        record<CalibrationPoint>({
          probability: share("Mean probability of the answers counted together"),
          accuracy: share("Share of them that were right"),
          inputs: count("How many they were"),
        }),
        "How often it is right where its answer has a probability",
      ),
    ),
    typical: optional(
      record<TypicalFigures>({
        inputs: count("Inputs explained"),
        score: text("Which score"),
        strongest: number("Median of the attribution at full colour"),
        difference: number("Median of the difference of the score from the baseline"),
        extraTokens: optional(
          record<NonNullable<TypicalFigures["extraTokens"]>>(
            { mean: number("Over words"), deviation: number("Standard deviation") },
            "Tokens of a word beyond its first",
          ),
        ),
      }),
    ),
  },
  "What is known of the model besides its weights",
);

export const MODEL_FACTS = record<ModelFacts>({
  id: text("What the model calls itself"),
  family: text("Family of Transformers"),
  task: text("Task"),
  blocks: count("Blocks"),
  heads: count("Attention heads of a block"),
  width: count("Width of the hidden state"),
  activation: optional(
    oneOf(
      ["softmax", "sigmoid", "none"],
      "How logits become probabilities: one class of many, each output for itself, or not at all (regression)",
    ),
  ),
  sha256: text("SHA-256 of the weights file"),
  card: optional(MODEL_CARD),
});

const BLOCK_COMPLETENESS = record<BlockCompleteness>({
  ...COMPLETENESS,
  sum: number("Sum of the relevance"),
  standardError: optional(number("Of the sum, where points were drawn at random")),
  points: count("Quadrature points spent"),
  converged: flag("Whether relativeError is within the tolerance"),
});

export const BLOCK_EXPLANATION = record<BlockExplanation>({
  index: count("Block, from 0"),
  relevance: perFeature("Integrated Gradients of the hidden state"),
  attentionEvidence: perFeature("Attention x attention gradient"),
  heads: optional(list(list(number()), "Attention evidence of every head, where it was asked for")),
  links: optional(
    list(
      list(
        record<AttentionLink>({
          from: count("Feature that looks, from 0"),
          to: count("Feature that is looked at"),
          attention: number("Attention probability"),
          evidence: number("Attention x attention gradient"),
        }),
      ),
      "The strongest links of every head, where heads were asked for",
    ),
  ),
  fused: perFeature("Fusion of the two"),
  weight: number("Share of this block in the final attribution"),
  completeness: BLOCK_COMPLETENESS,
});

const SPREAD = optional(number("Standard error over the draws of the baseline, where it was drawn several times"));

export const WORD_ATTRIBUTION = record<WordAttribution>({ ...SPAN, attribution: ATTRIBUTION, spread: SPREAD });

const PART_ATTRIBUTION = record<PartAttribution>({
  name: text("Name of the part"),
  start: nullable(count("First character in the prompt, UTF-16; null for what is in no part")),
  end: nullable(count("End, exclusive")),
  attribution: number("Sum over its tokens"),
  spread: SPREAD,
});

type TokenBlock = NonNullable<AnswerToken["blocks"]>[number];

const ANSWER_TOKEN = record<AnswerToken>({
  text: text("The token"),
  score: number("Its score behind the prompt and the tokens before it"),
  attribution: perFeature("Attribution of that score"),
  blocks: optional(
    list(
      record<TokenBlock>({
        index: count("Block, from 0"),
        relevance: perFeature("Integrated Gradients of the hidden state"),
        fused: perFeature("Fusion of it with the attention evidence"),
        weight: number("Share of the block in the attribution"),
        completeness: BLOCK_COMPLETENESS,
      }),
      "Evidence at the entry of every block; absent for methods without",
    ),
  ),
});

const WORD_PAIRS = record<WordPairs>(
  {
    other: record<WordPairs["other"]>({
      text: text("The text that this one is compared with"),
      words: list(
        record<WordPairs["other"]["words"][number]>({
          text: text("The word"),
          start: number("Where it begins, UTF-16"),
          end: number("Where it ends"),
        }),
        "Its words",
      ),
    }),
    values: list(list(number("Of this word with a word of the other text"), "Of one word"), "Of each word"),
    rest: number("Sum of the pairs of which one is no word"),
    sum: number("Sum of all pairs"),
    interaction: number("What it must be: the second difference of the similarity between texts and baselines"),
    relativeError: number("By how much the sum misses it"),
    points: number("Places on the path of each text"),
    modelEvaluations: number("Forward passes"),
  },
  "Which word with which one of the other text",
);

const ENTITY = record<Entity>({
  label: text("What it is, without B- and I-"),
  ...SPAN,
  probability: described(PROBABILITY, "Mean over its words of the probability of their labels"),
  features: list(count("Index into features"), "Its tokens"),
});

export const PATCH_ATTRIBUTION = record<PatchAttribution>({ ...PLACE, attribution: ATTRIBUTION });

const COUNTERFACTUAL_PREDICTION = record<CounterfactualPrediction>(
  {
    ...CLASS,
    probability: described(PROBABILITY, "Of that class; null where the output is a number"),
    targetProbability: described(PROBABILITY, "Of the class that is explained; null where the output is a number"),
    score: number("The target score"),
  },
  "What the model says of the changed input",
);
const FLIPS = flag("Whether the decision is another one than at the input");
const COUNTERFACTUAL: FieldsOf<Counterfactual> = {
  features: list(
    record<CounterfactualFeature>({
      features: list(count(), "Indices into features of the explanation"),
      text: optional(SPAN.text),
      start: optional(SPAN.start),
      end: optional(SPAN.end),
      row: optional(count("Row of a patch")),
      column: optional(count("Column of a patch")),
      attribution: number("Sum over its tokens"),
    }),
    "What was removed, strongest first; of evidenceAlone what was kept",
  ),
  prediction: COUNTERFACTUAL_PREDICTION,
  flips: FLIPS,
};

export const COUNTERFACTUALS = record<Counterfactuals>(
  {
    replacement: record<Counterfactuals["replacement"]>({
      name: text("Name of the replacement"),
      becomes: text("What removed features became, after: replaced by"),
    }),
    decision: oneOf(
      ["class", "label", "none"],
      "What flips: the predicted class, the label that is explained, or nothing (the output is a number, or no class is explained)",
    ),
    single: list(record<Counterfactual>(COUNTERFACTUAL), "The strongest features, each removed by itself"),
    together: list(record<Counterfactual>(COUNTERFACTUAL), "The two strongest, the three strongest and so on"),
    smallestFlip: described(
      nullable(
        record<NonNullable<Counterfactuals["smallestFlip"]>>({
          ...COUNTERFACTUAL,
          minimal: flag("Whether the decision is what it was with any one of these features put back"),
        }),
      ),
      "The smallest set found whose removal changes the decision; null where none was found",
    ),
    evidenceAlone: record<Counterfactual>(COUNTERFACTUAL, "The strongest features with everything else removed"),
    allRemoved: record<Counterfactuals["allRemoved"]>({ prediction: COUNTERFACTUAL_PREDICTION, flips: FLIPS }),
    parts: optional(
      list(
        record<PartCounterfactual>({
          name: text("What the part is called"),
          start: SPAN.start,
          end: SPAN.end,
          features: list(count(), "Indices into features of what was removed"),
          prediction: COUNTERFACTUAL_PREDICTION,
          flips: FLIPS,
        }),
        "Parts of a prompt, each removed by itself",
      ),
    ),
    searched: record<Counterfactuals["searched"]>({
      candidates: count("Features that speak for the decision"),
      features: count("Features of the input"),
      removed: count("Most features that were removed together"),
      variants: count("Changed inputs that the model was asked about, the input itself among them"),
      limit: count("The most that it may be asked about"),
    }),
    evaluations: count("Forward passes spent"),
  },
  "What the model says when evidence is taken away, tried out on the model",
);

/** Fields of explanations of every kind. */
const COMMON: FieldsOf<ExplanationCommon> = {
  version: described(
    v.literal(EXPLANATION_VERSION, String(EXPLANATION_VERSION)),
    "Changes when a field changes meaning",
  ),
  model: MODEL_FACTS,
  target: record<Target>({
    ...CLASS,
    index: wholeFrom(-1, "Class index; -1 where what is explained is no class"),
    against: optional(
      record<NonNullable<Target["against"]>>(
        { ...CLASS, index: wholeFrom(-1, "Class index; -1 where it is no class") },
        "What the score is measured against",
      ),
    ),
    token: optional(
      record<NonNullable<Target["token"]>>(
        {
          index: count("Index into features"),
          text: text("The token, or the words of the entity"),
          features: optional(list(count("Index into features"), "All tokens of the entity")),
        },
        "The token, or the entity, whose label is explained",
      ),
    ),
    score: number("Value of the target score at the input"),
    kind: text(`Which score: ${SCORE_KINDS.map(quote).join(", ")}, or the name of a question from outside`),
    unit: optional(text("What readers call the score of a question from outside")),
    probability: described(PROBABILITY, "Probability of the target; null where the output is a number (regression)"),
  }),
  predictions: list(
    record<Prediction>({
      ...CLASS,
      logit: number("Logit, or the number of a regression"),
      probability: described(PROBABILITY, "Probability; null where the output is a number (regression)"),
    }),
    "All classes, best first",
  ),
  attribution: perFeature("> 0 supports the target, < 0 opposes it, in units of the target score"),
  blocks: list(BLOCK_EXPLANATION, "Evidence at the entry of every block; empty for methods without"),
  method: record<ExplanationCommon["method"]>({
    name: text("Name of the method"),
    signed: optional(described(v.literal(false, "false"), "Present where values have neither sign nor unit")),
    options: anything("Every option that had an effect"),
  }),
  completeness: described(nullable(record<Completeness>(COMPLETENESS)), "Of the final attribution"),
  cost: record<Cost>({
    milliseconds: number("Time"),
    modelEvaluations: number("Equivalent whole-model passes"),
    peakBytes: number("Largest resident memory seen, bytes"),
  }),
  warnings: list(WARNING, "What the reader must know"),
  counterfactuals: optional(COUNTERFACTUALS),
  spread: optional(perFeature("Standard error over the draws of the baseline")),
};

/** What tells the kinds of explanations apart. */
const layout = <const T extends Layout>(name: T, about: string) => described(oneOf([name]), about);

const WORDS = "Words with the summed attribution of their tokens";

/** Fields of texts, and of what has features with names as texts have. */
const NAMED_FEATURES = {
  features: list(
    record<TokenFeature>({
      ...SPAN,
      special: flag("Added by the tokenizer"),
      word: described(nullable(count()), "Index into words"),
    }),
    "The tokens of the model",
  ),
  words: list(WORD_ATTRIBUTION, WORDS),
  supporting: list(WORD_ATTRIBUTION, "Words with attribution > 0, strongest first"),
  opposing: list(WORD_ATTRIBUTION, "Words with attribution < 0, strongest first"),
};

export const TEXT_EXPLANATION = record<TextExplanation>({
  ...COMMON,
  layout: layout("text", "Features are tokens of a text"),
  input: record<TextExplanation["input"]>({
    kind: oneOf(["text"], "Kind"),
    text: text("The text as it was given; of a chat the prompt that was made of it"),
  }),
  parts: optional(list(PART_ATTRIBUTION, "Parts of a prompt, last what is in none of them")),
  pairs: optional(WORD_PAIRS),
  entities: optional(list(ENTITY, "Where the label of an entity is explained: all that the model finds")),
  answerTokens: optional(list(ANSWER_TOKEN, "The tokens of an answer, where each was asked about")),
  ...NAMED_FEATURES,
});

export const IMAGE_EXPLANATION = record<ImageExplanation>({
  ...COMMON,
  layout: layout("grid", "Features are patches of a picture"),
  input: record<ImageExplanation["input"]>({
    kind: oneOf(["image"], "Kind"),
    width: pixels("Of the picture as given, pixels"),
    height: pixels("Of the picture as given, pixels"),
    grid: tuple(wholeFrom(1), 2, "Rows and columns of patches"),
    patch: pixels("Side of a patch in pixels of the model's input"),
    seen: tuple(
      within(-MOST_PIXELS, MOST_PIXELS, `a number of at most ${MOST_PIXELS} pixels`),
      4,
      "x, y, width, height of what the model saw, pixels",
    ),
    background: optional(
      described(
        v.pipe(
          v.string(BACKGROUNDS.map(quote).join(" or ")),
          v.check<string, string>(isBackground, BACKGROUNDS.map(quote).join(" or ")),
        ),
        "What transparent pixels were laid on, where transparency was not ignored",
      ),
    ),
    deepGrey: optional(oneOf(DEEP_GREYS, "What was done with grey levels above 255, where they were not cut off")),
  }),
  features: list(
    record<PatchFeature>({ ...PLACE, special: flag() }),
    "Patches; special features have row and column -1",
  ),
  supporting: list(PATCH_ATTRIBUTION, "Patches with attribution > 0, strongest first"),
  opposing: list(PATCH_ATTRIBUTION, "Patches with attribution < 0, strongest first"),
});

export const NAMED_EXPLANATION = record<NamedExplanation>({
  ...COMMON,
  layout: layout("names", "Features have names, in a line"),
  input: record<NamedExplanation["input"]>({
    kind: text("Name of the kind of input"),
    text: text("The names of the features, one after the other"),
    noun: record<FeatureNoun>({ one: text("One feature"), many: text("Several") }, "What readers call features"),
  }),
  ...NAMED_FEATURES,
});

/** The same by layout: every kind of explanation there is. */
export const EXPLANATIONS: { readonly [L in Layout]: SchemaOf<Extract<Explanation, { readonly layout: L }>> } = {
  text: TEXT_EXPLANATION,
  grid: IMAGE_EXPLANATION,
  names: NAMED_EXPLANATION,
};

/** Any of them: `layout` tells which. */
export const EXPLANATION: SchemaOf<Explanation> = v.union(Object.values(EXPLANATIONS));
