/** @file The file of a model as it is, run beside the graph that was made of it, and what it answers to a few built inputs. */

import type { OwnAnswers } from "../attribution/explainable-model.ts";
import type { Warning } from "../attribution/explanation.ts";
import { compareLogits, type Difference, isFar, MOST_MOVED, movedText, nameOf } from "../attribution/own-answers.ts";
import { ExecutionError } from "../errors.ts";
import { extractGraph } from "../graph/extract.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/model.ts";
import type { Feeds, Runtime, Session } from "../runtime/runtime.ts";
import { toFloatTensor } from "../tensor/half.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { eightBitKernels, holdsEightBitProducts } from "./eight-bit-kernels.ts";
import type { WeightPlace } from "./model-parts.ts";

/** Bytes of files whose program stays compiled between explanations; larger ones are compiled when they are asked. */
const KEPT_BYTES = 256 * 2 ** 20;

/** Share of the largest logit by which saturating kernels must move one to be worth a warning. */
const SATURATED = 1e-3;

/** A graph whose logits are wanted. */
export interface LogitsGraph {
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  /** The value that is the logits, in any layout with one row of classes after the other. */
  readonly logits: string;
}

export interface AnswersSource {
  readonly file: string;
  readonly kind: OwnAnswers["kind"];
  readonly accepted: boolean;
  readonly original: LogitsGraph;
  readonly rewritten: LogitsGraph;
  readonly classes: number;
  /** Of all weights. */
  readonly bytes: number;
  readonly runtime: Runtime;
  readonly place: WeightPlace;
  /** The input that says which answer each token is part of, of language models. Default: none. */
  readonly branches?: string | undefined;
  /** Built inputs that the answers are compared on. At least one. */
  readonly inputs: readonly Feeds[];
}

/** A file and what is known of it from the start. */
export interface OpenAnswers {
  readonly answers: OwnAnswers;
  readonly warnings: readonly Warning[];
  dispose(): Promise<void>;
}

/** Opens the file of a model and compares it with the rewritten graph on built inputs. Never fails for what the file does. */
export async function openOwnAnswers(source: AnswersSource): Promise<OpenAnswers> {
  const { file, kind, accepted, original, rewritten, bytes, inputs } = source;
  const program = createProgram(source, original, { keep: bytes <= KEPT_BYTES, exact: true });
  const explained = createProgram(source, rewritten, { keep: true, exact: true });
  const differences: Difference[] = [];
  const answers: Float32Array[] = [];
  let failed: unknown;
  try {
    for (const feeds of inputs) {
      const [before, after] = [await program.logits(feeds), await explained.logits(feeds)];
      answers.push(before);
      differences.push(...rowDifferences(before, after, source.classes));
    }
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    failed = error;
  } finally {
    await explained.dispose();
  }
  const answer = (feeds: Feeds) =>
    program.logits(feeds).catch((error: unknown) => {
      if (error instanceof ExecutionError) return undefined;
      throw error;
    });
  return {
    answers: {
      file,
      kind,
      accepted,
      // A file reads all tokens one after the other: answers behind one prompt would see each other in it.
      logits: (feeds) =>
        failed === undefined && !isForked(feeds, source.branches) ? answer(feeds) : Promise.resolve(undefined),
    },
    warnings:
      failed === undefined
        ? [...knownWarnings(source, differences), ...(await saturationWarnings(source, answers))]
        : [unmeasuredWarning(file, kind, "this engine has no kernels that run the file as it is")],
    dispose: () => program.dispose(),
  };
}

/** Whether several answers follow one prompt. */
function isForked(feeds: Feeds, branches: string | undefined): boolean {
  const numbers = branches === undefined ? [] : Array.from(feeds[branches]?.data ?? [], Number);
  return numbers.some((branch) => branch > 1);
}

/** What is said of a file that is not run. */
export function unmeasuredWarning(file: string, kind: OwnAnswers["kind"], why: string): Warning {
  const message = `The model "${file}" is ${nameOf(kind)}; it is explained with the same weights and arithmetic in float32, which moves the logits by an amount that was not measured, because ${why}`;
  return { code: "dequantised", message };
}

/** What explanations and `calig inspect` say before any input is known. */
function knownWarnings({ file, kind, inputs }: AnswersSource, differences: readonly Difference[]): readonly Warning[] {
  const share = ({ moved, largest }: Difference) => (largest > 0 ? moved / largest : moved);
  const worst = differences.reduce((most, own) => (share(own) > share(most) ? own : most));
  if (kind === "half-precision" && share(worst) <= MOST_MOVED) return [];
  const of = inputs.length === 1 ? "a built input" : `${inputs.length} built inputs`;
  const far = differences.some(isFar) ? ", so that explanations of some inputs will be refused" : "";
  const message = `The model "${file}" is ${nameOf(kind)}; it is explained with the same weights and arithmetic in float32, which ${movedText(worst, of)}${far}`;
  return [{ code: "dequantised", message }];
}

/** Of every row of classes. */
function rowDifferences(before: Float32Array, after: Float32Array, classes: number): Difference[] {
  return Array.from({ length: Math.floor(before.length / classes) }, (_, row) => {
    const own = (values: Float32Array) => values.subarray(row * classes, (row + 1) * classes);
    return compareLogits(own(before), own(after));
  });
}

/** What users of the file must know of this processor: see `eightBitKernels`. */
async function saturationWarnings(source: AnswersSource, exact: readonly Float32Array[]): Promise<readonly Warning[]> {
  const { file, original, runtime, inputs } = source;
  if (!holdsEightBitProducts(original.graph)) return [];
  const kernels = await eightBitKernels(runtime);
  if (!kernels.saturate) return [];
  const what = `This processor's 8-bit kernels saturate: the file "${file}" gives other logits here than elsewhere`;
  if (!kernels.avoidable) {
    const message = `${what}; what float32 arithmetic moves cannot be told from that on this processor`;
    return [{ code: "saturation", message }];
  }
  const plain = createProgram(source, original, { keep: true, exact: false });
  try {
    let [moved, largest] = [0, 0];
    for (const [i, feeds] of inputs.entries()) {
      const own = compareLogits(exact[i] as Float32Array, await plain.logits(feeds));
      [moved, largest] = [Math.max(moved, own.moved), Math.max(largest, own.largest)];
    }
    if (moved <= SATURATED * largest) return [];
    const message = `${what}, which ${movedText({ moved, largest }, "built inputs")}; explained is what its operators are defined to give, which the engine gives here too where it is told to (session.x64quantprecision)`;
    return [{ code: "saturation", message }];
  } finally {
    await plain.dispose();
  }
}

interface LogitsProgram {
  logits(feeds: Feeds): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Compiled when first asked; kept until disposed, or for one question. */
function createProgram(
  { runtime, place }: AnswersSource,
  { graph, opsets, logits }: LogitsGraph,
  { keep, exact }: { readonly keep: boolean; readonly exact: boolean },
): LogitsProgram {
  let kept: Promise<Session> | undefined;
  const compile = async () => {
    const program = extractGraph(graph, { outputs: [logits] });
    const options = { name: "logits of the file", exactProducts: exact, ...place };
    return runtime.compile(encodeModel(createModel(program, opsets)), options);
  };
  return {
    async logits(feeds) {
      kept ??= compile();
      const session = await kept;
      try {
        const used = Object.entries(feeds).filter(([input]) => session.inputNames.includes(input));
        const fetches = await session.run(Object.fromEntries(used));
        return toFloatTensor(fetches[logits] as Tensor).data;
      } finally {
        if (!keep) {
          kept = undefined;
          await session.dispose();
        }
      }
    },
    async dispose() {
      await (await kept?.catch(() => undefined))?.dispose();
      kept = undefined;
    },
  };
}
