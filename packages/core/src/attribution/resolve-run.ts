/** @file What an explanation is made with: the method, and its options checked and completed, once for all that follows. */

import { InvalidOptionError, wordList } from "../errors.ts";
import { checkRecord, type OptionNaming, plainName } from "../options/check.ts";
import type { GivenOptions, OptionTable } from "../options/option.ts";
import { effectiveOptions, resolveOptions } from "../options/resolve.ts";
import { askedTokensOf, streamOf } from "../transformer/anatomy.ts";
import { averagedOverNoise } from "./averaged.ts";
import { EFFORTS, type Effort, plannedRefinement } from "./effort.ts";
import type { ExplainableModel, Modality } from "./explainable-model.ts";
import type { AttributionMethod, MethodContext } from "./method.ts";
import { METHODS, methodOf } from "./methods.ts";
import { NEXT_TOKEN_SCORE } from "./next-token-target.ts";
import {
  BASELINES,
  baselineOption,
  DEFAULT_LAYER_WEIGHTS,
  DEFAULTS,
  type ExplainOptions,
  GENERAL_OPTIONS,
  type GeneralOptions,
  type MethodObject,
  type QuestionObject,
} from "./options.ts";
import { spelledQuestion } from "./question-object.ts";
import { type TunedSettings, tunedFor } from "./tuned.ts";

/** A method with the options of one explanation. */
export interface ResolvedRun {
  readonly method: AttributionMethod;
  /** Everything that the method takes, by name. */
  readonly table: OptionTable;
  readonly options: MethodContext<OptionTable>["options"];
  /** Where settings of the model took the place of defaults. */
  readonly tuned?: TunedSettings;
}

/** The general options where none is given. */
export const generalDefaults: GeneralOptions = resolveOptions(GENERAL_OPTIONS, {});

/** Names that are given with options and are none. */
export const BESIDES: readonly string[] = ["method", "question", "signal", "onProgress"];

/**
 * Chooses the method, checks the options that are given, and completes them with what the model was tuned to and with
 * defaults.
 *
 * @throws {InvalidOptionError} For an unknown method or option, a value that cannot be used, and an option that has no
 * effect with the method.
 */
export function resolveRun(
  {
    modality,
    tuned: stored,
    anatomy,
  }: Pick<ExplainableModel, "modality" | "tuned"> & Partial<Pick<ExplainableModel, "anatomy">>,
  given: ExplainOptions,
): ResolvedRun {
  const score = anatomy === undefined || askedTokensOf(anatomy) === undefined ? undefined : NEXT_TOKEN_SCORE;
  const causal = anatomy !== undefined && streamOf(anatomy).causal === true;
  const { method, table, tuned, values } = resolved(given, { stored, modality, score, causal });
  const { signal, onProgress } = given;
  const { noise } = values as GivenOptions;
  const options = {
    ...values,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  } as ResolvedRun["options"];
  return {
    method: typeof noise === "number" ? averagedOverNoise(method, { samples: noise }) : method,
    table,
    options,
    ...(tuned === undefined ? {} : { tuned }),
  };
}

/**
 * The same check where no model is loaded yet.
 *
 * @param naming - How options are called where they were given.
 * @param others - Methods besides calig's whose options are known.
 * @param baselines - Names of baselines that kinds of inputs besides calig's have.
 * @throws {InvalidOptionError} As `resolveRun`.
 */
export function checkRun(
  given: ExplainOptions,
  naming: OptionNaming = plainName,
  others: readonly AttributionMethod[] = [],
  baselines: readonly string[] = [],
): void {
  resolved(given, { naming, others, baselines });
}

interface Situation {
  readonly stored?: TunedSettings | undefined;
  readonly modality?: Modality;
  /** The score where none is given. Default: that of the declaration. */
  readonly score?: string | undefined;
  /** Whether the model is a decoder. */
  readonly causal?: boolean;
  readonly naming?: OptionNaming;
  readonly others?: readonly AttributionMethod[];
  readonly baselines?: readonly string[];
}

/** The effort that is asked for; undefined for none, and for what is none, which is refused where options are checked. */
const effortOf = ({ effort }: ExplainOptions): Effort | undefined => EFFORTS.find((known) => known === effort);

/**
 * Options with `score` for `question`, which is the same.
 *
 * @throws {InvalidOptionError} When both are given.
 */
export function withQuestion<T extends Pick<ExplainOptions, "score" | "question">>(given: T): Omit<T, "question"> {
  checkRecord(given);
  const { question, ...others } = given;
  if (question === undefined) return others;
  if (given.score === undefined) return { ...others, score: question };
  throw new InvalidOptionError(
    "Cannot use question together with score: both say what is asked; leave one of them out",
    "question",
    question,
  );
}

function resolved(
  all: ExplainOptions,
  {
    stored,
    modality,
    score,
    causal,
    naming = plainName,
    others = [],
    baselines = modality?.baselines.names ?? [],
  }: Situation,
) {
  const given: ExplainOptions = withQuestion(all);
  const method = methodOf(given.method ?? DEFAULTS.method);
  const table = withBaselines(baselines, optionsOfMethod(method));
  if (modality !== undefined) checkKind(modality, table, given as GivenOptions, naming);
  checkEffect(method, table, given as GivenOptions, { naming, others });
  const tuned = Object.hasOwn(table, "fusion") ? tunedFor(stored, given) : undefined;
  const baseline = (given.score as Partial<QuestionObject> | null | undefined)?.baseline;
  const values = resolveOptions(table, given as GivenOptions, {
    known: BESIDES,
    defaults: {
      layerWeights: modality?.layerWeights ?? DEFAULT_LAYER_WEIGHTS.text,
      baseline,
      ...(score === undefined ? {} : { score }),
      ...plannedRefinement(
        effortOf(given),
        { baseline: given.baseline ?? baseline, fusion: given.fusion ?? tuned?.fusion, layers: given.layers, causal },
        modality?.refinement,
      ),
      ...tuned,
    },
    naming,
  });
  checkHooks(given);
  return { method, table, tuned, values };
}

/** The table with the names of baselines that other kinds of inputs than calig's have. */
function withBaselines(baselines: readonly string[], table: OptionTable): OptionTable {
  const names = new Set<string>([...BASELINES, ...baselines]);
  if (names.size === BASELINES.length || !Object.hasOwn(table, "baseline")) return table;
  return { ...table, baseline: baselineOption([...names]) };
}

/** The general options, and those that the method declares. */
const optionsOfMethod = ({ options }: AttributionMethod): OptionTable => ({ ...GENERAL_OPTIONS, ...options });

/**
 * Of options that are given for several methods those that a method takes, so that one record serves all of them. Names
 * that no method knows stay, and are refused where they are used.
 *
 * @param others - Methods besides calig's whose options are known.
 */
export function optionsTakenBy(
  method: string | MethodObject,
  given: ExplainOptions,
  others: readonly AttributionMethod[] = [],
): ExplainOptions {
  const table = optionsOfMethod(methodOf(method));
  const taken = Object.entries(given).filter(
    ([name]) => Object.hasOwn(table, name) || takersOf(name, others).length === 0,
  );
  return Object.fromEntries(taken) as ExplainOptions;
}

/**
 * The same for each of several methods.
 *
 * @param naming - How options are called where they were given.
 * @param others - Methods besides calig's and these whose options are known.
 * @throws {InvalidOptionError} For an option that has an effect with none of them.
 */
export function optionsFor(
  methods: readonly AttributionMethod[],
  given: ExplainOptions,
  naming: OptionNaming = plainName,
  others: readonly AttributionMethod[] = [],
): readonly ExplainOptions[] {
  checkRecord(given);
  const tables = methods.map(optionsOfMethod);
  const vain = namesOf(given).find(
    (name) => takersOf(name, others).length > 0 && !tables.some((table) => Object.hasOwn(table, name)),
  );
  if (vain !== undefined) throw withoutEffect(vain, methods, given as GivenOptions, { naming, others });
  return methods.map((method) => optionsTakenBy(method, given, methods));
}

/** The options that any of these methods takes, besides the general ones: those of calig first, in its order. */
export const optionsOfMethods = (methods: readonly AttributionMethod[]): OptionTable =>
  Object.assign({}, ...methods.map(({ options }) => options));

/** @throws {InvalidOptionError} For an option of other methods. */
function checkEffect(
  method: AttributionMethod,
  table: OptionTable,
  given: GivenOptions,
  known: Required<Pick<Situation, "naming" | "others">>,
): void {
  for (const name of namesOf(given)) {
    if (Object.hasOwn(table, name) || takersOf(name, known.others).length === 0) continue;
    throw withoutEffect(name, [method], given, known);
  }
}

/** @throws {InvalidOptionError} For an option that has no effect on inputs of this kind. */
export function checkKind(
  { noun, options = [] }: Modality,
  table: OptionTable,
  given: GivenOptions,
  naming: OptionNaming = plainName,
): void {
  const vain = namesOf(given).find((name) => table[name]?.ofInput === true && !options.includes(name));
  if (vain === undefined) return;
  throw new InvalidOptionError(
    `Cannot use ${naming(vain)} with ${noun.many}: it has no effect there; leave it out`,
    vain,
    given[vain],
  );
}

/** Names of the options that have a value. */
const namesOf = (given: object): readonly string[] =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** The methods that take an option of their own. */
const takersOf = (name: string, others: readonly AttributionMethod[] = []): readonly AttributionMethod[] =>
  [...METHODS, ...others].filter(({ options = {} }) => Object.hasOwn(options, name));

function withoutEffect(
  name: string,
  methods: readonly AttributionMethod[],
  given: GivenOptions,
  { naming, others }: Required<Pick<Situation, "naming" | "others">>,
): InvalidOptionError {
  const names = (list: readonly AttributionMethod[]) => wordList(list.map((method) => method.name));
  const takers = takersOf(name, others);
  return new InvalidOptionError(
    `Cannot use ${naming(name)} with ${methods.length === 1 ? "method" : "the methods"} ${names(methods)}: it has no effect there; leave it out${takers.length === 0 ? "" : `, or use ${takers.length === 1 ? "method" : "one of the methods"} ${names(takers)}`}`,
    name,
    given[name],
  );
}

function checkHooks({ signal, onProgress }: ExplainOptions): void {
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted !== "function") {
    throw new InvalidOptionError("Cannot use the signal: give the signal of an AbortController", "signal", signal);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new InvalidOptionError("Cannot use onProgress: give a function", "onProgress", onProgress);
  }
}

/**
 * What results say of a run: every option that had an effect, in the order of the method's table.
 *
 * @param spelled - What the method says of options in other words.
 */
export function reportedOptions({ method, table, options, tuned }: ResolvedRun, spelled: GivenOptions): GivenOptions {
  const { score, seed } = options;
  const own = method.options ?? {};
  const effective = effectiveOptions(table, options as GivenOptions);
  const all = Object.keys(own).flatMap((name) => {
    const value = Object.hasOwn(spelled, name) ? spelled[name] : effective[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(all),
    ...spelled,
    ...(tuned === undefined ? {} : { tuned: tuned.chosenBy }),
    score: typeof score === "object" ? spelledQuestion(score) : score,
    seed,
  };
}
