/** @file `explain` on a page: of models, and of pipelines of transformers.js. */

import type { explain as explainModel } from "@calig/core/internal/attribution/explain";
import { type ExplainPipeline, explainBoth } from "@calig/core/internal/pipelines/explainer";
import type { PipelineLoading } from "./explainer-options.ts";

/**
 * Explains one prediction of a model, or of a pipeline of transformers.js that is loaded: which features of the input support
 * the target, which oppose it, and in which block the evidence arises. The same input, options and seed give the same numbers.
 *
 * Of a pipeline its own files are explained, as they are in the browser's cache, without a request; they are read with the
 * first input and kept as long as the pipeline lives. `loading` has what `loadModel` takes (`wasm`, `acceptDifference`), and
 * where the files are, if not there.
 *
 * Units: attributions are in units of the target score, so with a propagated baseline they sum to the score at the
 * input minus the score at the baseline.
 * Cost: two forward passes, and the points of the sweep (`cost.modelEvaluations`).
 *
 * @throws {InvalidOptionError} For an option of an unknown name, of another type, out of bounds, or without effect.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {CheckpointError} When the files of a pipeline are not found.
 * @throws {DifferenceError} When the model's own file, which is quantised or of half precision, answers something else than
 * the float32 arithmetic that is explained, and the model was not loaded with `acceptDifference`.
 * @throws {ExecutionError} When the engine fails.
 */
export const explain: ExplainPipeline<PipelineLoading> & typeof explainModel = explainBoth(
  async () => (await import("./pipelines.ts")).explainPipeline,
);
