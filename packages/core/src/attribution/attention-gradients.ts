/** @file Attention of all blocks and its gradients at the input: what methods that look at attention share. METHOD 3. */

import type { AttentionGradients } from "../program/model-programs.ts";
import { largestLogit } from "../program/score.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { checkGradient } from "./consistency.ts";
import type { MethodContext } from "./method.ts";

/**
 * A_l and dF/dA_l of every block at the input.
 *
 * @throws {ConsistencyError} When they are not those of the model. Cost: one pass forward and back.
 */
export async function attentionGradientsAtInput({
  model,
  input,
  forward,
  score,
  scoreAtInput,
}: MethodContext): Promise<AttentionGradients> {
  const result = await model.programs.attentionGradients({
    hiddenState: forward.hiddenStates[0] as FloatTensor,
    feeds: input.feeds,
    score,
  });
  const scale = largestLogit(forward.logits);
  for (const gradient of result.gradients) checkGradient({ score: result.scores[0], gradient }, scoreAtInput, scale);
  return result;
}
