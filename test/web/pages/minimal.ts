/** @file The smallest program that explains a text: a checkpoint of BERT, and nothing else. */

import { bert } from "@calig/core/families/bert";
import { explain, loadModel, text } from "@calig/web/minimal";

export const why = async (address: string, input: string) =>
  explain(await loadModel(address, { families: [bert], modalities: [text], wasm: "/ort/" }), input);
