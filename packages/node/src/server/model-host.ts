/** @file Where a served model works: in this process, or in one of its own. Routes know this interface alone. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { ModelFacts } from "@calig/core/internal/attribution/explanation";
import { formOfModel } from "@calig/core/internal/modality/input-forms";
import type { InputForm } from "@calig/core/internal/options/form";
import {
  type EvaluateWork,
  type ExplainWork,
  evaluateBytes,
  explainBytes,
  type VerifyWork,
  verifyBytes,
  type WorkHooks,
  type WorkLimits,
} from "./model-work.ts";
import { type RunLimits, type RunWork, runBytes } from "./run-work.ts";

/** A model and whoever works with it. */
export interface ModelHost {
  /** The kind of input that it reads: "text". */
  readonly kind: string;
  /** How requests give it; undefined where only code can. */
  readonly input: InputForm | undefined;
  readonly labels: readonly string[];
  readonly facts: ModelFacts;
  /** An explanation, rendered, in UTF-8. Rejects once nothing works on it any more. */
  explain(work: ExplainWork, limits: WorkLimits, hooks: WorkHooks): Promise<Uint8Array>;
  /** An evaluation as JSON in UTF-8. Rejects once nothing works on it any more. */
  evaluate(work: EvaluateWork, limits: WorkLimits, hooks: WorkHooks): Promise<Uint8Array>;
  /** A run over a data set, as far as it comes before it is stopped: how far that is, as JSON in UTF-8. */
  run(work: RunWork, limits: RunLimits, hooks: WorkHooks): Promise<Uint8Array>;
  /** A verification as JSON in UTF-8. Rejects once nothing works on it any more. */
  verify(work: VerifyWork, limits: WorkLimits, hooks: WorkHooks): Promise<Uint8Array>;
}

/**
 * A model of this process. What of the work is not done by the engine holds the loop of events, and what ends the process
 * ends the server: fit for models and texts that are one's own.
 */
export const hostHere = (model: ExplainableModel): ModelHost => ({
  kind: model.modality.name,
  input: formOfModel(model),
  labels: model.labels,
  facts: model.facts,
  explain: (work, limits, hooks) => explainBytes(model, work, limits, hooks),
  evaluate: (work, limits, hooks) => evaluateBytes(model, work, limits, hooks),
  run: (work, limits, hooks) => runBytes(model, work, limits, hooks),
  verify: (work, limits, hooks) => verifyBytes(model, work, limits, hooks),
});
