/** @file What a model says of an input without some of its features, asked one by one and in another way than counterfactuals are found. */

import { toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { substituteImage } from "@calig/core/internal/input/image/replacement";
import type { PreparedImage } from "@calig/core/internal/modality/image/prepare";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import type { Counterfactual, ExplainableModel, Explanation } from "@calig/node";

export interface RestatedAnswer {
  readonly label: string;
  readonly probability: number;
  readonly score: number;
  /** Whether the class that is explained is predicted where it was not, or the other way round. */
  readonly flips: boolean;
}

/** What a model says with the features at some positions gone. */
export type Restated = (gone: readonly number[]) => Promise<RestatedAnswer>;

/**
 * Asks a classifier of one label of many, explained by its logit, about single variants: forward passes of one row over
 * ids with mask tokens, or over a picture with pixels of its blurred copy.
 */
export async function restated(model: ExplainableModel, input: object, { target }: Explanation): Promise<Restated> {
  const whole = await model.modality.prepare(model, input, {});
  const prepared = whole.parts[0]?.input as PreparedImage;
  const { feeds } = prepared;
  const change = "image" in input ? blurred(model, prepared) : masked(model, prepared);
  const best = (logits: readonly number[]) => logits.indexOf(Math.max(...logits));
  const ask = async (changed: typeof feeds) => Array.from((await model.programs.logits(changed)).data);
  const before = best(await ask(feeds)) === target.index;
  return async (gone) => {
    const logits = await ask(change(gone));
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

type Change = (gone: readonly number[]) => PreparedImage["feeds"];

function masked({ tokenizer, anatomy }: ExplainableModel, { feeds }: Pick<PreparedImage, "feeds">): Change {
  const mask = BigInt(tokenizer?.specialTokens.mask?.id ?? 0);
  const name = streamOf(anatomy).inputs.ids ?? "input_ids";
  return (gone) => {
    const ids = feeds[name] as (typeof feeds)[string];
    const data = (ids.data as BigInt64Array).slice();
    for (const t of gone) data[t] = mask;
    return { ...feeds, [name]: { ...ids, data } as typeof ids };
  };
}

function blurred({ anatomy }: ExplainableModel, { feeds, features, fitted, processor }: PreparedImage): Change {
  const { inputs, patches } = streamOf(anatomy);
  const name = inputs.pixels ?? "pixel_values";
  const other = toPixelTensor(substituteImage(fitted.image, "blur", { processor, seed: 0 }), processor);
  return (gone) => {
    const own = feeds[name] as typeof other;
    const [, channels = 0, height = 0, width = 0] = own.shape;
    const data = own.data.slice();
    const places = new Set(gone.map((t) => `${features[t]?.row} ${features[t]?.column}`));
    const patch = patches?.patch ?? 1;
    for (let i = 0; i < channels * height * width; i++) {
      const [y, x] = [Math.floor(i / width) % height, i % width];
      if (places.has(`${Math.floor(y / patch)} ${Math.floor(x / patch)}`)) data[i] = other.data[i] as number;
    }
    return { ...feeds, [name]: { ...own, data } };
  };
}

/** What is wrong with the counterfactuals of an explanation, and how much was stated. */
export interface Checked {
  readonly statements: number;
  readonly flips: number;
  readonly wrong: readonly string[];
  /** Sets whose minimality was tested here and holds. */
  readonly minimal: boolean | undefined;
}

/** Asks the model again of everything that counterfactuals state. */
export async function recheck(model: ExplainableModel, input: object, explanation: Explanation): Promise<Checked> {
  const { counterfactuals, features } = explanation;
  if (counterfactuals === undefined) return { statements: 0, flips: 0, wrong: ["nothing stated"], minimal: undefined };
  const { single, together, smallestFlip, evidenceAlone, allRemoved } = counterfactuals;
  const ask = await restated(model, input, explanation);
  const all = features.flatMap(({ special }, t) => (special ? [] : [t]));
  const positions = ({ features: own }: Pick<Counterfactual, "features">) => own.flatMap((one) => one.features);
  const kept = new Set(positions(evidenceAlone));
  const stated: (readonly [
    name: string,
    one: Pick<Counterfactual, "prediction" | "flips">,
    gone: readonly number[],
  ])[] = [
    ...[...single, ...together, ...(smallestFlip === null ? [] : [smallestFlip])].map(
      (one, i) => [`removal ${i}`, one, positions(one)] as const,
    ),
    ["all removed", allRemoved, all],
    ["evidence alone", evidenceAlone, all.filter((t) => !kept.has(t))],
  ];
  const wrong: string[] = [];
  for (const [name, { prediction, flips }, gone] of stated) {
    const answer = await ask(gone);
    if (flips !== answer.flips) wrong.push(`${name}: flips ${flips}, asked again ${answer.flips}`);
    if (prediction.label !== answer.label) wrong.push(`${name}: ${prediction.label}, asked again ${answer.label}`);
    if (Math.abs(prediction.score - answer.score) > 1e-3)
      wrong.push(`${name}: score ${prediction.score}, ${answer.score}`);
    if (Math.abs((prediction.probability ?? 0) - answer.probability) > 1e-4) wrong.push(`${name}: another probability`);
  }
  let minimal: boolean | undefined;
  if (smallestFlip?.minimal === true) {
    minimal = true;
    for (const back of smallestFlip.features) {
      const left = smallestFlip.features.filter((one) => one !== back);
      if ((await ask(positions({ features: left }))).flips) {
        minimal = false;
        wrong.push("the smallest set is not minimal");
      }
    }
  }
  return { statements: stated.length, flips: stated.filter(([, { flips }]) => flips).length, wrong, minimal };
}
