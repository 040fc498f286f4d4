/** @file An explanation as short as an assistant can use it: summary first, no arrays over all positions of all blocks. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { quote } from "@calig/core/internal/errors";
import { summarise } from "@calig/core/internal/reading/summarise";
import type { Fields } from "./api.ts";
import type { ToolAnswer } from "./tool.ts";

/** Classes and features of each side that are told. */
const MOST_PREDICTIONS = 5;
const MOST_FEATURES = 10;
/** Words of a text that are told one by one; of longer ones the strongest are. */
const MOST_WORDS = 400;

/** What people are told, and the figures behind it. @throws {InvalidOptionError} For a language that there is none of. */
export function brief(explanation: Explanation, language: string | undefined): ToolAnswer {
  const { text } = summarise(explanation, language === undefined ? {} : { language });
  return { text, data: { summary: text, ...figuresOf(explanation) } };
}

function figuresOf(explanation: Explanation): Fields {
  const { model, target, predictions, supporting, opposing, blocks, completeness, warnings, method } = explanation;
  const words = explanation.layout === "text" ? explanation.words : [];
  return {
    model: { id: model.id, task: model.task, ...(model.card === undefined ? {} : { trainedOn: model.card.trainedOn }) },
    target,
    predictions: predictions.slice(0, MOST_PREDICTIONS),
    supporting: supporting.slice(0, MOST_FEATURES),
    opposing: opposing.slice(0, MOST_FEATURES),
    ...(words.length === 0 || words.length > MOST_WORDS
      ? {}
      : { words: words.map(({ text, attribution }) => [text, rounded(attribution)]) }),
    blocks: blocks.map(({ index, fused, completeness: own }) => ({
      block: index,
      evidence: rounded(fused.reduce((sum, value) => sum + Math.abs(value), 0)),
      converged: own.converged,
    })),
    method: { name: method.name, baseline: method.options.baseline },
    completenessError: completeness?.relativeError ?? null,
    warnings: warnings.map(({ code, message }) => ({ code, message })),
    ...(explanation.counterfactuals === undefined ? {} : { counterfactuals: explanation.counterfactuals }),
  };
}

/** Four digits behind the point: nobody reads more. */
export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** What an explanation is about, in a few words: "positive", 92.1 %. */
export function decisionOf({ target, predictions }: Explanation): string {
  const [first] = predictions;
  const probability =
    target.probability === undefined || target.probability === null
      ? ""
      : `, ${(100 * target.probability).toFixed(1)} %`;
  const other = first === undefined || first.label === target.label ? "" : ` (the model says ${quote(first.label)})`;
  return `${quote(target.label)}${probability}${other}`;
}
