/**
 * @file The gradient of Mish (Misra 2019), an activation of ONNX that calig has no rule for. A gradient rule from outside.
 *
 * calig explain "A gripping film" --model model-with-mish.onnx --plugin examples/extend/mish.ts
 */

import { defineRule } from "calig/extend";

/** y = x tanh(u) with u = softplus(x): dy/dx = tanh(u) + x (1 - tanh(u)^2) sigmoid(x). */
export default defineRule({
  domain: "",
  opType: "Mish",
  since: 18,
  rule({ builder: b, ...context }) {
    const x = context.input(0);
    const t = b.emit("Tanh", [b.emit("Softplus", [x])]);
    const steep = b.mul(b.sub(b.scalar(1), b.mul(t, t)), b.emit("Sigmoid", [x]));
    return [b.mul(context.outputGradient(), b.add(t, b.mul(x, steep)))];
  },
});
