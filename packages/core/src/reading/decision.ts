/** @file What a model decided, whatever was asked: as data that languages make sentences of. */

import type { Explanation } from "../attribution/explanation.ts";
import { visible } from "../util/plain-text.ts";
import { className, headKind, isClass, isPredictedClass } from "./head.ts";
import type { Decision } from "./words/words.ts";

/** Classes that a sentence names. */
const NAMED = 3;

/** What a sentence calls a class, or an answer: on one line, without spaces around it. */
export const labelOf = (
  explanation: Pick<Explanation, "predictions">,
  { index, label }: { readonly index: number; readonly label: string },
): string => visible(className(explanation, { index, label })).trim();

export function decisionOf(explanation: Explanation, number: (value: number) => string): Decision {
  const { predictions, target } = explanation;
  const [best] = predictions;
  const nameOf = (prediction: { readonly index: number; readonly label: string }) => labelOf(explanation, prediction);
  if (best === undefined) return { kind: "class", label: nameOf(target) };
  switch (headKind(explanation)) {
    case "binary":
      return { kind: "yes-or-no", label: nameOf(best), yes: isPredictedClass(explanation, best) };
    case "independent": {
      const picked = predictions.filter((prediction) => isPredictedClass(explanation, prediction));
      return { kind: "several", labels: picked.slice(0, NAMED).map(nameOf), more: Math.max(0, picked.length - NAMED) };
    }
    case "numbers": {
      if (isSimilarity(explanation)) {
        return { kind: "similarity", value: number(target.score), other: comparedWith(explanation) };
      }
      const own = predictions.find(({ index }) => index === target.index) ?? best;
      return { kind: "number", label: nameOf(own), value: number(own.logit), of: predictions.length };
    }
    default:
      if (isTokenTask(explanation)) return { kind: TOKEN_TASKS[explanation.model.task], label: nameOf(best) };
      return target.token === undefined
        ? { kind: "class", label: nameOf(best) }
        : { kind: "token", label: nameOf(best), token: visible(target.token.text) };
  }
}

/** Tasks whose predictions are the best of very many, and how the best is told. */
const TOKEN_TASKS = { "text-generation": "next", "fill-mask": "fills", "question-answering": "answers" } as const;

/** Whether the predictions are the best of very many, and not the classes of a model. */
export const isTokenTask = <T extends { readonly model: { readonly task: string } }>(
  explanation: T,
): explanation is T & { readonly model: { readonly task: keyof typeof TOKEN_TASKS } } =>
  Object.hasOwn(TOKEN_TASKS, explanation.model.task);

/** Whether what is explained is what the model decided. */
export function isDecided(explanation: Explanation): boolean {
  const { predictions, target } = explanation;
  const own = predictions.find(({ index }) => index === target.index);
  if (own === undefined && isTokenTask(explanation)) return false; // none of the best of very many
  return !isClass(target) || own === undefined || isPredictedClass(explanation, own);
}

/** Whether a model that compares texts was asked how similar this one is. */
export const isSimilarity = ({ model }: Pick<Explanation, "model">): boolean => model.task === "sentence-similarity";

/** The other text; undefined where there are several, or a vector. */
function comparedWith({ method }: Explanation): string | undefined {
  const asked = method.options.score;
  const other = typeof asked === "object" && asked !== null ? (asked as { readonly with?: unknown }).with : undefined;
  return typeof other === "string" ? visible(other) : undefined;
}
