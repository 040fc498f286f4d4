/** @file What a model says of an input without some of its features, asked one by one and in another way than counterfactuals are found. */

import type { ExplainableModel, Explanation } from "@calig/node";

export interface RestatedAnswer {
  readonly label: string;
  readonly probability: number;
  readonly score: number;
  /** Whether the class that is explained is predicted where it was not, or the other way round. */
  readonly flips: boolean;
}

/**
 * Asks a classifier of one label of many, explained by its logit, about single variants: forward passes of one row over
 * ids with mask tokens, or over a picture with patches of its blurred copy.
 *
 * @returns What it says with the features at some positions gone.
 */
export async function restated(
  model: ExplainableModel,
  input: object,
  { target }: Explanation,
): Promise<(gone: readonly number[]) => Promise<RestatedAnswer>> {
  const whole = await model.modality.prepare(model, input, {});
  const [part] = whole.parts;
  const feeds = part?.input.feeds ?? {};
  const best = (logits: readonly number[]) => logits.indexOf(Math.max(...logits));
  const ask = async (changed: typeof feeds) => Array.from((await model.programs.logits(changed)).data);
  const before = best(await ask(feeds)) === target.index;
  const mask = BigInt(model.tokenizer?.specialTokens.mask?.id ?? 0);
  return async (gone) => {
    const changed = Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => {
        if (!(name.includes("ids") && !name.includes("type"))) return [name, tensor];
        const data = (tensor.data as BigInt64Array).slice();
        for (const t of gone) data[t] = mask;
        return [name, { ...tensor, data }];
      }),
    ) as typeof feeds;
    const logits = await ask(changed);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const winner = best(logits);
    return {
      label: model.labels[winner] as string,
      probability: Math.exp(logits[winner] as number) / total,
      score: logits[target.index] as number,
      flips: (winner === target.index) !== before,
    };
  };
}
