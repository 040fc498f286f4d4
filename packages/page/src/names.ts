/** @file Names of baselines and devices as people write them. Those of methods come with the list of methods. */

import type { MethodEntry } from "@calig/core/internal/options/form";
import type { PageDevice } from "./client.ts";

const sentence = (name: string): string => {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** As the list of methods has it; a method that is not in it is written as a sentence. */
export const titleIn = (methods: readonly MethodEntry[], name: string): string =>
  methods.find((method) => method.name === name)?.title ?? sentence(name);

export const baselineTitle = (name: string): string => sentence(name);

export const deviceTitle = (device: PageDevice): string =>
  device === "webgpu" ? "The GPU (WebGPU)" : "The processor (WebAssembly)";
