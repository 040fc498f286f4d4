/** @file The main job: a model and an input become an `Explanation`. */

import { nextTokensOf } from "../transformer/anatomy.ts";
import { asksPerToken, explainTokens } from "./answer-tokens.ts";
import { askedBy } from "./asked-by.ts";
import { attribute } from "./attribute.ts";
import type { ExplainableModel, PreparedWhole } from "./explainable-model.ts";
import type { Explanation, ImageExplanation, TextExplanation } from "./explanation.ts";
import type { ImageInput, PromptInput, TextInput } from "./input.ts";
import { prepareInput } from "./modality.ts";
import type { ExplainOptions } from "./options.ts";
import { type ResolvedRun, resolveRun } from "./resolve-run.ts";
import type { SharedWork } from "./shared-work.ts";
import { spreadOf } from "./spread.ts";
import type { wordPairs } from "./word-pairs.ts";

/**
 * Explains one prediction: which features of the input support the target, which oppose it, and in which block the
 * evidence arises. The same input, options and seed give the same numbers.
 *
 * Units: attributions are in units of the target score, so with a propagated baseline they sum to the score at the
 * input minus the score at the baseline.
 * Cost: two forward passes, and the points of the sweep (`cost.modelEvaluations`); with `counterfactuals` forward passes
 * besides, 20 to 40 of them mostly (`counterfactuals.evaluations`).
 *
 * @throws {InvalidOptionError} For an option of an unknown name, of another type, out of bounds, or without effect.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {DifferenceError} When the model's own file, which is quantised or of half precision, answers something else than
 * the float32 arithmetic that is explained, and the model was not loaded with `acceptDifference`.
 * @throws {ExecutionError} When the engine fails.
 */
export async function explain(
  model: ExplainableModel,
  input: string | TextInput | PromptInput,
  options?: ExplainOptions,
): Promise<TextExplanation>;
export async function explain(
  model: ExplainableModel,
  input: ImageInput,
  options?: ExplainOptions,
): Promise<ImageExplanation>;
export async function explain(
  model: ExplainableModel,
  input: string | TextInput | PromptInput | ImageInput,
  options?: ExplainOptions,
): Promise<Explanation>;
/** Of a kind of input that calig does not know by itself, which is named: `explain<AudioInput>(model, { audio })`. */
export async function explain<Input extends object = never>(
  model: ExplainableModel,
  input: NoInfer<Input>,
  options?: ExplainOptions,
): Promise<Explanation>;
export async function explain(
  model: ExplainableModel,
  input: string | object,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const asked = await askedBy(model, typeof input === "string" ? { text: input } : input, options);
  const { input: given, model: tower = model } = asked;
  const run = resolveRun(tower, asked.options);
  const test = await counterfactualTest(tower, run.options.counterfactuals);
  const whole = await prepareInput(tower, given, run.options);
  const alone = await explainPrepared(tower, whole, run);
  const tokens = asksPerToken(given) ? { answerTokens: await explainTokens(tower, whole, run) } : {};
  const pairs = asksPairs(given) ? { pairs: await pairsOf(tower, given, run) } : {};
  const explanation = { ...alone, ...tokens, ...pairs } as Explanation;
  if (test === undefined || keepsAll(tower, whole)) return explanation;
  return {
    ...explanation,
    counterfactuals: await test({ model: tower, whole, input: given, explanation }, run.options),
  };
}

/**
 * The same of an input that is prepared.
 *
 * @param shared - Of explanations of this same input: what an earlier one made is used again.
 */
export async function explainPrepared(
  model: ExplainableModel,
  whole: PreparedWhole,
  run: ResolvedRun,
  shared?: SharedWork,
): Promise<Explanation> {
  const common = await attribute(model, whole.parts, whole.featureCount, run, shared);
  const { version, model: facts, target, predictions, attribution, drawn, warnings, ...rest } = common;
  const described = model.modality.describe(model, whole, attribution, drawn);
  const { layout, input: shown, features, ...items } = described;
  return {
    version,
    layout,
    model: facts,
    input: shown,
    target,
    predictions,
    features,
    attribution,
    ...items,
    ...rest,
    ...(drawn === undefined ? {} : { spread: attribution.map((_, t) => spreadOf(drawn, [t]).spread as number) }),
    warnings: [...whole.warnings, ...warnings, ...(model.modality.unlike?.(model, whole) ?? [])],
  } as Explanation;
}

/** Whether nothing can be taken out of a prompt: it is its first token alone. */
const keepsAll = ({ anatomy }: ExplainableModel, { parts }: PreparedWhole): boolean =>
  nextTokensOf(anatomy) !== undefined && !parts.some(({ input }) => input.replaceable.includes(1));

const asksPairs = (input: object): boolean => (input as Partial<TextInput>).pairs === true;

/** Loaded where it is asked for. */
const pairsOf = async (...asked: Parameters<typeof wordPairs>) => (await import("./word-pairs.ts")).wordPairs(...asked);

/** Counterfactuals are loaded where they are asked for; what is wrong with how is said before any work. */
async function counterfactualTest(model: ExplainableModel, asked: ExplainOptions["counterfactuals"] = false) {
  if (asked === false) return undefined;
  const { counterfactualsOf, counterfactualSettings } = await import("./counterfactual/counterfactuals.ts");
  const settings = counterfactualSettings(model, asked === true ? {} : asked);
  return (subject: Parameters<typeof counterfactualsOf>[0], options: ResolvedRun["options"]) =>
    counterfactualsOf(subject, settings, options);
}
