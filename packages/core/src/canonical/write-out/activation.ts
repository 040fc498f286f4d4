/** @file Operators with an activation or a bias built in, as two nodes. */

import type { GraphBuilder } from "../../graph/builder.ts";
import { type Attributes, float } from "../../onnx/model.ts";
import type { Writer } from "./writer.ts";

const MICROSOFT = "com.microsoft";

/** BiasGelu-1 and FastGelu-1 with a bias: the activation of x + bias. */
const ofSum =
  (opType: string): Writer =>
  (context) => {
    const { builder: b } = context;
    return [b.emit(opType, [b.add(context.input(0), context.input(1))], { domain: MICROSOFT })];
  };

export const biasGelu = ofSum("Gelu");
export const fastGelu = ofSum("FastGelu");

/** Activations that FusedGemm and FusedConv name, with their parameters. */
const ACTIVATIONS: Readonly<Record<string, (b: GraphBuilder, x: string, alpha: number) => string>> = {
  Relu: (b, x) => b.emit("Relu", [x]),
  Tanh: (b, x) => b.emit("Tanh", [x]),
  Sigmoid: (b, x) => b.emit("Sigmoid", [x]),
  LeakyRelu: (b, x, alpha) => b.emit("LeakyRelu", [x], { attributes: { alpha: float(alpha) } }),
};

const OF_ACTIVATION = /^activation/;

/** FusedGemm-1 and FusedConv-1: the operator itself, then its activation. */
const withActivation =
  (opType: string): Writer =>
  (context) => {
    const { builder: b, node } = context;
    const { activation } = node.attributes;
    const name = activation?.kind === "string" ? activation.value : "";
    const activate = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
    if (activate === undefined) return context.refuse(`its activation is "${name}"`);
    if (node.inputs.length > 3) return context.refuse("it adds a further input");
    const own: Attributes = Object.fromEntries(
      Object.entries(node.attributes).filter(([attribute]) => !OF_ACTIVATION.test(attribute)),
    );
    const { activation_params: parameters } = node.attributes;
    const alpha = parameters?.kind === "floats" ? parameters.value[0] : undefined;
    const x = b.emit(opType, node.inputs, { attributes: own });
    return [activate(b, x, context.float("activation_alpha", alpha ?? 0.01))];
  };

export const fusedGemm = withActivation("Gemm");
export const fusedConv = withActivation("Conv");

/** Swish-24: x sigmoid(alpha x). */
export const swish: Writer = (context) => {
  const { builder: b } = context;
  const alpha = context.float("alpha", 1);
  const x = context.input(0);
  return [b.mul(x, b.emit("Sigmoid", [alpha === 1 ? x : b.mul(x, b.scalar(alpha))]))];
};
