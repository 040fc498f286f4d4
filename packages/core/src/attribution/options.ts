/**
 * @file The options of an explanation, each declared once: types, bounds, defaults, and what they are for. The API, the
 * command line, the server, the page, the docs and the keys of what is kept are made from this table.
 */

import { boolean, custom, string, union } from "valibot";
import {
  defineOption,
  type GivenOptions,
  type OptionDeclaration,
  type OptionsOf,
  type OptionTable,
  type ResolvedOf,
} from "../options/option.ts";
import {
  byteSize,
  flag,
  nameOrIndex,
  number,
  numbersOr,
  oneOf,
  oneOfOr,
  oneOrMoreOf,
  text,
  wholeNumber,
  wholeNumberOr,
  wholeNumbers,
} from "../options/types.ts";
import { DEFAULT_EFFORT, EFFORT_PLANS, EFFORTS, type Effort } from "./effort.ts";
import type { ScoreKind } from "./explanation.ts";
import {
  BASELINES,
  type CounterfactualOptions,
  type CustomBaseline,
  DEFAULT_LAYER_WEIGHTS,
  DEFAULTS,
  defaultQuadrature,
  FUSIONS,
  type Fusion,
  LAYER_WEIGHTS,
  type LayerWeightsName,
  LONG_TEXTS,
  type LongText,
  QUADRATURES,
  type Quadrature,
  type QuestionObject,
  type ReplacementObject,
  SCORE_KINDS,
} from "./option-words.ts";

export * from "./option-words.ts";

/** A method as an object: one of `METHODS`, or one of the caller's own made by `defineMethod` (method.ts says what it has). */
export interface MethodObject {
  /** Lower case, words joined by hyphens: "integrated-gradients". Unique among the methods of a run. */
  readonly name: string;
  /** As people write it: "Integrated Gradients". Default: the name as a sentence. */
  readonly title?: string;
  /** One line for help texts, with the source. */
  readonly summary: string;
  /** Whether values below 0 say that a feature opposes the target. Without a sign, larger is more influence either way. */
  readonly signed: boolean;
  /** Whether the values depend on which class is explained. */
  readonly classSpecific: boolean;
  /** Whether attributions add up to the score at the input minus that at the baseline, within the tolerance. Absent for no. */
  readonly complete?: true;
  /** Measured only where it is named, for its cost: not among the methods that are compared by default. Absent for no. */
  readonly onRequest?: true;
  /** Knows nothing of the input: what other methods must beat. */
  readonly randomControl?: true;
  /**
   * What this object was made with, as plain data: `{ samples: 50 }`. Results state it, and stored measurements are used
   * again only for the same settings. Absent for none.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Changes when the numbers of the method change: stored measurements of older ones are not used. Absent for 1. */
  readonly revision?: number;
  readonly options?: OptionTable;
  run(context: never): Promise<unknown>;
}

/** Questions are objects that TypeScript callers give; what is wrong with one is said where it is defined. */
const QUESTION = custom<QuestionObject>(
  (value) => typeof value === "object" && typeof (value as Partial<QuestionObject> | null)?.emit === "function",
);

/** How counterfactuals are tested. */
export const COUNTERFACTUAL_OPTIONS = {
  replacement: defineOption<string | ReplacementObject>({
    type: {
      ...text("NAME"),
      schema: union([string(), custom<ReplacementObject>((value) => typeof value === "object" && value !== null)]),
    },
    group: "What is explained",
    summary: "what stands in for removed features",
    otherwise: "what metrics use: mask token or what the model has, blur for images",
  }),
  strongest: defineOption<number>({
    type: wholeNumber({ min: 1, max: 100 }),
    group: "What is explained",
    summary: "how many of the strongest features are removed one by one",
    default: 5,
  }),
  limit: defineOption<number>({
    type: wholeNumber({ min: 1, max: 100_000 }),
    group: "What is explained",
    summary: "most changed inputs that the search asks the model about",
    default: 256,
  }),
};

/** Options that every method takes: what is explained, and with what. */
export const GENERAL_OPTIONS = {
  /**
   * Class to explain, by label or index: a number, or "#1", which is an index whatever the classes are called. A label that
   * several classes have is refused.
   */
  target: defineOption({
    type: nameOrIndex("LABEL|INDEX", "a label"),
    group: "What is explained",
    summary: "class to explain, by name or index; #1 is the index 1 whatever the classes are called",
    otherwise: "the predicted class",
  }),
  /** Class to explain the target against, named as `target` is: the score becomes the difference of the two. */
  against: defineOption({
    type: nameOrIndex("LABEL|INDEX", "a label"),
    group: "What is explained",
    summary: "explain the target against this class: the score is the difference of the two",
  }),
  /**
   * For models that label every token: which one, by its index in `units` (a number, or "#5") or by the word it begins, where
   * the text has it once.
   */
  token: defineOption({
    type: nameOrIndex("WORD|INDEX", "a word"),
    group: "What is explained",
    summary:
      "the token whose label is explained, for models that label every token; a word that comes twice needs an index, as in #5",
    otherwise: "the one most surely labelled otherwise than most",
  }),
  /**
   * For models that label every token: several words whose label is explained as one, by the words, by the place among the
   * entities that the model finds (a number, or "#0"), or by their first and last token ("#7-9"). B- and I- before labels are
   * joined, and `target` and `against` name kinds ("LOC"). The score is the mean over the words.
   */
  entity: defineOption({
    type: nameOrIndex("WORDS|INDEX", "words"),
    group: "What is explained",
    summary:
      "the words whose label is explained as one, B- and I- joined, for models that label every token; or #0 for the first entity that is found, or tokens as in #7-9",
    otherwise: "a single token is explained",
  }),
  /** What is asked, which attributions are measured in: a score of a class, or a question made by `defineQuestion`. */
  score: defineOption<ScoreKind | QuestionObject>({
    type: oneOfOr(SCORE_KINDS, QUESTION, "KIND"),
    group: "What is explained",
    summary: "score that attributions are measured in",
    default: DEFAULTS.score,
    otherName: "question",
  }),
  /**
   * Texts longer than the model reads: "windows" that overlap, joined into one map of the whole text, or "truncate":
   * the beginning only. Pairs of texts are always truncated.
   */
  longText: defineOption<LongText>({
    type: oneOf(LONG_TEXTS, "HOW"),
    group: "Method",
    summary: "texts longer than the model reads: windows joined into one map, or the beginning only",
    default: DEFAULTS.longText,
    ofInput: true,
  }),
  seed: defineOption({
    type: wholeNumber({ min: 0 }),
    group: "Method",
    summary: "seed of methods that draw random numbers",
    default: DEFAULTS.seed,
  }),
  /**
   * Mean of the method's maps of so many copies of the input with Gaussian noise in the vectors that enter the first block, of
   * standard deviation 0.15 of their range (SmoothGrad; Smilkov et al. 2017). Costs so many times what the method costs.
   */
  noise: defineOption({
    type: wholeNumber({ min: 1, max: 1000 }, "COPIES"),
    group: "Method",
    summary: "mean over so many copies of the input with noise in the first hidden state (SmoothGrad)",
    otherwise: "the input as it is",
  }),
  /** Whether is tried out what the model says without the strongest features; of `explain` alone (docs/counterfactuals.md). */
  counterfactuals: defineOption<boolean | CounterfactualOptions>({
    type: {
      ...flag,
      schema: union([
        boolean(),
        custom<CounterfactualOptions>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
      ]),
      remedy: "give true or false, or a record of options of counterfactuals",
    },
    group: "What is explained",
    summary:
      "try out what the model says without the strongest features, which are the fewest that change the decision, and what it says with the evidence alone",
    otherwise: "not tried",
    canBeOff: true,
    changesResults: false,
  }),
  /** Bytes that one run may use for activations. Models run block by block keep to what they were loaded with. */
  memory: defineOption({
    type: byteSize({ above: 0 }),
    group: "Resources",
    summary:
      "memory for the activations of one run, as in 512MB or 2GB; weights that take more are loaded block by block",
    otherwise: "a quarter of the free memory, at most 512MB",
    changesResults: false,
  }),
};

/** The baseline of an input, by one of these names or the caller's own. */
export function baselineOption<const Name extends string>(
  names: readonly Name[],
): OptionDeclaration<Name | CustomBaseline | readonly (Name | CustomBaseline)[]> {
  return defineOption({
    type: oneOrMoreOf<Name, CustomBaseline>(
      names,
      custom<CustomBaseline>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
    ),
    group: "Method",
    summary: "what the input is compared with; several are averaged",
    otherwise: "mask token or what the model has, blur for images",
  });
}

/** Options of methods that integrate along paths. What is shared between explanations is kept under all of them. */
export const INTEGRAL_OPTIONS = {
  /** What the input is compared with. Several: integrals, and losses of occlusion, are averaged over them. */
  baseline: baselineOption(BASELINES),
  /** Default: "spline" where `steps` is "auto", else "gauss-legendre". */
  quadrature: defineOption<Quadrature>({
    type: oneOf(QUADRATURES, "RULE"),
    group: "Method",
    summary: "integration rule",
    default: ({ steps }: GivenOptions) => defaultQuadrature(typeof steps === "number" ? steps : "auto"),
    otherwise: `${defaultQuadrature("auto")} where steps is auto, else ${defaultQuadrature(1)}`,
  }),
  /** Quadrature points per block, or "auto": refine until `tolerance` is met. */
  steps: defineOption<number | "auto">({
    type: wholeNumberOr({ min: 1, max: 10_000 }, ["auto"]),
    group: "Method",
    summary: "integration points per block; auto: refine until the tolerance is met",
    default: DEFAULTS.steps,
  }),
  /** Relative completeness error that "auto" refines to. */
  tolerance: defineOption<number>({
    type: number({ above: 0 }),
    group: "Method",
    summary: "relative completeness error that auto refines to",
    default: DEFAULTS.tolerance,
  }),
  /**
   * Seconds after which "auto" stops refining. What was reached is in the result, and a warning. Every block gets an
   * estimate, whatever time that takes.
   */
  timeBudget: defineOption({
    type: number({ above: 0 }, "SECONDS"),
    group: "Resources",
    summary: "stop refining after so many seconds and say what was reached",
    otherwise: "no limit",
    needs: { option: "steps", values: ["auto"] },
  }),
};

/** Of methods that tell of each block what attention carries. */
export const HEAD_OPTIONS = {
  /** Whether blocks tell the attention evidence of every head too, which takes one more pass. */
  heads: defineOption({
    type: flag,
    group: "Method",
    summary: "tell the attention evidence of every head of every block too, and its strongest links, in JSON",
  }),
};

/** Of methods that look at blocks. */
export const BLOCK_OPTIONS = {
  /** Blocks to explain; methods that look at one block take one. */
  layers: defineOption({
    type: wholeNumbers(
      "LIST",
      'give block numbers from 0 and ranges of them, smaller block first, separated by commas, as in "0,2-4"',
    ),
    group: "Method",
    summary: "blocks to explain, as in 0,2-4",
    otherwise: "all, or the one that the method is defined at",
  }),
};

/** Of methods that fuse blocks. */
export const FUSION_OPTIONS = {
  fusion: defineOption<Fusion>({
    type: oneOf(FUSIONS),
    group: "Method",
    summary: "how block relevance and attention gradients are fused",
    default: () => DEFAULTS.fusion,
    otherwise: `as the model was tuned, else ${DEFAULTS.fusion}`,
  }),
  /** Weight of the block relevance in `additive` fusion. */
  lambda: defineOption<number>({
    type: number({ min: 0, max: 1 }),
    group: "Method",
    summary: "share of the block relevance in additive fusion",
    default: () => DEFAULTS.lambda,
    otherwise: `as the model was tuned, else ${DEFAULTS.lambda}`,
    needs: { option: "fusion", values: ["additive"] },
  }),
  /** A named scheme or one number per explained block. */
  layerWeights: defineOption<LayerWeightsName | readonly number[]>({
    type: numbersOr(LAYER_WEIGHTS, "per block"),
    group: "Method",
    summary: "share of each block in the result: a scheme, or one number per block",
    default: () => DEFAULT_LAYER_WEIGHTS.text,
    otherwise: `as the model was tuned, else ${DEFAULT_LAYER_WEIGHTS.image} for pictures and ${DEFAULT_LAYER_WEIGHTS.text} for texts`,
  }),
};

/** What the effort decides where the options that it stands for are not given. */
const planned = (given: GivenOptions) => EFFORT_PLANS[(given.effort as Effort | undefined) ?? DEFAULT_EFFORT];

/** "0.01; 0.2 with effort instant, 0.1 with effort fast" */
function byEffort(field: "tolerance" | "paths" | "quadrature"): string {
  const usual = EFFORT_PLANS[DEFAULT_EFFORT][field];
  const others = [...new Set(EFFORTS.map((effort) => EFFORT_PLANS[effort][field]))].filter((value) => value !== usual);
  const at = (value: unknown) => EFFORTS.filter((effort) => EFFORT_PLANS[effort][field] === value).join(" or ");
  return `${usual}; ${others.map((value) => `${value} with effort ${at(value)}`).join(", ")}`;
}

/** Of methods whose map is refined by forward passes. */
const EFFORT_OPTIONS = {
  /** How much an explanation may cost: tolerance, quadrature, blocks, subsets, paths and ends together. Those that are given hold. */
  effort: defineOption<Effort>({
    type: oneOf(EFFORTS),
    group: "Method",
    summary: "what an explanation may cost, from a few passes of the model to what ranks best",
    default: DEFAULT_EFFORT,
  }),
  quadrature: defineOption<Quadrature>({
    ...INTEGRAL_OPTIONS.quadrature,
    default: (given: GivenOptions) =>
      typeof given.steps === "number" ? defaultQuadrature(given.steps) : planned(given).quadrature,
    otherwise: `${byEffort("quadrature")}; with a number of steps ${defaultQuadrature(1)}`,
  }),
  tolerance: defineOption<number>({
    ...INTEGRAL_OPTIONS.tolerance,
    default: (given: GivenOptions) => planned(given).tolerance,
    otherwise: byEffort("tolerance"),
  }),
  /** Random subsets of the features that the map is fitted to. 0: none. */
  subsets: defineOption<number>({
    type: wholeNumber({ min: 0, max: 100_000 }),
    group: "Method",
    summary: "random subsets of the features that the map is fitted to, of at most 64 features; 0: none",
    default: () => EFFORT_PLANS[DEFAULT_EFFORT].subsets,
    otherwise: "0; of pictures 64 by default, 128 with effort best",
  }),
  /** Times that the map is refined by putting features in and taking them out in its order. 0: gradients alone. */
  paths: defineOption<number>({
    type: wholeNumber({ min: 0, max: 100 }),
    group: "Method",
    summary:
      "times that the map is refined by putting features in and taking them out in its order, of at most 64 features; 0: gradients alone",
    default: () => EFFORT_PLANS[DEFAULT_EFFORT].paths,
    otherwise: `${byEffort("paths")}; of pictures 0`,
  }),
  /** Whether the map is refined by every feature alone, and by the input without it. */
  ends: defineOption<boolean>({
    type: flag,
    group: "Method",
    summary: "refine the map by every feature alone, and by the input without it; of at most 64 features",
    default: () => EFFORT_PLANS[DEFAULT_EFFORT].ends,
    otherwise: "of texts with effort best",
  }),
};

/** The options of CA-LIG. */
export const CA_LIG_OPTIONS = {
  ...INTEGRAL_OPTIONS,
  ...EFFORT_OPTIONS,
  ...BLOCK_OPTIONS,
  ...HEAD_OPTIONS,
  ...FUSION_OPTIONS,
};

/** Of methods that estimate values of words or patches from forward passes alone. */
export const SAMPLING_OPTIONS = {
  baseline: INTEGRAL_OPTIONS.baseline,
  /** Most subsets of the features whose score is computed: forward passes for each baseline, and each window of a long text. */
  evaluations: defineOption({
    type: wholeNumber({ min: 2, max: 100_000 }),
    group: "Method",
    summary: "forward passes for each baseline that methods by sampling may take",
    otherwise: "128, or 4 for each word or patch where that is more",
  }),
};

/** The options of the built-in methods. */
export const METHOD_OPTIONS = { ...CA_LIG_OPTIONS, ...SAMPLING_OPTIONS };

/** How a caller watches and stops work: no options, since they choose nothing. */
export interface WorkHooks {
  /** Stops the work before the next run of the engine; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress?: (done: number, activity: string) => void;
}

/** What the caller may choose; everything has a default. An option that the method does not take is refused. */
export interface ExplainOptions extends OptionsOf<typeof GENERAL_OPTIONS>, OptionsOf<typeof METHOD_OPTIONS>, WorkHooks {
  /** The attribution method: the name of one of `METHODS`, or a method itself. */
  readonly method?: string | MethodObject;
  /** The same as `score`, of which one can be given. */
  readonly question?: ScoreKind | QuestionObject;
}

/** General options with their values. */
export type GeneralOptions = ResolvedOf<typeof GENERAL_OPTIONS>;
