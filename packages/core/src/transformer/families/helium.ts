/** @file Helium (Kyutai 2025) and Ernie 4.5 (Baidu 2025): Llama that turns neighbours together. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const helium = llamaFamily({
  name: "helium",
  modelTypes: ["helium"],
  sizes: (_, { biases }) => ({ rotaryPairs: "neighbours", biases: { ...biases, output: false } }),
});

export const ernie45 = llamaFamily({
  name: "ernie4_5",
  modelTypes: ["ernie4_5"],
  sizes(config) {
    const bias = config.boolean("use_bias", false);
    return { rotaryPairs: "neighbours", biases: { queryKeyValue: bias, output: bias, feedForward: bias } };
  },
});
