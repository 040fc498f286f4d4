/** @file Llama (Touvron et al. 2023) and models of its architecture, to predict next tokens or to classify, from Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const llama = llamaFamily({ name: "llama", modelTypes: ["llama"] });
