/** @file GPT-J (Wang and Komatsuzaki 2021): LayerNorm, both parts of a block read the same normalised state, neighbours turned together. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const gptj = llamaFamily({
  name: "gptj",
  modelTypes: ["gptj"],
  unread: /\.attn\.(bias|masked_bias)$/,
  fields(stated) {
    const [width, heads] = [Number(stated.hidden_size), Number(stated.num_attention_heads)];
    const turned = stated.rotary_dim === null ? width / heads : (stated.rotary_dim ?? 64);
    return {
      ...stated,
      intermediate_size: stated.n_inner ?? 4 * width,
      hidden_act: stated.activation_function ?? "gelu_new",
      rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
      partial_rotary_factor: Number(turned) / (width / heads),
    };
  },
  sizes: () => ({
    norm: "layer",
    parallel: true,
    norms: { beforeAttention: "ln_1", beforeFeedForward: "ln_1" },
    rotaryPairs: "neighbours",
    gates: "none",
    biases: { queryKeyValue: false, output: false, feedForward: true },
    names: { blocks: "h", last: "ln_f", attention: "attn", output: "out_proj", up: "fc_in", down: "fc_out" },
  }),
  head: () => ({ prefix: "transformer", table: "wte", headBias: true }),
});
