/** @file The activations that configurations name, as ONNX nodes: the table ACT2FN of transformers. */

import { UnsupportedModelError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { float } from "../onnx/model.ts";

/** Adds the activation of a value to the graph. */
export type Activation = (builder: GraphBuilder, x: string) => string;

const gelu: Activation = (builder, x) => builder.emit("Gelu", [x], { domain: "com.microsoft" });
const tanhGelu: Activation = (builder, x) => builder.emit("FastGelu", [x], { domain: "com.microsoft" });
const silu: Activation = (builder, x) => builder.mul(x, builder.emit("Sigmoid", [x]));
const unary =
  (opType: string): Activation =>
  (builder, x) =>
    builder.emit(opType, [x]);

/** Constants of MEGA's attention (Ma et al. 2023), by which its Laplace function is close to a squared ReLU. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the published figure has six digits.
const LAPLACE = { mean: 0.707107, deviation: 0.282095 };

/** Each of ACT2FN that has no weights of its own. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu,
  gelu_python: gelu,
  gelu_10: (builder, x) => clip(builder, gelu(builder, x), -10, 10),
  gelu_new: tanhGelu,
  gelu_fast: tanhGelu,
  gelu_accurate: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  gelu_python_tanh: tanhGelu,
  quick_gelu: (builder, x) =>
    builder.emit("QuickGelu", [x], { domain: "com.microsoft", attributes: { alpha: float(1.702) } }),
  hardswish: unary("HardSwish"),
  /** (1 + erf((x - mean) / (deviation sqrt 2))) / 2 */
  laplace: (builder, x) => {
    const { mean, deviation } = LAPLACE;
    const centred = builder.div(builder.sub(x, builder.scalar(mean)), builder.scalar(deviation * Math.SQRT2));
    return builder.mul(builder.add(builder.emit("Erf", [centred]), builder.scalar(1)), builder.scalar(0.5));
  },
  leaky_relu: (builder, x) => builder.emit("LeakyRelu", [x], { attributes: { alpha: float(0.01) } }),
  linear: (_, x) => x,
  /** x tanh(ln(1 + e^x)) */
  mish: (builder, x) => builder.mul(x, builder.emit("Tanh", [builder.emit("Softplus", [x])])),
  relu: unary("Relu"),
  relu2: (builder, x) => {
    const positive = builder.emit("Relu", [x]);
    return builder.mul(positive, positive);
  },
  relu6: (builder, x) => clip(builder, x, 0, 6),
  sigmoid: unary("Sigmoid"),
  silu,
  sqrtsoftplus: (builder, x) => builder.emit("Sqrt", [builder.emit("Softplus", [x])]),
  swish: silu,
  tanh: unary("Tanh"),
};

/** Names of ACT2FN for activations with weights, which no family reads. */
const LEARNED: readonly string[] = ["prelu", "xielu"];

function clip(builder: GraphBuilder, x: string, least: number, most: number): string {
  return builder.emit("Clip", [x, builder.scalar(least), builder.scalar(most)]);
}

/** The activation that a configuration names. @throws {UnsupportedModelError} For a name that calig does not know. */
export function activation(name: string): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name] as Activation;
  const why = LEARNED.includes(name) ? ", which has weights of its own that calig does not read" : "";
  throw new UnsupportedModelError(
    `Cannot build the model: config.json names the activation "${name}"${why}; calig knows ${Object.keys(ACTIVATIONS).join(", ")}; export the model to ONNX and give that file instead`,
    [{ reason: `activation "${name}"` }],
  );
}
