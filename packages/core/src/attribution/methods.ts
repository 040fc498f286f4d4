/** @file The attribution methods: one line each. */

import { InvalidOptionError, keyword, quote } from "../errors.ts";
import type { AttributionMethod } from "./method.ts";
import { attentionRollout } from "./methods/attention-rollout.ts";
import { beyondIntuition } from "./methods/beyond-intuition.ts";
import { caLig } from "./methods/ca-lig.ts";
import { gradCam } from "./methods/grad-cam.ts";
import { gradientRollout } from "./methods/gradient-rollout.ts";
import { gradientXInput } from "./methods/gradient-x-input.ts";
import { integratedGradients } from "./methods/integrated-gradients.ts";
import { kernelShap } from "./methods/kernel-shap.ts";
import { lime } from "./methods/lime.ts";
import { occlusion } from "./methods/occlusion.ts";
import { owen } from "./methods/owen.ts";
import { random } from "./methods/random.ts";
import { rawAttention } from "./methods/raw-attention.ts";
import { rise } from "./methods/rise.ts";
import { saliency } from "./methods/saliency.ts";
import { shapley } from "./methods/shapley.ts";
import { shuffled } from "./methods/shuffled.ts";
import type { MethodObject } from "./options.ts";

/** The attribution methods that are built in, in the order of the documentation. */
export const METHODS: readonly AttributionMethod[] = [
  caLig,
  integratedGradients,
  gradientXInput,
  saliency,
  gradCam,
  gradientRollout,
  attentionRollout,
  rawAttention,
  occlusion,
  shapley,
  owen,
  kernelShap,
  lime,
  rise,
  beyondIntuition,
  random,
  shuffled,
];

/** Names of the methods that are compared where none are named: not those that cost many times as much. */
export const COMPARED: readonly string[] = METHODS.filter(({ onRequest }) => onRequest !== true).map(
  ({ name }) => name,
);

/**
 * What is compared on one input where nothing is named: one method of each school (blocks, gradients at the input, attention
 * times gradients, removal), and the random controls.
 */
export const COMPARED_AT_A_GLANCE: readonly string[] = [
  caLig,
  integratedGradients,
  gradientRollout,
  occlusion,
  ...METHODS.filter(({ randomControl }) => randomControl === true),
].map(({ name }) => name);

/** @throws {InvalidOptionError} For a name that no method has; lists the known ones. */
export function methodByName(name: string): AttributionMethod {
  const known = keyword(
    "method",
    name,
    METHODS.map((method) => method.name),
  );
  return METHODS.find((method) => method.name === known) as AttributionMethod;
}

/**
 * A method, given by name or as an object.
 *
 * @throws {InvalidOptionError} For a name that no method has, for an object that is no method, and for a method of the
 * caller that is called like one of calig's: its results could not be told from those.
 */
export function methodOf(method: string | MethodObject): AttributionMethod {
  if (typeof method === "string") return methodByName(method);
  const { name, run, signed } = (method ?? {}) as Partial<AttributionMethod>;
  if (typeof name !== "string" || typeof run !== "function" || typeof signed !== "boolean") {
    throw new InvalidOptionError(
      `Cannot use ${quote(method)} as a method: give the name of one, or an object made by defineMethod of calig/extend`,
      "method",
      method,
    );
  }
  if (METHODS.some((own) => own.name === name && own !== method)) {
    throw new InvalidOptionError(
      `Cannot use a method called "${name}": calig has one of this name; give yours another one`,
      "method",
      name,
    );
  }
  return method as AttributionMethod;
}
