/** @file What deletion and insertion are measured in: probabilities, or numbers in units of the score. */

import type { HeadActivation, ModelFacts } from "../attribution/explanation.ts";

/** Settings of evaluations and comparisons. */
interface Measured {
  readonly model: Pick<ModelFacts, "task" | "activation">;
  readonly settings: { readonly score: string };
}

/** Tasks whose answers are no classes: what is measured is the score. */
const SCORED: ReadonlySet<string> = new Set(["text-generation", "question-answering", "sentence-similarity"]);

/** Whether what is measured is the score of what was asked. */
export const isPromptScore = ({ model }: Pick<Measured, "model">): boolean => SCORED.has(model.task);

/** How curves are drawn: from 0 to 1, or over the range that they have. */
export const curveActivation = ({ model }: Measured): HeadActivation | undefined =>
  isPromptScore({ model }) ? "none" : model.activation;

/** "Probability", "Score (regression)", "Log-probability" */
export function curveQuantity({ model, settings }: Measured): string {
  if (isPromptScore({ model })) return `${settings.score.charAt(0).toUpperCase()}${settings.score.slice(1)}`;
  return model.activation === "none" ? "Score (regression)" : "Probability";
}
