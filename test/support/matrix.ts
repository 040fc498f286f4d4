/** @file Judges calig on one case of tools/make_matrix.py: right, refused in its own words, or wrong. */

import { join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { isCaligError } from "@calig/core/internal/errors";
import { explain, type LoadedModel, loadModel, readImageFile, verify } from "@calig/node";

interface MatrixInput {
  readonly text?: string;
  readonly pair?: string;
  /** A file in the folder of the case. */
  readonly image?: string;
  /** Token ids that transformers' tokenizer gives. */
  readonly ids?: readonly number[];
  /** Of transformers: [classes], or [tokens][classes]. */
  readonly logits: Logits;
  /** Attention rollout from the attention maps of transformers, one share per token; null where it is not defined. */
  readonly rollout?: readonly number[] | null;
  /** Of the ONNX file in onnxruntime, untouched, or why it does not run. */
  readonly engine?: Logits | { readonly error: string };
}

type Logits = readonly number[] | readonly (readonly number[])[];

/** `case.json` of a case. */
export interface MatrixCase {
  readonly id: string;
  readonly family: string;
  readonly head: string;
  readonly form: string;
  readonly batch: string;
  readonly outputs: string;
  readonly setting: string;
  /** What was done to an ONNX file besides exporting it. */
  readonly file?: string;
  readonly release: string;
  readonly config: { readonly problem_type?: string | null };
  readonly inputs: readonly MatrixInput[];
}

export interface Verdict {
  readonly outcome: "right" | "refused" | "wrong";
  /** What was refused, or is wrong, one line each. */
  readonly reasons: readonly string[];
  /** Largest difference of a logit, relative to the largest logit. */
  readonly logits: number;
  /** Largest relative completeness error of a block. */
  readonly completeness: number;
}

const REFUSALS = /^(Checkpoint|UnsupportedModel|Anatomy|InvalidOption|Input|OnnxParse|Shape|Consistency)Error$/;
const RAW = /ONNXRuntime|Non-zero status|internal:|undefined|\bNaN\b|a bug/;
const LOGITS = 1e-4;
/** Shares of 1. */
const ROLLOUT = 1e-4;
const TOLERANCE = 0.01;
/** Beyond the tolerance, but honestly said by a warning. Scores that hardly differ make relative errors large. */
const STATED = 0.05;
const LEAST_DIFFERENCE = 0.01;
const ROLLOUTS = ["gradient-rollout", "attention-rollout"];

/**
 * Runs all inputs of a case, and `verify` on the model where it explains them.
 *
 * Cost: three explanations of the first input, one of each other, and verify, which takes as long as ten.
 */
export async function judgeCase(folder: string, one: MatrixCase, verifies = true): Promise<Verdict> {
  const verdict = { wrong: [] as string[], refused: [] as string[], logits: 0, completeness: 0, explained: 0 };
  try {
    const model = await loadModel(folder);
    try {
      for (const [index, input] of one.inputs.entries()) await judgeInput(model, folder, one, input, index, verdict);
      if (verifies && verdict.explained > 0) await judgeVerification(model, verdict);
    } finally {
      await model[Symbol.asyncDispose]?.();
    }
  } catch (error) {
    note(error, "loading", verdict);
  }
  const { wrong, refused, explained, logits, completeness } = verdict;
  const outcome = wrong.length > 0 ? "wrong" : explained === 0 ? "refused" : "right";
  return { outcome, reasons: [...wrong, ...refused], logits, completeness };
}

interface Tally {
  readonly wrong: string[];
  readonly refused: string[];
  logits: number;
  completeness: number;
  explained: number;
}

/** `fails`: whether the engine cannot run the file as it is either, so that nothing but its failure can be told. */
function note(error: unknown, what: string, tally: Tally, fails = false): void {
  const { name, message } = error instanceof Error ? error : { name: "unknown", message: String(error) };
  const refused = REFUSALS.test(name) || (fails && name === "ExecutionError");
  const own = isCaligError(error) && refused && !RAW.test(message);
  (own ? tally.refused : tally.wrong).push(`${what}: ${name}: ${message}`);
}

async function judgeVerification(model: LoadedModel, tally: Tally): Promise<void> {
  const { checks } = await verify(model);
  for (const { name, status, sentence, worst } of checks) {
    if (status === "fail") tally.wrong.push(`verify, ${name}: ${sentence} ${JSON.stringify(worst)}`);
  }
}

async function judgeInput(
  model: LoadedModel,
  folder: string,
  one: MatrixCase,
  input: MatrixInput,
  index: number,
  tally: Tally,
): Promise<void> {
  const what = `input ${index}`;
  const given =
    input.image === undefined
      ? { text: input.text as string, ...(input.pair === undefined ? {} : { pair: input.pair }) }
      : { image: await readImageFile(join(folder, input.image)) };
  const perToken = Array.isArray(input.logits[0]);
  const token = perToken ? Math.floor(input.logits.length / 2) : undefined;
  const options = token === undefined ? {} : { token };
  const run = (method: string, more: { readonly tolerance?: number } = {}): Promise<Explanation> =>
    explain(model, given as { text: string }, { ...options, ...more, method });

  let explanation: Explanation;
  try {
    if (input.ids !== undefined) {
      const { ids } = (await model.tokenizer?.encode(input.text as string, input.pair)) ?? { ids: [] };
      if (ids.join() !== input.ids.join()) tally.wrong.push(`${what}: ids ${ids}, wanted ${input.ids}`);
    }
    explanation = await run("ca-lig", { tolerance: TOLERANCE });
  } catch (error) {
    return note(error, what, tally, input.engine !== undefined && "error" in input.engine);
  }
  tally.explained++;
  judgeLogits(explanation, one, input, token, what, tally);
  judgeSums(explanation, what, tally);
  judgeMap(explanation, "ca-lig", what, tally);
  if (index > 0) return;
  for (const method of ROLLOUTS) {
    try {
      const other = await run(method);
      judgeMap(other, method, what, tally);
      const wanted = method === "attention-rollout" ? input.rollout : undefined;
      const apart = wanted?.map((value, t) => Math.abs(value - (other.attribution[t] ?? Number.NaN))) ?? [];
      if (!apart.every((value) => value <= ROLLOUT))
        tally.wrong.push(`${what}, ${method}: ${other.attribution.join(" ")}, wanted ${wanted?.join(" ")}`);
    } catch (error) {
      note(error, `${what}, ${method}`, tally);
    }
  }
}

function judgeLogits(
  explanation: Explanation,
  one: MatrixCase,
  { logits, engine }: MatrixInput,
  token: number | undefined,
  what: string,
  tally: Tally,
): void {
  if (engine !== undefined && "error" in engine)
    tally.wrong.push(`${what}: explained, but the engine cannot run the file`);
  const answer = (engine === undefined || "error" in engine ? logits : engine) as Logits;
  const wanted = (token === undefined ? answer : answer[token]) as readonly number[];
  const found = [...explanation.predictions].sort((a, b) => a.index - b.index);
  // A file that ends in softmax or sigmoid gives probabilities; what its logits are is for calig to find.
  const squashed = one.file === "probabilities";
  if (!squashed) {
    const largest = Math.max(...wanted.map(Math.abs));
    const apart = Math.max(...wanted.map((value, index) => Math.abs(value - (found[index]?.logit ?? Number.NaN))));
    tally.logits = Math.max(tally.logits, apart / largest);
    if (!(apart <= LOGITS * largest) || found.length !== wanted.length)
      tally.wrong.push(`${what}: logits ${found.map(({ logit }) => logit)}, wanted ${wanted}`);
  }
  // Without config.json nobody can know.
  if (one.file === "no-config") return;
  const chances = squashed ? wanted : probabilities(wanted, one);
  for (const { index, probability } of found) {
    const right = chances?.[index] ?? null;
    const same = right === null || probability === null ? right === probability : Math.abs(probability - right) < 1e-3;
    if (!same) tally.wrong.push(`${what}: probability ${probability} of class ${index}, wanted ${right}`);
  }
}

/** As the pipelines of transformers have it; null where logits are plain numbers. */
function probabilities(logits: readonly number[], { config, head }: MatrixCase): readonly number[] | null {
  if (config.problem_type === "regression") return null;
  if (head !== "tokens" && (config.problem_type === "multi_label_classification" || logits.length === 1))
    return logits.map((value) => 1 / (1 + Math.exp(-value)));
  const highest = Math.max(...logits);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return logits.map((value) => Math.exp(value - highest) / total);
}

function judgeSums(explanation: Explanation, what: string, tally: Tally): void {
  const largest = Math.max(...explanation.predictions.map(({ logit }) => Math.abs(logit)));
  const first = explanation.blocks[0]?.completeness;
  if (first === undefined) return void tally.wrong.push(`${what}: no blocks`);
  for (const { index, completeness } of explanation.blocks) {
    const { scoreAtInput, scoreAtBaseline, delta, converged } = completeness;
    if (!(Math.abs(scoreAtInput - explanation.target.score) <= 1e-3 * largest))
      tally.wrong.push(`${what}: block ${index} begins at ${scoreAtInput}, the score is ${explanation.target.score}`);
    if (!(Math.abs(scoreAtBaseline - first.scoreAtBaseline) <= 1e-3 * largest))
      tally.wrong.push(`${what}: block ${index} ends at ${scoreAtBaseline}, others at ${first.scoreAtBaseline}`);
    const error = Math.abs(delta) / Math.max(Math.abs(scoreAtInput - scoreAtBaseline), LEAST_DIFFERENCE * largest);
    tally.completeness = Math.max(tally.completeness, error);
    if (!(error <= (converged ? TOLERANCE * 1.01 : STATED)))
      tally.wrong.push(`${what}: block ${index} misses by ${(error * 100).toFixed(1)} %, converged ${converged}`);
  }
}

function judgeMap(explanation: Explanation, method: string, what: string, tally: Tally): void {
  const values = explanation.attribution;
  const parts = explanation.features.filter(({ special }) => !special).length;
  if (!values.every(Number.isFinite)) tally.wrong.push(`${what}, ${method}: not finite`);
  if (values.every((value) => value === 0)) tally.wrong.push(`${what}, ${method}: all attributions are 0`);
  const filled = values.filter((value, index) => !explanation.features[index]?.special && value !== 0).length;
  if (parts > 1 && filled === 0) tally.wrong.push(`${what}, ${method}: nothing but special features has a share`);
}
