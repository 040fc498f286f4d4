/** @file ModernBERT (Warner et al. 2024) with a classification head, from Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { activation } from "../activations.ts";
import { lookUp } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { linear } from "../layers.ts";
import { type ModernBertSizes, modernBertBlocks, modernBertNorm, type Reach, toReach } from "../modernbert-blocks.ts";
import { buildTextModel, type TextModel } from "../text-model.ts";

export const modernbert: ModelFamily = {
  name: "modernbert",
  modelTypes: ["modernbert"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings", 8192),
  build(config, weights, options = {}) {
    const sizes = readSizes(config);
    const { width } = sizes;
    return buildTextModel(config, weights, options, {
      name: "modernbert",
      prefix: "model",
      types: 0,
      sizes,
      readout: readoutOf(config),
      encode({ builder, encoder, ids, mask, pooled }) {
        const rows = [config.integer("vocab_size"), width] as const;
        const words = lookUp(builder, encoder.at("embeddings.tok_embeddings"), rows, ids, "word_embeddings");
        const hidden = modernBertNorm(builder, words.value, encoder.at("embeddings.norm"), sizes, "hidden_state.0");
        return { ...modernBertBlocks(builder, hidden, encoder, sizes, { mask, pooled }), words };
      },
      maskedHead: ({ all, encoder }) => ({
        dense: all.at("head.dense"),
        norm: all.at("head.norm"),
        words: all.at("decoder"),
        table: encoder.at("embeddings.tok_embeddings"),
        act: config.string("classifier_activation", "gelu"),
        epsilon: sizes.epsilon,
        width,
        inner: width,
        biases: {
          dense: config.boolean("classifier_bias", false),
          norm: sizes.biases.norm,
          words: config.boolean("decoder_bias", true),
        },
      }),
      sequenceLogits: (model, state) => classify(model, state, sizes, config.numLabels),
      tokenLogits: (model, states, classes) => classify(model, states, sizes, classes),
    });
  },
};

/** classifier(norm(act(dense(states)))), states [..., width]. */
function classify(
  { builder, config, all }: TextModel,
  states: string,
  sizes: ModernBertSizes,
  classes: number,
): string {
  const { width } = sizes;
  const dense = linear(builder, states, all.at("head.dense"), width, width, config.boolean("classifier_bias", false));
  const active = activation(config.string("classifier_activation", "gelu"))(builder, dense);
  const normed = modernBertNorm(builder, active, all.at("head.norm"), sizes);
  return linear(builder, normed, all.at("classifier"), width, classes);
}

function readSizes(config: CheckpointConfig): ModernBertSizes {
  return {
    width: config.integer("hidden_size"),
    heads: config.integer("num_attention_heads"),
    inner: config.integer("intermediate_size"),
    epsilon: config.number("norm_eps", 1e-5),
    act: config.string("hidden_activation", "gelu"),
    reaches: readReaches(config),
    window: Math.floor(config.integer("local_attention", 128) / 2),
    theta: {
      full_attention: readTheta(config, "full_attention", config.number("global_rope_theta", 160_000)),
      sliding_attention: readTheta(config, "sliding_attention", config.number("local_rope_theta", 10_000)),
    },
    biases: {
      norm: config.boolean("norm_bias", false),
      attention: config.boolean("attention_bias", false),
      feedForward: config.boolean("mlp_bias", false),
    },
  };
}

/** Old configurations say that every n-th block, the first one among them, looks at all tokens. */
function readReaches(config: CheckpointConfig): readonly Reach[] {
  if (config.has("layer_types")) return config.strings("layer_types").map(toReach);
  const every = config.integer("global_attn_every_n_layers", 3);
  return Array.from({ length: config.integer("num_hidden_layers") }, (_, b) =>
    b % every === 0 ? "full_attention" : "sliding_attention",
  );
}

/** Old configurations have the base of the angles elsewhere: `fallback`. */
function readTheta(config: CheckpointConfig, reach: Reach, fallback: number): number {
  const rope = config.section("rope_parameters").section(reach);
  const kind = rope.string("rope_type", "default");
  if (kind === "default" && !config.has("rope_scaling")) return rope.number("rope_theta", fallback);
  throw new UnsupportedModelError(
    `Cannot build the model: config.json scales rotary positions ("rope_type" is "${kind}"); calig builds ModernBERT with rope_type "default"`,
    [{ reason: "scaled rotary positions" }],
  );
}

function readoutOf(config: CheckpointConfig): "first" | "mean" {
  const readout = config.string("classifier_pooling", "cls");
  if (readout === "cls") return "first";
  if (readout === "mean") return "mean";
  throw new UnsupportedModelError(
    `Cannot build the model: "classifier_pooling" in config.json is "${readout}"; calig knows cls, mean`,
  );
}
