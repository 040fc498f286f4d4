/** @file OPT (Zhang et al. 2022): learned positions, LayerNorm, no gates. From Hugging Face checkpoints. */

import { UnsupportedModelError } from "../../errors.ts";
import { llamaFamily } from "../llama-family.ts";

export const opt = llamaFamily({
  name: "opt",
  modelTypes: ["opt"],
  maxLength: (config) => config.integer("max_position_embeddings"),
  fields: (stated) => ({
    ...stated,
    intermediate_size: stated.ffn_dim,
    hidden_act: stated.activation_function,
    rms_norm_eps: 1e-5,
  }),
  sizes(config, { width }) {
    const words = config.integer("word_embed_proj_dim", width);
    const plain = !config.boolean("_remove_final_layer_norm", false);
    if (words !== width || !plain || !config.boolean("do_layer_norm_before", true)) {
      throw new UnsupportedModelError(
        `Cannot build the model: ${config.file} describes an OPT that is normalised behind each part, or whose word vectors have another width than its states (as that of 350 million parameters), and calig builds those that are normalised before each part; export the model to ONNX and give that file instead`,
        [{ reason: "OPT with layers behind each part" }],
      );
    }
    const bias = config.boolean("enable_bias", true);
    const weighed = config.boolean("layer_norm_elementwise_affine", true);
    return {
      norm: weighed ? "layer" : "layer-without-weights",
      norms: { beforeAttention: "self_attn_layer_norm", beforeFeedForward: "final_layer_norm" },
      gates: "none",
      biases: { queryKeyValue: bias, output: bias, feedForward: bias },
      names: { last: "final_layer_norm", output: "out_proj", feedForward: "", up: "fc1", down: "fc2" },
      positions: { name: "embed_positions", rows: config.integer("max_position_embeddings") + 2, first: 2 },
      rotary: () => undefined,
    };
  },
  head: () => ({ prefix: "model.decoder" }),
});
