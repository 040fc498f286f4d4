/** @file KernelSHAP over words or patches (Lundberg & Lee 2017). */

import { kernelShap as estimate } from "../game/kernel-shap.ts";
import { samplingMethod } from "../game/sampling-method.ts";

/** Shapley values by a weighted regression on subsets. */
export const kernelShap = samplingMethod({
  name: "kernel-shap",
  title: "KernelSHAP",
  summary: "Shapley values by a weighted regression on subsets of words or patches (Lundberg & Lee 2017)",
  complete: true,
  values: estimate,
});
