/** @file Normalisations of com.microsoft that add first, and the embedding layer of BERT, as primitives. */

import { float, int } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import { layerNorm } from "./attention-core.ts";
import { type Writer, withBias } from "./writer.ts";

/** SkipLayerNormalization-1: norm(x + skip + bias) scale + beta, and the sum. */
export const skipLayerNormalization: Writer = (context) => {
  if (context.wants(1) || context.wants(2)) return context.refuse("its statistics are read");
  const { builder: b } = context;
  const sum = withBias(b, b.add(context.input(0), context.input(1)), context.optional(4));
  const y = layerNorm(b, sum, context.input(2), context.optional(3), context.float("epsilon", 1e-12));
  return [y, undefined, undefined, sum];
};

/** SkipSimplifiedLayerNormalization-1: the same without a mean. */
export const skipSimplifiedLayerNormalization: Writer = (context) => {
  if (context.wants(1) || context.wants(2)) return context.refuse("its statistics are read");
  const { builder: b } = context;
  const sum = withBias(b, b.add(context.input(0), context.input(1)), context.optional(3));
  const attributes = { axis: int(-1), epsilon: float(context.float("epsilon", 1e-12)) };
  return [b.emit("SimplifiedLayerNormalization", [sum, context.input(2)], { attributes }), undefined, undefined, sum];
};

/** EmbedLayerNormalization-1: word, position and segment vectors, added and normalised; and the number of ones in every mask. */
export const embedLayerNormalization: Writer = (context) => {
  const { builder: b } = context;
  const [ids, segments, mask, positions] = [context.input(0), ...[1, 7, 8].map((i) => context.optional(i))];
  const words = b.emit("Gather", [context.input(2), ids as string]); // [batch, tokens, width]
  const placed =
    positions === undefined
      ? b.slice(context.input(3), 0, 0, b.sizeOf(ids as string, 1)) // [tokens, width]
      : b.emit("Gather", [context.input(3), positions]);
  const located = b.add(words, placed);
  const sum = segments === undefined ? located : b.add(located, b.emit("Gather", [context.input(4), segments]));
  const y = layerNorm(b, sum, context.input(5), context.optional(6), context.float("epsilon", 1e-12));
  const counted = context.wants(1) ? countOnes() : undefined;
  return [y, counted, sum];

  function countOnes(): string {
    if (mask === undefined) return context.refuse("the length of its mask is read, and it has no mask");
    const wide = b.emit("Cast", [mask], { attributes: { to: int(dtypeCode("int64")) } });
    return b.emit("Cast", [b.reduceSum(wide, [1], false)], { attributes: { to: int(dtypeCode("int32")) } });
  }
};
