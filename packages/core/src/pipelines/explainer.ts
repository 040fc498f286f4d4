/** @file The habit of transformers.js: a function made for a task and a model, which is given inputs. Here it explains them. */

// Of explainers that are disposed of: not every project has these types.
/// <reference lib="esnext.disposable" preserve="true" />

import { explain as explainModel } from "../attribution/explain.ts";
import type { Explanation } from "../attribution/explanation.ts";
import type { ExplainOptions } from "../attribution/options.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { OnnxDtype } from "../loading/onnx-place.ts";
import type { Task } from "../loading/task.ts";
import { holdToPipeline } from "./hold-to-pipeline.ts";
import { dtypeOf, isPipeline, type TransformersPipeline } from "./pipeline.ts";
import {
  checkFits,
  type PictureReader,
  type PipelineInput,
  type PipelineTask,
  pipelineInput,
  pipelineTask,
} from "./tasks.ts";

/** Explains inputs of one task with one model. Holds the model: call `dispose()`, or declare it with `await using`. */
export interface Explainer<Model extends AssembledModel = AssembledModel> extends AsyncDisposable {
  /** @throws What `explain` throws. */
  (input: PipelineInput, options?: ExplainOptions): Promise<Explanation>;
  readonly task: string;
  readonly model: Model;
  dispose(): Promise<void>;
}

/** @throws {InvalidOptionError} When the model does not fit the task; then it is disposed of. */
export async function createExplainer<Model extends AssembledModel>(
  task: PipelineTask,
  model: Model,
  readPicture: PictureReader,
): Promise<Explainer<Model>> {
  try {
    checkFits(task, model);
  } catch (error) {
    await model.dispose();
    throw error;
  }
  const run = async (given: PipelineInput, options?: ExplainOptions): Promise<Explanation> =>
    explainModel<object>(model, await pipelineInput(task, given, readPicture), options);
  const dispose = () => model.dispose();
  return Object.assign(run, { task: task.name, model, dispose, [Symbol.asyncDispose]: dispose });
}

/** What `loadModel` is told for a pipeline. */
export interface PipelineRequest {
  readonly task: Task;
  /** Of the file that the pipeline runs, where it says. */
  readonly dtype?: OnnxDtype;
}

/**
 * An explainer of a pipeline, whose model answers as the pipeline does.
 *
 * @throws What `load` throws.
 * @throws {UnsupportedModelError} When the pipeline runs several graphs.
 * @throws {CheckpointError} When the pipeline reads or answers otherwise than its files do here.
 */
export async function explainerOfPipeline<Model extends AssembledModel>(
  pipeline: TransformersPipeline,
  readPicture: PictureReader,
  load: (request: PipelineRequest) => Promise<Model>,
): Promise<Explainer<Model>> {
  const task = pipelineTask(pipeline.task);
  const dtype = dtypeOf(pipeline) as OnnxDtype | undefined;
  const model = await load({ task: task.loaded, ...(dtype === undefined ? {} : { dtype }) });
  await holdToPipeline(pipeline, model, { task: task.loaded, exact: dtype === "fp32" });
  return createExplainer(task, model, readPicture);
}

/**
 * Explains what a pipeline answers. Its files are read with the first input and kept as long as the pipeline lives: one that
 * is explained again is not loaded again.
 */
export function pipelineExplainers<Loading extends object>(
  make: (pipeline: TransformersPipeline, loading: Loading) => Promise<Explainer>,
): ExplainPipeline<Loading> {
  const kept = new WeakMap<object, { readonly loading: Loading; readonly explainer: Promise<Explainer> }>();
  const explainerFor = (pipeline: TransformersPipeline, loading: Loading | undefined): Promise<Explainer> => {
    const known = kept.get(pipeline);
    if (known !== undefined && (loading === undefined || isSame(known.loading, loading))) return known.explainer;
    void known?.explainer.then((explainer) => explainer.dispose()).catch(() => {});
    const asked = loading ?? ({} as Loading);
    const explainer = make(pipeline, asked);
    kept.set(pipeline, { loading: asked, explainer });
    // Where its files were not found, it may be said where they are.
    explainer.catch(() => kept.delete(pipeline));
    return explainer;
  };
  return async (pipeline, input, { loading, ...options } = {}) => {
    const run = await explainerFor(pipeline, loading);
    return run(input, options);
  };
}

/** Whether two records have the same entries. */
function isSame(left: object, right: object): boolean {
  const entries = Object.entries(left);
  const other = right as Record<string, unknown>;
  return entries.length === Object.keys(right).length && entries.every(([key, value]) => other[key] === value);
}

/** How `explain` is called with a pipeline: `loading` says how its model is loaded, where that is not as usual. */
export type ExplainPipeline<Loading> = (
  pipeline: TransformersPipeline,
  input: PipelineInput,
  options?: ExplainOptions & { readonly loading?: Loading },
) => Promise<Explanation>;

/** `explain` for models and for pipelines. What pipelines need is imported with the first of them. */
export const explainBoth = <Loading>(
  loadPipelines: () => Promise<ExplainPipeline<Loading>>,
): ExplainPipeline<Loading> & typeof explainModel =>
  (async (first: never, input: never, options: never) =>
    isPipeline(first)
      ? (await loadPipelines())(first, input, options)
      : explainModel(first, input, options)) as ExplainPipeline<Loading> & typeof explainModel;
