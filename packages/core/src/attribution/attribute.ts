/** @file The part of an explanation that texts and images share: what the model says, which score is explained, and the method's answer. */

import { InvalidOptionError } from "../errors.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { evaluateScore, logitsRow } from "../program/score.ts";
import { logitsOf, streamOf } from "../transformer/anatomy.ts";
import { sinkWarnings } from "./attention-sink.ts";
import { chooseEntity } from "./entity.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Entity, ExplanationCommon, Target, Warning } from "./explanation.ts";
import { type HeadEvidence, headEvidence } from "./head-evidence.ts";
import { joinParts, weightedLogits } from "./join-parts.ts";
import type { AttributionMethod, MethodContext, MethodResult } from "./method.ts";
import type { ChosenAnswer } from "./next-token-target.ts";
import type { ExplainOptions } from "./options.ts";
import { compareWithFile } from "./own-answers.ts";
import { choosePlaced } from "./placed-target.ts";
import { onlyPart, type Part } from "./prepared-input.ts";
import { questionIn, questionTitle } from "./question-object.ts";
import { type ResolvedRun, reportedOptions } from "./resolve-run.ts";
import type { SharedWork } from "./shared-work.ts";
import { type ChosenScore, chooseScore } from "./target.ts";
import { chooseToken } from "./token-target.ts";

/** The index of what is explained where that is no class. */
const NO_CLASS = -1;

/** Share of the progress that the forward passes are given. */
const FORWARD_SHARE = 0.05;

/** What all explanations have; besides the attribution from each draw of the baseline, where there are several. */
export interface Attributed extends ExplanationCommon {
  readonly drawn?: readonly (readonly number[])[];
  readonly entities?: readonly Entity[];
}

/**
 * Attributes the target score to the features of an input of one or more parts.
 *
 * The class is chosen once, from the mean of the parts' logits weighted by their shares, and is the same in all parts.
 *
 * @param featureCount - Features of the whole input.
 * @param run - The method and its options.
 * @param shared - Of explanations of this same input: forward passes and integrals that an earlier one made are used again.
 * @throws {InvalidOptionError} For an option that does not fit the model or the input.
 * @throws {DifferenceError} When the file of the model answers something else, and nobody accepted that.
 * @throws {ExecutionError} When the engine fails.
 */
export async function attribute(
  model: ExplainableModel,
  parts: readonly Part[],
  featureCount: number,
  run: ResolvedRun,
  shared?: SharedWork,
): Promise<Attributed> {
  const { platform, programs } = model;
  const { method, options } = run;
  const started = platform.now();
  let peakBytes = platform.residentBytes();
  const progress = (done: number, activity: string) => {
    peakBytes = Math.max(peakBytes, platform.residentBytes());
    options.onProgress?.(Math.min(1, done), activity);
  };

  progress(0, "forward pass");
  const forwards = [];
  for (const [p, { input }] of parts.entries()) {
    const forward = () => programs.forward(input.feeds);
    const known = shared?.within(`part ${p}`);
    forwards.push(known === undefined ? await forward() : (await known.onceFor("forward", [], forward)).result);
    options.signal?.throwIfAborted();
  }
  const job = await chooseJob(model, parts, forwards, options);
  const { predictions, score, subject } = job;
  const compared = await compareWithFile(model, job.parts, job.forwards, score);
  const scores = job.forwards.map((forward) => evaluateScore(score, logitsRow(forward.logits, score.position)));

  const results: MethodResult[] = [];
  for (const [p, part] of job.parts.entries()) {
    const onProgress = (done: number) =>
      progress(FORWARD_SHARE + ((1 - FORWARD_SHARE) * (p + done)) / job.parts.length, "attribution");
    const forward = job.forwards[p] as ForwardResult;
    const scoreAtInput = scores[p] as number;
    const deadline = deadlineOf(options.timeBudget, started, platform.now(), job.parts.length - p);
    const context = { model, input: part.input, forward, score, scoreAtInput, options, deadline, onProgress };
    const result = await method.run(
      shared === undefined ? context : { ...context, shared: shared.within(`part ${p}`) },
    );
    results.push(options.heads === true ? await withHeads(result, context) : result);
    options.signal?.throwIfAborted();
  }
  const result = joinParts(job.parts, results, featureCount);
  progress(1, "done");

  const question = questionIn(options.score);
  const target = predictions.find(({ index }) => index === (job.named?.index ?? score.target));
  const named = (index: number) => ({ index, label: model.labels[index] ?? String(index) });
  return {
    version: 3,
    model: model.facts,
    target: {
      ...(job.answer?.named ??
        job.named ??
        (subject === undefined ? named(score.target) : { index: NO_CLASS, label: subject })),
      ...(job.answer?.against === undefined ? {} : { against: job.answer.against }),
      ...(score.against === undefined || job.named !== undefined || job.answer !== undefined
        ? {}
        : { against: named(score.against) }),
      ...(job.token === undefined ? {} : { token: job.token }),
      score: job.parts.reduce((sum, { share }, p) => sum + share * (scores[p] as number), 0),
      kind: score.kind,
      ...(question === undefined ? {} : { unit: questionTitle(question) }),
      probability:
        job.answer === undefined
          ? subject === undefined
            ? (target?.probability ?? null)
            : null
          : job.answer.probability,
    },
    predictions,
    attribution: result.attribution,
    ...(result.drawn === undefined ? {} : { drawn: result.drawn }),
    ...(job.entities === undefined ? {} : { entities: job.entities }),
    blocks: result.blocks,
    method: {
      name: method.name,
      ...(method.signed ? {} : { signed: false as const }),
      options: { ...method.settings, ...reportedOptions(run, result.options) },
    },
    completeness: result.completeness,
    cost: {
      milliseconds: platform.now() - started,
      modelEvaluations: parts.length + compared.modelEvaluations + result.modelEvaluations,
      peakBytes,
    },
    warnings: [
      ...compared.warnings,
      ...job.parts.flatMap(({ input }) => input.warnings),
      ...(streamOf(model.anatomy).causal === true && job.answer !== undefined ? sinkOf(job) : []),
      ...(job.answer?.warnings ?? []),
      ...meaning(method),
      ...result.warnings,
    ],
  };
}

/** The blocks of a result with the attention evidence of every head. */
async function withHeads(result: MethodResult, context: MethodContext): Promise<MethodResult> {
  if (result.blocks.length === 0) return result;
  const heads = await headEvidence(context);
  return {
    ...result,
    blocks: result.blocks.map((block) => ({ ...block, ...(heads[block.index] as HeadEvidence) })),
    modelEvaluations: result.modelEvaluations + 2,
  };
}

/** When the next of `left` parts must be done, for each to have the same share of the time. */
function deadlineOf(seconds: number | undefined, started: number, now: number, left: number): number | undefined {
  return seconds === undefined ? undefined : now + (started + 1000 * seconds - now) / left;
}

/** What the values of a method do not say, though readers of attributions expect it. */
function meaning({ name, signed, classSpecific }: AttributionMethod): readonly Warning[] {
  if (!classSpecific) {
    const message = `Method "${name}" does not look at the target: its values are the same whatever class is explained`;
    return [{ code: "not-class-specific", message }];
  }
  if (signed) return [];
  return [
    {
      code: "unsigned",
      message: `Method "${name}" has no sign: it says what matters, not whether it supports or opposes the target`,
    },
  ];
}

/** What is explained, and which parts of the input have a say in it. */
interface Job extends ChosenScore {
  readonly parts: readonly Part[];
  readonly forwards: readonly ForwardResult[];
  readonly token?: NonNullable<Target["token"]>;
  /** What is asked of a prompt, of a mask, or of a text that answers. */
  readonly answer?: ChosenAnswer;
  /** What a model that labels every token finds, where the label of an entity is explained. */
  readonly entities?: readonly Entity[];
}

async function chooseJob(
  model: ExplainableModel,
  parts: readonly Part[],
  forwards: readonly ForwardResult[],
  options: ExplainOptions,
): Promise<Job> {
  const { per } = logitsOf(model.anatomy);
  if (options.entity !== undefined && per !== "token") {
    throw new InvalidOptionError(
      `Cannot explain the label of an entity with model "${model.facts.id}": it does not label every token; leave "entity" out`,
      "entity",
      options.entity,
    );
  }
  if (per === "asked" || per === "span") {
    const [part, forward] = [parts[0] as Part, forwards[0] as ForwardResult];
    const answer = await choosePlaced(model, part.input, forward.logits, options);
    return { parts, forwards, score: answer.score, predictions: answer.predictions, answer };
  }
  if (per === "input") {
    if (options.token !== undefined) {
      throw new InvalidOptionError(
        `Cannot explain the label of a token with model "${model.facts.id}": it labels the whole input; leave "token" out`,
        "token",
        options.token,
      );
    }
    return { parts, forwards, ...(await chooseScore(model, weightedLogits(parts, forwards), options)) };
  }
  if (options.entity !== undefined) {
    const { part: p, ...chosen } = chooseEntity(model, parts, forwards, options);
    const [part, forward] = [parts[p] as Part, forwards[p] as ForwardResult];
    return { parts: [{ ...onlyPart(part.input), positions: part.positions }], forwards: [forward], ...chosen };
  }
  // The label of a token depends on the one part that is responsible for it, of which everything counts.
  const { part: p, position, index, text } = chooseToken(model, parts, forwards, options.token);
  const [part, forward] = [parts[p] as Part, forwards[p] as ForwardResult];
  const chosen = await chooseScore(model, logitsRow(forward.logits, position), options);
  return {
    parts: [{ ...onlyPart(part.input), positions: part.positions }],
    forwards: [forward],
    ...chosen,
    score: { ...chosen.score, position },
    token: { index, text },
  };
}

/** What is to be said of the first token of a prompt. */
function sinkOf({ parts: [part], forwards: [forward] }: Job): readonly Warning[] {
  if (part === undefined || forward === undefined) return [];
  return sinkWarnings(part.input.features as readonly { readonly text?: string }[], forward.hiddenStates);
}
