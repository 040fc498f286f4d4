/**
 * @file BERT (Devlin et al. 2019) with a sequence classification head, from Hugging Face checkpoints
 * (BertForSequenceClassification): post-normalised blocks, learned positions, tanh pooler on the class token.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Anatomy } from "../anatomy.ts";
import type { ModelFamily } from "../family.ts";
import { activation, additiveMask, attention, firstPosition, layerNorm, linear } from "../layers.ts";
import { Parameters } from "../parameters.ts";

export const bert: ModelFamily = {
  name: "bert",
  modelTypes: ["bert"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, { lastBlock = "all" } = {}) {
    const builder = new GraphBuilder({ name: "bert" });
    const all = new Parameters(builder, weights);
    const encoder = all.at("bert");
    const sizes = readSizes(config);
    const { width, epsilon, blocks, heads, inner } = sizes;
    const act = activation(config.string("hidden_act", "gelu"));

    const ids = builder.input("input_ids", "int64", ["batch", "tokens"]);
    const typeIds = builder.input("token_type_ids", "int64", ["batch", "tokens"]);
    const mask = builder.input("attention_mask", "int64", ["batch", "tokens"]);

    const { hidden: embedded, words, table } = embed(builder, encoder.at("embeddings"), sizes, ids, typeIds);
    const bias = additiveMask(builder, mask);

    const hiddenStates: string[] = [];
    const attentionProbabilities: string[] = [];
    let hidden = embedded;
    for (let b = 0; b < blocks; b++) {
      const block = encoder.at(`encoder.layer.${b}`);
      const pooled = lastBlock === "pooled" && b === blocks - 1;
      hiddenStates.push(hidden);
      // Only the class token is read after the last block: nothing else of it needs computing there.
      const asking = pooled ? builder.slice(hidden, 1, 0, 1) : hidden;
      const { context, probabilities } = attention(
        builder,
        hidden,
        { width, heads },
        {
          query: block.at("attention.self.query"),
          key: block.at("attention.self.key"),
          value: block.at("attention.self.value"),
        },
        { mask: bias, queries: asking, probabilities: `block.${b}.attention_probabilities` },
      );
      attentionProbabilities.push(probabilities);
      const attended = builder.add(linear(builder, context, block.at("attention.output.dense"), width, width), asking);
      const middle = layerNorm(builder, attended, block.at("attention.output.LayerNorm"), width, epsilon);
      const expanded = act(builder, linear(builder, middle, block.at("intermediate.dense"), width, inner));
      const contracted = builder.add(linear(builder, expanded, block.at("output.dense"), inner, width), middle);
      hidden = layerNorm(builder, contracted, block.at("output.LayerNorm"), width, epsilon, `hidden_state.${b + 1}`);
    }

    const pooled = builder.emit("Tanh", [
      linear(builder, firstPosition(builder, hidden), encoder.at("pooler.dense"), width, width),
    ]);
    const logits = builder.output(
      linear(builder, pooled, all.at("classifier"), width, config.labels.length),
      "logits",
      "float32",
      ["batch", config.labels.length],
    );
    all.check();
    const anatomy: Anatomy = {
      kind: "text",
      inputs: { ids, typeIds, mask },
      wordEmbeddings: { value: words, table },
      hiddenStates,
      attentionProbabilities,
      logits,
      logitsPer: "input",
      heads,
      width,
      pooling: "class-token",
    };
    return { graph: builder.build(), opsets: builder.opsets, anatomy };
  },
};

interface Sizes {
  readonly width: number;
  readonly epsilon: number;
  readonly blocks: number;
  readonly heads: number;
  readonly inner: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly types: number;
}

function readSizes(config: CheckpointConfig): Sizes {
  return {
    width: config.integer("hidden_size"),
    epsilon: config.number("layer_norm_eps", 1e-12),
    blocks: config.integer("num_hidden_layers"),
    heads: config.integer("num_attention_heads"),
    inner: config.integer("intermediate_size"),
    vocabulary: config.integer("vocab_size"),
    positions: config.integer("max_position_embeddings"),
    types: config.integer("type_vocab_size", 2),
  };
}

/** Word + position + type vectors, normalised. */
function embed(builder: GraphBuilder, parameters: Parameters, sizes: Sizes, ids: string, typeIds: string) {
  const { width, vocabulary, positions, types, epsilon } = sizes;
  const lookUp = (name: string, rows: number, indices: string, output?: string) => {
    const { value: table, tensor } = parameters.stored(`${name}.weight`, [rows, width]);
    const picked = builder.emit("Gather", [table, indices], { attributes: { axis: int(0) } });
    return { table, value: parameters.toFloat(picked, tensor, output) };
  };
  const words = lookUp("word_embeddings", vocabulary, ids, "word_embeddings");
  const type = lookUp("token_type_embeddings", types, typeIds);
  const { value: positionTable, tensor } = parameters.stored("position_embeddings.weight", [positions, width]);
  const first = builder.slice(positionTable, 0, 0, builder.sizeOf(words.value, 1)); // [tokens, width]
  const position = parameters.toFloat(first, tensor);
  const sum = builder.add(builder.add(words.value, type.value), position);
  const hidden = layerNorm(builder, sum, parameters.at("LayerNorm"), width, epsilon, "hidden_state.0");
  return { hidden, words: words.value, table: words.table };
}
