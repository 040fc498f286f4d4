/** @file The frame of a decoder: inputs, blocks, a head for next tokens or for classes, anatomy. A family fills in its blocks. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { classifierAnatomy, languageModelAnatomy, type Stream, type TransformerGraph } from "./anatomy.ts";
import { bent, firstRow, type TokenPlaces, takePositions } from "./decoder-parts.ts";
import { lookUp, type WordEmbeddings } from "./embeddings.ts";
import type { BuildOptions } from "./family.ts";
import { linear } from "./layers.ts";
import { Parameters, type WeightSource } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";

/** A decoder under construction. */
export interface DecoderModel extends TokenPlaces {
  readonly builder: GraphBuilder;
  readonly config: CheckpointConfig;
  /** The parameters of the decoder without its head. */
  readonly decoder: Parameters;
  /** The looked-up word vectors [batch, tokens, width]. */
  readonly words: WordEmbeddings;
  /**
   * The positions that are read after the last block, int64 [asked]: nothing else of it need be computed there, and the
   * output has these positions alone. Undefined where all are to be computed.
   */
  readonly asked: string | undefined;
}

/** What distinguishes one family of decoders. */
export interface DecoderProfile {
  readonly name: string;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** What the names of the decoder's tensors start with, where there is a head: "model". */
  readonly prefix: string;
  /** Name of the table of word vectors below it: "embed_tokens". */
  readonly table: string;
  /** Name that the looked-up vectors get; that of the first hidden state where they are it. Default: "word_embeddings". */
  readonly wordsAs?: string;
  /** Name of the head for next tokens. Default "lm_head". */
  readonly headName?: string;
  /** Whether it has a bias. Default false. */
  readonly headBias?: boolean;
  /** What logits of next tokens are multiplied by. Default 1. */
  readonly logitScale?: number;
  /** Logits are bent to stay between plus and minus this. */
  readonly softcap?: number | undefined;
  /** From the word vectors through the blocks and the last normalisation. */
  decode(model: DecoderModel): EncodedBlocks;
}

const CAUSAL = /For(CausalLM|ConditionalGeneration)$|LMHeadModel$/;
const CLASSIFIER = /ForSequenceClassification$/;

/** What the head is for, by the architecture that the configuration names, else by the tensors. */
function headOf(
  { architectures, file }: CheckpointConfig,
  { names, description }: WeightSource,
): "next-token" | "class" {
  if (architectures.some((name) => CLASSIFIER.test(name))) return "class";
  if (architectures.some((name) => CAUSAL.test(name))) return "next-token";
  if (architectures.length === 0) return names.has("score.weight") ? "class" : "next-token";
  throw new UnsupportedModelError(
    `Cannot explain the model in ${description}: ${file} says it is a ${architectures.join(", ")}, and calig explains decoders that predict the next token (...ForCausalLM) or classify a text (...ForSequenceClassification); give one of these`,
    [{ reason: `architecture ${architectures.join(", ")}` }],
  );
}

/**
 * Builds a decoder: `...ForSequenceClassification` gives logits of classes, read at the last token that is not padding;
 * `...ForCausalLM` those of the next token at the positions that are asked for.
 *
 * @throws {UnsupportedModelError} When the checkpoint has a head for another task.
 * @throws {CheckpointError} When weights are missing or misshapen.
 */
export function buildDecoder(
  config: CheckpointConfig,
  weights: WeightSource,
  { lastBlock = "all" }: BuildOptions,
  profile: DecoderProfile,
): TransformerGraph {
  const head = headOf(config, weights);
  const { name, width, vocabulary } = profile;
  const builder = new GraphBuilder({ name });
  const all = new Parameters(builder, weights);
  const bare = ![...weights.names].some((tensor) => tensor.startsWith(`${profile.prefix}.`));
  const decoder = bare ? all : all.at(profile.prefix);

  const input = (value: string, axis = "tokens") => builder.input(value, "int64", ["batch", axis]);
  const ids = input("input_ids");
  const places = input("places");
  const branches = input("branches");
  const positions = head === "next-token" ? input("positions", "asked") : undefined;
  const gathered = positions === undefined ? undefined : firstRow(builder, positions);
  const asked = lastBlock === "pooled" ? gathered : undefined;
  const table = decoder.at(profile.table);
  const words = lookUp(builder, table, [vocabulary, width], ids, profile.wordsAs ?? "word_embeddings");
  const { output, hiddenStates, attentionProbabilities } = profile.decode({
    ...{ builder, config, decoder, words, asked, places, branches },
  });
  const stream: Stream = {
    kind: "text",
    inputs: { ids, places, branches },
    wordEmbeddings: words,
    hiddenStates,
    attentionProbabilities,
    heads: profile.heads,
    width,
    causal: true,
    ...(head === "class" ? { readsIds: true as const } : {}),
  };

  if (positions === undefined || gathered === undefined) {
    const state = lastToken(builder, output, ids, config);
    const logits = linear(builder, state, all.at("score"), width, config.numLabels, false);
    const value = builder.output(logits, "logits", "float32", ["batch", config.numLabels]);
    all.check();
    const anatomy = classifierAnatomy(stream, { value, per: "input", readout: "last-token" });
    return { graph: builder.build(), opsets: builder.opsets, anatomy };
  }
  const read = asked === undefined ? takePositions(builder, output, gathered) : output;
  const { headName = "lm_head", headBias = false, logitScale = 1 } = profile;
  const tied = config.boolean("tie_word_embeddings", false) || !weights.names.has(`${headName}.weight`);
  const product = linear(builder, read, tied ? table : all.at(headName), width, vocabulary, headBias);
  const raw = logitScale === 1 ? product : builder.mul(product, builder.scalar(logitScale));
  const logits = profile.softcap === undefined ? raw : bent(builder, raw, profile.softcap);
  const value = builder.output(logits, "logits", "float32", ["batch", "asked", vocabulary]);
  all.check();
  const anatomy = languageModelAnatomy(stream, { value, positions, vocabulary });
  return { graph: builder.build(), opsets: builder.opsets, anatomy };
}

/**
 * The state at the last token that is not padding, as transformers' classifiers read it: [batch, tokens, width] -> [batch,
 * width]. Without a padding token that is the last one.
 *
 * It is weighed, not gathered: rows of a sweep outnumber those of the ids.
 */
function lastToken(builder: GraphBuilder, states: string, ids: string, config: CheckpointConfig): string {
  // Old files say -1 for none.
  const padding =
    config.raw("pad_token_id") === -1 || !config.has("pad_token_id") ? undefined : config.integer("pad_token_id");
  if (padding === undefined) return builder.squeeze(builder.slice(states, 1, -1, Number.MAX_SAFE_INTEGER), [1]);
  const toInteger = (value: string) => builder.emit("Cast", [value], { attributes: { to: int(7) } });
  const present = toInteger(builder.emit("Not", [builder.emit("Equal", [ids, builder.integers([padding])])]));
  const count = builder.squeeze(builder.sizeOf(ids, 1), [0]);
  const whole = (value: number) => builder.emit("Squeeze", [builder.integers([value])]);
  const numbers = builder.emit("Range", [whole(0), count, whole(1)]); // [tokens]
  const last = builder.emit("ArgMax", [builder.mul(present, numbers)], {
    attributes: { axis: int(1), keepdims: int(1) },
  });
  const chosen = builder.emit("Cast", [builder.emit("Equal", [numbers, last])], { attributes: { to: int(1) } }); // [batch, tokens]
  return builder.reduceSum(builder.mul(states, builder.unsqueeze(chosen, [2])), [1], false);
}
