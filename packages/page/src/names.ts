/** @file Names of methods, baselines and devices as people write them. */

import { own } from "@calig/core/internal/util/own";
import type { PageDevice } from "./client.ts";

const METHODS: Readonly<Record<string, string>> = {
  "ca-lig": "CA-LIG",
  "integrated-gradients": "Integrated Gradients",
  "gradient-x-input": "Gradient × input",
  "grad-cam": "Grad-CAM",
  "beyond-intuition": "Beyond Intuition",
  shapley: "Shapley values",
  owen: "Owen values",
  "kernel-shap": "KernelSHAP",
  lime: "LIME",
  rise: "RISE",
};

const sentence = (name: string): string => {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** "attention-rollout" as "Attention rollout"; names of methods keep the spelling of their papers. */
export const methodTitle = (name: string): string => own(METHODS, name) ?? sentence(name);

export const baselineTitle = (name: string): string => sentence(name);

export const deviceTitle = (device: PageDevice): string =>
  device === "webgpu" ? "The GPU (WebGPU)" : "The processor (WebAssembly)";
