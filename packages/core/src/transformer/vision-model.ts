/** @file The frame of a model of pictures: patches, special tokens, positions, blocks, anatomy. A family fills in tensors, blocks and head. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import {
  classifierAnatomy,
  embeddingAnatomy,
  type PatchGrid,
  type Readout,
  type Stream,
  type TransformerGraph,
} from "./anatomy.ts";
import type { BuildOptions } from "./family.ts";
import { layerNorm, patchEmbedding } from "./layers.ts";
import { Parameters, type WeightSource } from "./parameters.ts";
import { type PreNormLayers, type PreNormSizes, preNormBlocks, type ReadParameter } from "./pre-norm.ts";

/** An image model under construction. */
export interface VisionModel {
  readonly builder: GraphBuilder;
  readonly config: CheckpointConfig;
  readonly all: Parameters;
  readonly sizes: VisionSizes;
}

export interface VisionSizes extends PreNormSizes {
  /** Width and height of the input in pixels. */
  readonly input: { readonly width: number; readonly height: number };
  /** Patches of the input. */
  readonly rows: number;
  readonly columns: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
}

/** The parts of one model. */
export interface VisionParts {
  /** The convolution that cuts the picture into patches. */
  readonly patches: Parameters;
  /** Whether that has a bias. Absent for yes. */
  readonly patchBias?: boolean;
  /** Tokens in front of the patches, each [1, 1, width], and added to by positions: class token, distillation token. */
  readonly tokens: readonly ReadParameter[];
  /** Tokens between those and the patches, [1, count, width], without positions. */
  readonly registers?: { readonly count: number; readonly read: ReadParameter };
  /** Position embeddings [1, tokens + patches, width] of the given tokens and patches; undefined where there are none. */
  readonly positions: string | undefined;
  /** Normalises what enters the first block. Absent for nothing. */
  readonly norm?: Parameters;
  readonly blocks: readonly PreNormLayers[];
  readonly head: VisionHead;
}

/** What becomes of the last hidden states. */
export interface VisionHead {
  readonly readout: Readout;
  /** How many leading positions are read; undefined: all. */
  readonly read: number | undefined;
  /** Output of the last block [batch, positions, width], or of the positions that are read -> logits or embedding [batch, numbers]. */
  logits(states: string): string;
}

const CHANNELS = 3;

/**
 * Builds an image classifier, or the tower of pictures of a pair.
 *
 * @throws {UnsupportedModelError} When there is no classification head, or the sizes cannot be built.
 * @throws {CheckpointError} When weights are missing or misshapen.
 */
export function buildVisionModel(
  config: CheckpointConfig,
  weights: WeightSource,
  { lastBlock = "all", inputSize }: BuildOptions,
  profile: {
    readonly name: string;
    /** Names of weights of which a classifier has at least one, or the numbers of an embedding. */
    readonly heads: readonly string[] | { readonly embedding: number };
    readonly epsilon: number;
    /** Positions are adapted to pictures of other sizes than that of the configuration. */
    readonly adapts?: boolean;
    parts(model: VisionModel): VisionParts;
  },
): TransformerGraph {
  const { heads: ends } = profile;
  const makesEmbeddings = "embedding" in ends;
  if (!makesEmbeddings) checkHead(config, weights, ends);
  const builder = new GraphBuilder({ name: profile.name });
  const all = new Parameters(builder, weights);
  checkInput(config, inputSize, profile.adapts ?? false);
  const sizes = visionSizes(config, profile.epsilon, inputSize);
  const { width, heads, input, rows, columns, patch } = sizes;
  const parts = profile.parts({ builder, config, all, sizes });

  const pixels = builder.input("pixel_values", "float32", ["batch", CHANNELS, input.height, input.width]);
  const { hidden, specialTokens } = embed(builder, pixels, parts, sizes);
  const { head } = parts;
  const read = lastBlock === "pooled" ? head.read : undefined;
  const { output, hiddenStates, attentionProbabilities } = preNormBlocks(builder, hidden, parts.blocks, sizes, read);
  const numbers = makesEmbeddings ? ends.embedding : config.numLabels;
  const name = makesEmbeddings ? "embedding" : "logits";
  const value = builder.output(head.logits(output), name, "float32", ["batch", numbers]);
  all.check();
  const patches: PatchGrid = { rows, columns, patch, specialTokens };
  const inputs = { pixels };
  const stream: Stream = { kind: "image", inputs, patches, hiddenStates, attentionProbabilities, heads, width };
  const { readout } = head;
  return {
    graph: builder.build(),
    opsets: builder.opsets,
    anatomy: makesEmbeddings
      ? embeddingAnatomy(stream, { value, readout, shared: true })
      : classifierAnatomy(stream, { value, per: "input", readout }),
  };
}

/** Tokens and patches with their positions [batch, positions, width]. */
function embed(
  builder: GraphBuilder,
  pixels: string,
  { patches, patchBias: bias = true, tokens, registers, positions, norm }: VisionParts,
  { width, patch, rows, columns, epsilon }: VisionSizes,
): { readonly hidden: string; readonly specialTokens: number } {
  const patchStates = patchEmbedding(builder, pixels, patches, CHANNELS, width, patch, { bias });
  const batch = builder.sizeOf(patchStates, 0);
  const repeated = (token: string, count: number) =>
    builder.emit("Expand", [token, builder.concat([batch, builder.integers([count, width])], 0)]);
  const specialTokens = tokens.length + (registers?.count ?? 0);
  const output = "hidden_state.0";
  const named = registers === undefined && norm === undefined ? output : undefined;
  const joined = (last: string | undefined) =>
    builder.concat([...tokens.map((read) => repeated(read([1, 1, width]), 1)), patchStates], 1, last);
  const placed = positions === undefined ? joined(named) : builder.add(joined(undefined), positions, named);
  if (norm !== undefined) return { hidden: layerNorm(builder, placed, norm, width, epsilon, output), specialTokens };
  if (registers === undefined) return { hidden: placed, specialTokens };
  const { count, read } = registers;
  const before = builder.slice(placed, 1, 0, tokens.length);
  const after = builder.slice(placed, 1, tokens.length, tokens.length + rows * columns);
  return {
    hidden: builder.concat([before, repeated(read([1, count, width]), count), after], 1, output),
    specialTokens,
  };
}

/** One position of [batch, positions, width] as [batch, width]. */
export const position = (builder: GraphBuilder, states: string, index: number): string =>
  builder.squeeze(builder.slice(states, 1, index, index + 1), [1]);

/** Mean of the patches, which come after `specialTokens`: [batch, positions, width] -> [batch, width]. */
export function patchMean({ builder, sizes }: VisionModel, states: string, specialTokens: number): string {
  const end = specialTokens + sizes.rows * sizes.columns;
  return builder.reduceMean(builder.slice(states, 1, specialTokens, end), [1], false);
}

/** Tensors that fill in masked patches: of ViTMAEForPreTraining, of the original MAE, and of ViT and BEiT for masked images. */
const DECODER = /^(decoder[._]|lm_head\.)/;

function checkHead(config: CheckpointConfig, weights: WeightSource, heads: readonly string[]): void {
  if (heads.some((name) => weights.names.has(name))) return;
  const architecture = config.architectures.join(", ");
  const found = architecture === "" ? "" : `config.json says it is a ${architecture}, and `;
  const pretrained = [...weights.names].some((name) => DECODER.test(name));
  const decoder = pretrained ? ", only an encoder and the decoder of masked pretraining" : "";
  throw new UnsupportedModelError(
    `Cannot build a classifier from ${weights.description}: ${found}it has no classification head (none of the tensors ${heads.map((name) => `"${name}"`).join(", ")})${decoder}; give a model that was fine-tuned for image classification, or fine-tune this one first`,
    [{ reason: "no classification head" }],
  );
}

function checkInput(config: CheckpointConfig, given: BuildOptions["inputSize"], adapts: boolean): void {
  const { width, height } = configuredInput(config);
  if (adapts || given === undefined || (given.width === width && given.height === height)) return;
  throw new UnsupportedModelError(
    `Cannot build the model for pictures of ${given.height} x ${given.width} pixels: it reads ${height} x ${width}; make preprocessor_config.json produce that size`,
    [{ reason: "pictures of another size" }],
  );
}

function visionSizes(config: CheckpointConfig, epsilon: number, inputSize: BuildOptions["inputSize"]): VisionSizes {
  const width = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  const [patch = 16, patchWidth = patch] = config.integers("patch_size", [16]);
  const input = inputSize ?? configuredInput(config);
  const problems: string[] = [];
  if (config.integer("num_channels", CHANNELS) !== CHANNELS) problems.push("calig reads pictures of 3 channels only");
  if (patch !== patchWidth) problems.push("calig reads square patches only");
  if (patch < 1 || input.width % patch !== 0 || input.height % patch !== 0 || input.width * input.height === 0) {
    problems.push(`patches of ${patch} pixels do not fill a picture of ${input.height} x ${input.width}`);
  }
  if (heads < 1 || width % heads !== 0) problems.push(`${width} channels cannot be shared by ${heads} heads`);
  if (problems.length > 0) {
    throw new UnsupportedModelError(
      `Cannot build the model: ${problems.join("; ")}; check "${config.file}"`,
      problems.map((reason) => ({ reason })),
    );
  }
  return { width, heads, epsilon, input, patch, rows: input.height / patch, columns: input.width / patch };
}

/** The size of pictures that the configuration states. */
export function configuredInput(config: CheckpointConfig): { readonly width: number; readonly height: number } {
  const [height = 224, width = height] = config.integers("image_size", [224]);
  return { width, height };
}
