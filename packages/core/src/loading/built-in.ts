/** @file What calig itself knows of models, loaded when a model needs it: a page downloads the code of what it explains. */

import { FAMILIES } from "../transformer/families.ts";
import type { OwnKnowledge } from "./knowledge.ts";

export const BUILT_IN: OwnKnowledge = {
  families: FAMILIES,
  modalities: async () => (await import("../modality/modalities.ts")).MODALITIES,
};

/** The readers of ONNX files and of GGUF files. */
export const readOnnx = async () => (await import("./load-onnx.ts")).loadOnnx;
export const readGguf = async () => (await import("./load-gguf.ts")).loadGguf;
