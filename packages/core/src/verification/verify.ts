/** @file Whether calig computes a model rightly: all checks, one after the other. */

import { baselineStates } from "../attribution/baseline/baseline.ts";
import type { Explanation } from "../attribution/explanation.ts";
import { rankPredictions } from "../attribution/target.ts";
import { InputError, isCaligError, keyword } from "../errors.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import { logitsRow } from "../program/score.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import { createRandom } from "../util/random.ts";
import type { Check, CheckContext, Finding, Sample, Subject } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { largestOf } from "./differences.ts";
import { chooseSamples } from "./samples.ts";
import type { CheckResult, Verification } from "./verification.ts";

/** Which checks are made, on which inputs. */
export interface VerifyOptions {
  /** Inputs of the caller, run besides the built-in ones. */
  readonly inputs?: readonly (string | object)[];
  /** The checks to make, by name or as objects. Default: all of `CHECKS`. */
  readonly checks?: readonly (string | Check)[];
  /** Seed of directions, positions and pictures. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and the check that is being made. */
  readonly onProgress?: (done: number, activity: string) => void;
}

/** Most inputs of a caller: each is run a few times. */
export const MOST_INPUTS = 200;

/**
 * Checks that calig computes a model rightly, without any reference from outside but the model's own file and the engine:
 * logits of the untouched file, rows against single runs, gradients against differences, sums, readout, masks, tokens.
 * The same model, inputs and seed give the same result.
 *
 * Cost: about that of five to twenty explanations of a sentence (docs/verify.md).
 *
 * @throws {InputError} When an input cannot be read by the model, or there are too many.
 * @throws {InvalidOptionError} For the name of no check.
 * @throws {ExecutionError} When the engine cannot run the model at all.
 */
export async function verify(model: AssembledModel, options: VerifyOptions = {}): Promise<Verification> {
  const { inputs = [], seed = 0, signal, onProgress = () => {} } = options;
  const chosen = chooseChecks(options.checks);
  if (inputs.length > MOST_INPUTS) {
    throw new InputError(
      `Cannot verify with ${inputs.length} inputs: give at most ${MOST_INPUTS}, each of another kind; calig evaluate measures on many`,
    );
  }
  const { now } = model.platform;
  const started = now();
  const random = (purpose: string) => createRandom(`verify ${seed} ${purpose}`);
  onProgress(0, "inputs");
  const own = inputs.map((input) => (typeof input === "string" ? { text: input } : input));
  const samples = await chooseSamples(model, own, random("pictures"));
  const subject = await subjectOf(model, samples[0], seed);
  const logitSize = await sizeOfLogits(model, samples);
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const explanations = new Map<Sample, Explanation>();
  const checks: CheckResult[] = [];
  let before = 0;
  for (const check of chosen) {
    const report = (done: number) => {
      signal?.throwIfAborted();
      onProgress((before + check.weight * done) / total, check.name);
    };
    report(0);
    checks.push(
      await runCheck(
        check,
        { model, samples, subject, logitSize, random, signal, explanations, onProgress: report },
        now,
      ),
    );
    before += check.weight;
  }
  onProgress(1, "done");
  return {
    version: 1,
    model: model.facts,
    engine: model.runtime,
    passed: checks.every(({ status }) => status !== "fail"),
    checks,
    inputs: { all: samples.length, own: own.length },
    seed,
    milliseconds: now() - started,
  };
}

/** @throws {InvalidOptionError} For the name of no check. */
function chooseChecks(asked: readonly (string | Check)[] = CHECKS): readonly Check[] {
  const all = CHECKS.map(({ name }) => name);
  const wanted = asked.map((check) => (typeof check === "string" ? keyword("check", check, all) : check.name));
  const own = asked.filter((check) => typeof check !== "string").filter((check) => !CHECKS.includes(check));
  return [...CHECKS.filter(({ name }) => wanted.includes(name)), ...own];
}

async function sizeOfLogits(model: AssembledModel, samples: readonly Sample[]): Promise<number> {
  let size = 0;
  for (const { input } of samples) size = Math.max(size, largestOf((await model.programs.logits(input.feeds)).data));
  return size;
}

/** The input that is run many times, its score, and where its paths start. */
async function subjectOf(model: AssembledModel, sample: Sample, seed: number): Promise<Subject> {
  const forward = await model.programs.forward(sample.input.feeds);
  // A token in the middle: neither the first nor a special one.
  const position = logitsOf(model.anatomy).per === "token" ? Math.floor(sample.input.features.length / 2) : undefined;
  const [best] = rankPredictions(model, logitsRow(forward.logits, position));
  const score = {
    kind: "logit" as const,
    activation: model.activation,
    target: best?.index ?? 0,
    ...(position === undefined ? {} : { position }),
  };
  return { ...sample, forward, score, baseline: await baselineStates(model, sample.input, undefined, seed) };
}

async function runCheck(check: Check, context: CheckContext, now: () => number): Promise<CheckResult> {
  const { name, compares } = check;
  const started = now();
  const found = await outcome(check, context);
  const milliseconds = now() - started;
  if ("failure" in found) {
    return {
      name,
      compares,
      status: "fail",
      worst: null,
      comparisons: 0,
      sentence: failure(check, found.failure),
      milliseconds,
    };
  }
  if ("notApplicable" in found) {
    return {
      name,
      compares,
      status: "not-applicable",
      worst: null,
      comparisons: 0,
      sentence: found.notApplicable,
      milliseconds,
    };
  }
  const { differences, sentence } = found;
  const { failed, worst, comparisons } = differences;
  return {
    name,
    compares,
    status: failed ? "fail" : "pass",
    worst,
    comparisons,
    sentence: failed ? failure(check, `There is a difference at ${worst?.where}`) : sentence,
    milliseconds,
  };
}

const failure = ({ doubt }: Check, what: string): string => `${what}. Do not trust ${doubt}`;

/** What calig itself refuses in the middle of a check is what the check found. */
async function outcome(check: Check, context: CheckContext): Promise<Finding | { readonly failure: string }> {
  try {
    return await check.run(context);
  } catch (error) {
    if (context.signal?.aborted === true || !isCaligError(error)) throw error;
    return { failure: error.message };
  }
}
