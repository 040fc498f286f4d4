/** @file From logits to probabilities, as plain arithmetic and as graph nodes. */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { largest } from "../util/largest.ts";

/** How logits become probabilities: one label of many, each label for itself, or not at all (regression). */
export type Activation = "softmax" | "sigmoid" | "none";

/** Probabilities of one row of logits. */
export function probabilities(logits: ArrayLike<number>, activation: Activation): number[] {
  const values = Array.from(logits);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((logit) => 1 / (1 + Math.exp(-logit)));
  const highest = largest(values);
  const powers = values.map((logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Their logarithms, which stay finite where probabilities are too small to be told from 0. */
export function logProbabilities(logits: ArrayLike<number>, activation: Activation): number[] {
  const values = Array.from(logits);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((logit) => -softplus(-logit));
  const highest = largest(values);
  const logTotal = highest + Math.log(values.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
  return values.map((logit) => logit - logTotal);
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** `probabilities` as nodes; logits [rows, classes]. */
export function emitProbabilities(builder: GraphBuilder, logits: string, activation: Activation): string {
  if (activation === "softmax") return builder.emit("Softmax", [logits], { attributes: { axis: int(-1) } });
  return activation === "sigmoid" ? builder.emit("Sigmoid", [logits]) : logits;
}

/** `logProbabilities` as nodes; logits [rows, classes]. */
export function emitLogProbabilities(builder: GraphBuilder, logits: string, activation: Activation): string {
  if (activation === "softmax") return builder.emit("LogSoftmax", [logits], { attributes: { axis: int(-1) } });
  return activation === "sigmoid" ? builder.neg(builder.emit("Softplus", [builder.neg(logits)])) : logits;
}
