/** @file The margin: the logit of the target minus the largest of all others. */

import { floatTensor } from "../../tensor/tensor.ts";
import { largest } from "../../util/largest.ts";
import { pickFrom, type Question, refuseRegression } from "../question.ts";

const EXCLUDED = "score.excluded";
/** Low enough to lose every maximum, high enough to stay finite in float32 sums. */
const NEVER = -1e30;

export const margin = {
  name: "margin",
  asks: "logits",
  compares: "the margin already compares with the best other class",
  emit({ builder, logits, classes, pick }) {
    const excluded = builder.input(EXCLUDED, "float32", [classes]);
    const best = builder.reduceMax(builder.add(logits, excluded), [1]);
    return builder.sub(pick(logits), best);
  },
  feeds({ target }, classes) {
    const excluded = new Float32Array(classes);
    excluded[target] = NEVER;
    return { [EXCLUDED]: floatTensor(excluded, [classes]) };
  },
  evaluate: (logits, asked) =>
    pickFrom(logits, asked) - largest(Array.from(logits).filter((_, index) => index !== asked.target)),
  refusal(asked, classes) {
    if (classes < 2) return `the model has ${classes} output; use score "logit"`;
    return refuseRegression(asked);
  },
} as const satisfies Question;
