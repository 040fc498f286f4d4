/**
 * @file Vision Transformer (Dosovitskiy et al. 2021) with a classification head, from Hugging Face checkpoints
 * (ViTForImageClassification): pre-normalised blocks, class token first, final normalisation.
 */

import { UnsupportedModelError } from "../../errors.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { ModelFamily } from "../family.ts";
import { activation, attention, firstPosition, layerNorm, linear, patchEmbedding } from "../layers.ts";
import { Parameters } from "../parameters.ts";

export const vit: ModelFamily = {
  name: "vit",
  modelTypes: ["vit"],
  kind: "image",
  maxLength: () => undefined,
  build(config, weights, { lastBlock = "all" } = {}) {
    const builder = new GraphBuilder({ name: "vit" });
    const all = new Parameters(builder, weights);
    const encoder = all.at("vit");
    const width = config.integer("hidden_size");
    const blocks = config.integer("num_hidden_layers");
    const heads = config.integer("num_attention_heads");
    const inner = config.integer("intermediate_size");
    const channels = config.integer("num_channels", 3);
    const size = config.integer("image_size", 224);
    const patch = config.integer("patch_size", 16);
    const epsilon = config.number("layer_norm_eps", 1e-12);
    const act = activation(config.string("hidden_act", "gelu"));
    if (size % patch !== 0) {
      throw new UnsupportedModelError(
        `Cannot build a ViT with image_size ${size} and patch_size ${patch}: patches must fill the image`,
      );
    }
    const positions = (size / patch) ** 2 + 1;

    const pixels = builder.input("pixel_values", "float32", ["batch", channels, size, size]);
    const embeddings = encoder.at("embeddings");
    const patches = patchEmbedding(
      builder,
      pixels,
      embeddings.at("patch_embeddings.projection"),
      channels,
      width,
      patch,
    );
    const batch = builder.concat([builder.sizeOf(patches, 0), builder.integers([1, width])], 0);
    const classToken = builder.emit("Expand", [embeddings.get("cls_token", [1, 1, width]), batch]);
    let hidden = builder.add(
      builder.concat([classToken, patches], 1),
      embeddings.get("position_embeddings", [1, positions, width]),
      "hidden_state.0",
    );

    const hiddenStates: string[] = [];
    const attentionProbabilities: string[] = [];
    for (let b = 0; b < blocks; b++) {
      const block = encoder.at(`encoder.layer.${b}`);
      const pooled = lastBlock === "pooled" && b === blocks - 1;
      hiddenStates.push(hidden);
      const normed = layerNorm(builder, hidden, block.at("layernorm_before"), width, epsilon);
      const { context, probabilities } = attention(
        builder,
        normed,
        { width, heads },
        {
          query: block.at("attention.attention.query"),
          key: block.at("attention.attention.key"),
          value: block.at("attention.attention.value"),
          bias: config.boolean("qkv_bias", true),
        },
        {
          ...(pooled ? { queries: builder.slice(normed, 1, 0, 1) } : {}),
          probabilities: `block.${b}.attention_probabilities`,
        },
      );
      attentionProbabilities.push(probabilities);
      const residual = pooled ? builder.slice(hidden, 1, 0, 1) : hidden;
      const attended = builder.add(
        linear(builder, context, block.at("attention.output.dense"), width, width),
        residual,
      );
      const middle = layerNorm(builder, attended, block.at("layernorm_after"), width, epsilon);
      const expanded = act(builder, linear(builder, middle, block.at("intermediate.dense"), width, inner));
      hidden = builder.add(
        linear(builder, expanded, block.at("output.dense"), inner, width),
        attended,
        `hidden_state.${b + 1}`,
      );
    }

    const classState = layerNorm(builder, firstPosition(builder, hidden), encoder.at("layernorm"), width, epsilon);
    const logits = builder.output(
      linear(builder, classState, all.at("classifier"), width, config.labels.length),
      "logits",
      "float32",
      ["batch", config.labels.length],
    );
    all.check();
    return {
      graph: builder.build(),
      opsets: builder.opsets,
      anatomy: {
        kind: "image",
        inputs: { pixels },
        hiddenStates,
        attentionProbabilities,
        logits,
        logitsPer: "input",
        heads,
        width,
        pooling: "class-token",
      },
    };
  },
};
