/** @file What an explanation needs of a loaded model and of the kind of input that it reads, whatever platform loaded it. */

import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { RgbImage } from "../input/image/rgb-image.ts";
import type { ToRgbOptions } from "../input/image/samples.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { OptionForm } from "../options/form.ts";
import type { GivenOptions, OptionTable } from "../options/option.ts";
import type { Activation } from "../program/activation.ts";
import type { ForwardResult, ModelPrograms } from "../program/model-programs.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Anatomy } from "../transformer/anatomy.ts";
import type { Random } from "../util/random.ts";
import type { Effort, Refinement } from "./effort.ts";
import type { Explanation, ModelFacts, Warning } from "./explanation.ts";
import type { TextInput } from "./input.ts";
import type { ExplainOptions, LayerWeightsName } from "./options.ts";
import type { EvaluationFeature, Perturbable, PerturbOptions, Variants } from "./perturbable.ts";
import type { Part, PreparedInput } from "./prepared-input.ts";
import type { TunedSettings } from "./tuned.ts";
import type { CommonWords } from "./typical.ts";

/** The few facts of the machine that explanations report or depend on. */
export interface Platform {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Resident memory of the process, bytes; 0 where the platform cannot tell. */
  residentBytes(): number;
  /** Memory that could still be used, bytes; 0 where the platform cannot tell. */
  freeBytes(): number;
}

/** The file of a model as it is, for models that calig computes in other arithmetic than the file asks for. */
export interface OwnAnswers {
  /** Name of the file. */
  readonly file: string;
  readonly kind: "quantised" | "half-precision";
  /** Whether inputs are explained however far the two are apart. */
  readonly accepted: boolean;
  /** Logits of the file for the feeds of the forward program; undefined where the engine cannot run the file as it is. */
  logits(feeds: Feeds): Promise<Float32Array | undefined>;
}

/** How texts are given to a model that makes embeddings of them, and compared. */
export interface EmbeddingUse {
  /** The cosine of two embeddings, or their product. */
  readonly similarity: "cosine" | "dot";
  /** What is put before texts, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The one that is used where none is named. */
  readonly defaultPrompt?: string;
}

/** The tower of texts beside one of pictures, and how embeddings of both are held against each other. */
export interface TextTower {
  readonly model: ExplainableModel;
  /** What cosines are multiplied by; absent where nothing says it: then scores are cosines, and labels have no probabilities. */
  readonly scale?: number;
  /** What is added. */
  readonly bias: number;
  /** How logits of several texts become probabilities: one of them fits, or each for itself. */
  readonly activation: Activation;
}

/** A model that is ready to be explained. */
export interface ExplainableModel {
  readonly facts: ModelFacts;
  /** Name of each class, by index. */
  readonly labels: readonly string[];
  readonly activation: Activation;
  readonly anatomy: Anatomy;
  /** The kind of input that it reads. */
  readonly modality: Modality;
  readonly programs: ModelPrograms;
  /** Models that make embeddings of texts: how texts are given and compared. */
  readonly sentences?: EmbeddingUse;
  /** Of two towers whose embeddings lie in one space that of texts, where this one reads pictures. */
  readonly texts?: TextTower;
  /** Text models only. */
  readonly tokenizer?: Tokenizer;
  /** Image models only: what is done to a picture before the model sees it. */
  readonly imageProcessor?: ImageProcessor;
  /** How CA-LIG fuses and weighs the blocks of this model where the caller does not say. */
  readonly tuned?: TunedSettings;
  /** Of the texts that it was measured on: other languages have other ones. */
  readonly commonWords?: CommonWords;
  readonly platform: Platform;
  /** The file of the model, where calig computes it in other arithmetic than the file asks for. */
  readonly ownAnswers?: OwnAnswers;
  /** What the reader of every explanation of this model must know. */
  readonly warnings?: readonly Warning[];
}

/** Where the paths of all blocks start. METHOD 2. */
export interface BaselineStates {
  /** B_l [1, positions, width]. */
  readonly hiddenStates: ForwardResult["hiddenStates"];
  /** Logits at the baseline: the same for every block when it was propagated through the model; undefined for "zero". */
  readonly logits: ForwardResult["logits"] | undefined;
  /** Forward passes spent. */
  readonly passes: number;
  readonly warnings: readonly Warning[];
}

/** An input made ready: in the parts that the model reads. */
export interface PreparedWhole<Prepared extends PreparedInput = PreparedInput> {
  /** At least one; their shares sum to 1. */
  readonly parts: readonly Part<Prepared>[];
  /** Features of the whole: parts say at which of them they lie (`Part.positions`). */
  readonly featureCount: number;
  /** What holds of the whole; what holds of a part is among the part's own. */
  readonly warnings: readonly Warning[];
}

/** What an explanation says of the input and of its features, for readers and programs. */
export type InputDescription = Pick<Explanation, "layout" | "input" | "features" | "supporting" | "opposing">;

/** The baselines of a kind of input: where the paths of all blocks start. */
export interface Baselines<Prepared extends PreparedInput = PreparedInput> {
  readonly names: readonly string[];
  /** Those of them that this model has. Default: all. */
  available?(model: ExplainableModel): readonly string[];
  /** The one that is used when none is asked for. */
  defaultName(model: ExplainableModel): string;
  /** How many draws of one that is drawn at random integrals are averaged over. Default: 1. */
  draws?(name: string): number;
  /** @throws {InvalidOptionError} When this model does not have it; lists those it has. */
  states(model: ExplainableModel, input: Prepared, name: string, seed: number | undefined): Promise<BaselineStates>;
  /** The hidden states at an input of the caller's own; absent where only names can be given. */
  custom?(model: ExplainableModel, input: Prepared, baseline: object): Promise<BaselineStates>;
}

/** An input for every model. */
export interface Example<Input extends object = object> {
  /** "a short text" */
  readonly name: string;
  readonly input: Input;
}

/** The input of which features are replaced. */
export interface ReplacementContext<Whole extends PreparedWhole = PreparedWhole> {
  readonly model: ExplainableModel;
  readonly whole: Whole;
  /** What can be removed, and of which kind it is: "word". */
  readonly features: readonly EvaluationFeature[];
  readonly featureKind: string;
  /** Of what is drawn: depends on the seed of the run, the input and the number of the draw, not on methods. */
  readonly seed: number;
  readonly random: Random;
  /** Other inputs, made ready as this one is, in an order drawn for this input; those that cannot be read are left out. */
  others(): AsyncIterable<Whole>;
}

/** What stands in for removed features of one kind of input. */
export interface Replacement<Whole extends PreparedWhole = PreparedWhole> {
  /** Lower case, words joined by hyphens: "random-words". Unique among those of its kind of input. */
  readonly name: string;
  /** Name of the modality whose inputs it is for. */
  readonly kind: string;
  /** What removed features become, after "replaced by": "the mask token", "words of other inputs". */
  readonly becomes: string;
  /** Whether it draws at random: it is drawn several times where that is asked for, and outputs are averaged. Absent for no. */
  readonly drawn?: true;
  /** Whether it takes something from other inputs. Absent for no. */
  readonly fromOthers?: true;
  /** What this object was made with, as plain data: results state it. Absent for none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Changes when its variants change: stored measurements of older ones are not used. Absent for 1. */
  readonly revision?: number;
  /** @throws {InvalidOptionError} When this model or input cannot have it; says what it can have. */
  open(context: ReplacementContext<Whole>): Variants | Promise<Variants>;
}

/** What can stand in for removed features. */
export interface Replacements<Whole extends PreparedWhole = PreparedWhole> {
  /** At least one. */
  readonly all: readonly Replacement<Whole>[];
  /** The one that is used when none is asked for. @throws {InvalidOptionError} When this model has none. */
  defaultName(model: ExplainableModel): string;
}

/** A file that holds one input, as it is. */
export interface GivenFile {
  readonly bytes: Uint8Array;
  /** What it is called in errors. */
  readonly name?: string;
}

/** What platforms decode for kinds of inputs: what no portable code does. */
export interface FileTools {
  /** @throws {InputError} When it is no picture. */
  decodePicture(bytes: Uint8Array, options: ToRgbOptions & { readonly name?: string }): Promise<RgbImage>;
}

/**
 * Inputs that are given as files, one in each: by an option of the command line that is called as the field, in a folder,
 * in the body of a request (Base64), by a field of the page.
 */
export interface FileForm<Input extends object = object> {
  /** What it is called: "picture". */
  readonly called: string;
  /** Several of them: "pictures". */
  readonly calledMany: string;
  /** For help and messages: "JPEG, PNG, WebP". */
  readonly formats: string;
  /** Endings of such files in lower case, with their dots. */
  readonly endings: readonly string[];
  /** What browsers let people choose: "image/*". Default: the endings. */
  readonly accept?: string;
  /** Options of reading, by name. */
  readonly options?: OptionTable;
  /** @throws {InputError} When there is no input in it. @throws {InvalidOptionError} */
  read(file: GivenFile, options: GivenOptions, tools: FileTools): Promise<Input>;
  /** What is to be seen of it; absent where nothing is. */
  picture?(input: Input): RgbImage;
}

/** Inputs that are typed, and stand in the rows of tables. */
export interface WrittenForm<Input extends object = object> {
  /** What it is called: "text". */
  readonly called: string;
  /** @throws {InputError} When there is no input in it. */
  read(text: TextInput): Input;
}

/**
 * One kind of input. To add one to calig: a folder beside `text/` and `image/` and a line in `modalities.ts`; from
 * outside: an object like this one in the `modalities` of `loadModel`.
 */
export interface Modality<
  Input extends object = object,
  Whole extends PreparedWhole = PreparedWhole,
  Prepared extends PreparedInput = Whole["parts"][number]["input"],
> {
  /** As families (`kind`) and explanations (`input.kind`) call it: "text". */
  readonly name: string;
  /** One and many of them, for messages: "a text", "texts". */
  readonly noun: { readonly one: string; readonly many: string };
  /** The field that holds what an input is made of, and by which it is told from others: "text" of `{ text, pair }`. */
  readonly field: string;
  /** Other fields that hold one: "prompt". Default: none. */
  readonly forms?: readonly string[];
  /** How people give it; absent both, only code can. */
  readonly written?: WrittenForm<Input>;
  readonly file?: FileForm<Input>;
  /** What can be ranked and removed, the default first: words or tokens. */
  readonly featureKinds: readonly [string, ...string[]];
  /** Fields of forms for what a model can be asked of an input besides its class. Absent where there is nothing. */
  questionForms?(model: ExplainableModel): readonly OptionForm[];
  /** Options that not every kind of input takes, and this one does: "longText". Default: none. */
  readonly options?: readonly string[];
  /** Weights of the blocks where nothing is said: what measured better on models of this kind. */
  readonly layerWeights: LayerWeightsName;
  /** What efforts refine maps of this kind by, where it is not what they refine others by. */
  readonly refinement?: Partial<Record<Effort, Refinement>>;
  /** Whether the mean of all positions that a head reads counts special features too. */
  readonly meanHasSpecials: boolean;
  readonly baselines: Baselines<Prepared>;
  readonly replacements: Replacements<Whole>;
  /**
   * The input as the model reads it.
   *
   * @throws {InputError} When there is nothing to explain in it.
   */
  prepare(model: ExplainableModel, input: Input, options: Pick<ExplainOptions, "longText">): Promise<Whole>;
  /** What readers must know where the input is unlike those that the model was made for. Default: nothing. */
  unlike?(model: ExplainableModel, whole: Whole): readonly Warning[];
  /**
   * What readers see: the input, its features, and those that support and oppose, strongest first.
   *
   * @param drawn - The attribution from each of several draws of the baseline, whose mean it is.
   */
  describe(
    model: ExplainableModel,
    whole: Whole,
    attribution: readonly number[],
    drawn?: readonly (readonly number[])[],
  ): InputDescription;
  /** Inputs that every model of this kind is run on when it is verified, an ordinary one first. Default: none. */
  examples?(model: ExplainableModel, random: Random): readonly Example<Input>[];
  /** The input with features that can be removed and moved. */
  perturb(model: ExplainableModel, whole: Whole, options: PerturbOptions): Perturbable;
}
