/** @file The test kit of questions: the two forms of the scalar, its slopes by differences, and explanations that it leads to. */

import { explain } from "../../attribution/explain.ts";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import type { ImageInput, TextInput } from "../../attribution/input.ts";
import { DEFAULTS, type ExplainOptions } from "../../attribution/options.ts";
import { parseExplanation } from "../../attribution/parse-explanation.ts";
import type { OwnQuestion } from "../../attribution/question-object.ts";
import { chooseScore } from "../../attribution/target.ts";
import { buildGradientGraph } from "../../autodiff/backward.ts";
import { createRegistry } from "../../autodiff/registry.ts";
import { ExtensionError } from "../../errors.ts";
import { DEFAULT_OPSETS, GraphBuilder } from "../../graph/builder.ts";
import { emitScore, evaluateScore, type ScoreSpec, scoreFeeds } from "../../program/score.ts";
import { scoreName, targetName } from "../../render/evidence.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { floatTensor, type Tensor } from "../../tensor/tensor.ts";
import { createRandom } from "../../util/random.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";
import { valuesOf } from "./run-graph.ts";

/** What `checkQuestion` asks the question of. */
export interface CheckQuestionOptions {
  /** Computes the nodes that the question writes, apart from the model. */
  readonly runtime: Runtime;
  /** At least one: texts or pictures of the kind that the model reads. */
  readonly inputs: readonly [string | TextInput | ImageInput, ...(string | TextInput | ImageInput)[]];
  /** Options that all explanations are made with, as a larger tolerance. */
  readonly options?: Omit<ExplainOptions, "question" | "score">;
}

/** Rows of logits that the scalar is computed for. */
const ROWS = 8;
/** Spread of the drawn logits, as trained heads have it. */
const SPREAD = 3;
/** What float32 leaves of a scalar, and of a slope, as a share of the largest. */
const ROUNDING = 1e-4;
/** Step of differences in float64: the error of five points is of h^4, that of rounding 1e-16 / h. */
const STEP = 1e-3;
const LOGITS = "logits";

/**
 * Checks a question on drawn logits and on inputs of a model: its nodes compute what its arithmetic computes, rows apart; the
 * gradient of the nodes has the slopes of central differences of the arithmetic; explanations are complete, state the score
 * that the arithmetic gives, name what is explained, and are plain data that can be stored.
 *
 * Cost: an explanation by CA-LIG of each input.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkQuestion(
  question: OwnQuestion,
  model: ExplainableModel,
  { runtime, inputs, options = {} }: CheckQuestionOptions,
): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  const rows = drawnRows(question, model.labels.length);
  const asked: ScoreSpec[] = [];
  await report.expect("can be asked of the model, whatever its logits are", async () => {
    for (const row of rows) asked.push((await chooseScore(model, row, { score: question })).score);
    return undefined;
  });
  if (asked.length < rows.length) return report.finish("question", question.name);

  await report.expect("is a finite number that leaves its logits as they are", () => {
    for (const [r, row] of rows.entries()) {
      const before = Float64Array.from(row);
      const score = evaluateScore(asked[r] as ScoreSpec, row);
      if (!Number.isFinite(score)) return `evaluate gives ${score} for the logits ${before.join(", ")}`;
      if (apart(row, before) !== undefined) return "evaluate changes the logits";
    }
    return undefined;
  });
  // Asked of its first row, a program answers for all rows of a batch, as the points of a path are.
  const spec = asked[0] as ScoreSpec;
  const computed: { readonly scores: Tensor; readonly slopes: Tensor }[] = [];
  await report.expect("writes nodes of which there is a gradient", async () => {
    computed.push(await computedOf(spec, rows, runtime));
    const [{ scores }] = computed as [(typeof computed)[number]];
    return scores.shape.join() === `${rows.length},1`
      ? undefined
      : `emit gives shape [${scores.shape}] for ${rows.length} rows, wanted [${rows.length}, 1]`;
  });
  const [found] = computed;
  if (found !== undefined) {
    await report.expect("writes the same function as nodes and as arithmetic, each row by itself", () => {
      const wanted = rows.map((row) => evaluateScore(spec, row));
      return apart(found.scores.data as Float32Array, wanted, ROUNDING * sizeOf(wanted));
    });
    await report.expect("has the slopes of central differences", () => {
      const wanted = rows.flatMap((row) => differences(spec, row));
      return apart(found.slopes.data as Float32Array, wanted, ROUNDING * sizeOf(wanted));
    });
  }
  await explains(question, model, inputs, options, report);
  return report.finish("question", question.name);
}

async function explains(
  question: OwnQuestion,
  model: ExplainableModel,
  inputs: CheckQuestionOptions["inputs"],
  options: ExplainOptions,
  report: KitReport,
): Promise<void> {
  const made: Explanation[] = [];
  await report.expect("explains every input", async () => {
    for (const input of inputs) made.push(await explain(model, structuredClone(input), { ...options, question }));
    return undefined;
  });
  const each = (promise: string, check: (explanation: Explanation) => string | undefined) =>
    report.expect(promise, () => made.map(check).find((wrong) => wrong !== undefined));
  const most = options.tolerance ?? DEFAULTS.tolerance;
  await each("leads to numbers that add up to the difference of the scores", ({ completeness }) => {
    if (completeness === null || completeness.relativeError <= most) return undefined;
    return `they miss it by a share of ${completeness.relativeError}, more than ${most}`;
  });
  await each("says something of every input", ({ attribution }) =>
    attribution.some((value) => value !== 0) ? undefined : "all numbers are 0",
  );
  await each("has words for readers: what is explained, and what it is measured in", (explanation) => {
    const words = [targetName(explanation), scoreName(explanation)];
    return words.every((word) => word.trim() !== "") ? undefined : "they are empty";
  });
  await each("gives plain data that is read again", (explanation) => {
    const text = JSON.stringify(explanation);
    return JSON.stringify(parseExplanation(JSON.parse(text))) === text ? undefined : "it changes when it is stored";
  });
}

/** The same rows for the same question. */
function drawnRows({ name }: OwnQuestion, classes: number): readonly Float64Array[] {
  if (classes < 1)
    throw new ExtensionError(`Cannot check the question "${name}": the model has no classes`, "question");
  const random = createRandom(`question ${name}`);
  // What float32 can hold, so that both forms are given the same numbers.
  return Array.from({ length: ROWS }, () =>
    Float64Array.from({ length: classes }, () => Math.fround(SPREAD * (2 * random.next() - 1))),
  );
}

const sizeOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);

async function computedOf(spec: ScoreSpec, rows: readonly Float64Array[], runtime: Runtime) {
  const classes = (rows[0] as Float64Array).length;
  const builder = new GraphBuilder({ name: "question" });
  const score = emitScore(builder, builder.input(LOGITS, "float32", ["rows", classes]), spec, classes);
  // Rows are apart, so that the gradient of their sum is that of each.
  const of = builder.reduceSum(score, [0, 1], false);
  const { graph, gradients } = buildGradientGraph(builder.build(), {
    of,
    withRespectTo: [LOGITS],
    opsets: DEFAULT_OPSETS,
    registry: createRegistry(),
  });
  const gradient = gradients.get(LOGITS);
  if (gradient === undefined) throw new ExtensionError("the scalar does not depend on the logits", "question");
  const feeds = {
    [LOGITS]: floatTensor(
      rows.flatMap((row) => [...row]),
      [rows.length, classes],
    ),
    ...scoreFeeds(spec, classes, 0),
  };
  const [scores, slopes] = await valuesOf(runtime, graph, DEFAULT_OPSETS, [score, gradient], feeds);
  return { scores: scores as Tensor, slopes: slopes as Tensor };
}

/** dF / dlogit of every class by five points, in float64. */
function differences(spec: ScoreSpec, row: Float64Array): number[] {
  const at = (place: number, step: number) =>
    evaluateScore(
      spec,
      row.map((value, i) => (i === place ? value + step : value)),
    );
  return Array.from(row, (_, i) => {
    const near = at(i, STEP) - at(i, -STEP);
    const far = at(i, 2 * STEP) - at(i, -2 * STEP);
    return (8 * near - far) / (12 * STEP);
  });
}
