/** @file What a model is asked for, as callers name it, and which models can be asked. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { InvalidOptionError } from "../errors.ts";
import { logitsOf } from "../transformer/anatomy.ts";

export const TASKS = [
  "classification",
  "text-generation",
  "similarity",
  "token-classification",
  "zero-shot",
  "relevance",
  "question-answering",
  "fill-mask",
  "zero-shot-image",
  "image-text",
] as const;
export type Task = (typeof TASKS)[number];

/** Tasks of a model, the usual one first. */
export function tasksOf({ anatomy, labels }: Pick<ExplainableModel, "anatomy" | "labels">): readonly Task[] {
  const output = logitsOf(anatomy);
  switch (output.kind) {
    case "embedding":
      return output.shared ? ["zero-shot-image", "image-text"] : ["similarity"];
    case "next-token":
      return ["text-generation"];
    case "masked-token":
      return ["fill-mask"];
    case "span":
      return ["question-answering"];
    case "logits":
      if (output.per === "token") return ["token-classification", "classification"];
      return [
        "classification",
        ...(labels.some((label) => /^entail/i.test(label)) ? (["zero-shot"] as const) : []),
        ...(labels.length === 1 ? (["relevance"] as const) : []),
      ];
  }
}

/** @throws {InvalidOptionError} When the model has no such task. */
export function checkAskedTask(model: Pick<ExplainableModel, "anatomy" | "facts" | "labels">, task: Task): void {
  const own = tasksOf(model);
  if (own.includes(task)) return;
  throw new InvalidOptionError(
    `Cannot use model "${model.facts.id}" for the task ${task}: its files say ${own.join(", ")}; leave the task out, or name another model`,
    "task",
    task,
  );
}
