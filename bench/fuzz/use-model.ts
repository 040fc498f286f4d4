/** @file A damaged model in use: loaded, and asked for one small explanation. */

import { type Explanation, explain, type LoadedModel, loadModel, rgbImage } from "calig/node";
import type { Chance } from "./random.ts";

/** Methods with gradients, which take several times as long as those without. */
const METHODS = ["saliency", "ca-lig", "grad-cam"] as const;

export const anyMethod = (chance: Chance): string => (chance.is(0.9) ? "raw-attention" : chance.pick(METHODS));

const PICTURE = rgbImage(
  16,
  16,
  Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256),
);

/** Explains a few tokens, or 16 x 16 pixels. */
export function explainSmall(model: LoadedModel, method: string): Promise<Explanation> {
  const input = model.imageProcessor === undefined ? { text: "a film the yes" } : { image: PICTURE };
  // Of models that label every token, the explained one has to be named.
  const token = model.facts.task === "token-classification" ? { token: 1 } : {};
  return explain(model, input, { method, ...token, ...(method === "ca-lig" ? { steps: 2 } : {}) });
}

/** Loads what a path names and explains an input with it. */
export async function useModel(path: string, method: string): Promise<Explanation> {
  // One thread: starting more takes longer than such a model does.
  await using model = await loadModel(path, { threads: 1 });
  return await explainSmall(model, method);
}
