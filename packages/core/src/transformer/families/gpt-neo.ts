/** @file GPT-Neo (Black et al. 2021): learned positions, scores as they are, every other block local. From Hugging Face checkpoints. */

import { CheckpointError } from "../../errors.ts";
import { llamaFamily } from "../llama-family.ts";

export const gptNeo = llamaFamily({
  name: "gpt_neo",
  modelTypes: ["gpt_neo"],
  unread: /\.attention\.(bias|masked_bias)$/,
  maxLength: (config) => config.integer("max_position_embeddings"),
  fields: (stated) => ({
    ...stated,
    num_hidden_layers: stated.num_hidden_layers ?? stated.num_layers ?? 24,
    num_attention_heads: stated.num_attention_heads ?? stated.num_heads ?? 16,
    intermediate_size: stated.intermediate_size ?? 4 * Number(stated.hidden_size),
    hidden_act: stated.activation_function ?? "gelu_new",
    rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
    attention_layers: stated.attention_layers ?? laidOut(stated.attention_types),
  }),
  sizes(config, { blocks }) {
    const size = config.integer("window_size", 256);
    const kinds = config.has("attention_layers") ? config.strings("attention_layers") : [];
    if (kinds.length !== 0 && kinds.length !== blocks) {
      throw new CheckpointError(
        `Cannot use "${config.file}": it has ${blocks} blocks, and "attention_layers" names ${kinds.length}; check that the file belongs to this model`,
        config.file,
      );
    }
    return {
      norm: "layer",
      norms: { beforeAttention: "ln_1", beforeFeedForward: "ln_2" },
      scale: 1,
      gates: "none",
      biases: { queryKeyValue: false, output: true, feedForward: true },
      names: { blocks: "h", last: "ln_f", attention: "attn.attention", output: "out_proj", up: "c_fc", down: "c_proj" },
      positions: { name: "wpe", rows: config.integer("max_position_embeddings"), first: 0 },
      window: (block) => ((kinds[block] ?? (block % 2 === 0 ? "global" : "local")) === "local" ? size : undefined),
      rotary: () => undefined,
    };
  },
  head: () => ({ prefix: "transformer", table: "wte" }),
});

/** "attention_types": [[["global", "local"], 12]] is the pair, twelve times. */
function laidOut(types: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(types)) return undefined;
  return types.flatMap((entry) => {
    const [kinds, times] = Array.isArray(entry) ? entry : [];
    return Array.isArray(kinds) && Number.isInteger(times) ? Array.from({ length: times }, () => kinds).flat() : [];
  });
}
