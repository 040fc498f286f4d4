/** @file What kind of model a graph is whose parts are not found, told by its structure: for one line instead of the names of its nodes. */

import type { ValueInfo } from "../../onnx/model.ts";
import type { AttentionSite } from "./attention.ts";
import { isCausal } from "./causality.ts";
import { textInputs } from "./lookups.ts";
import { isOperator } from "./operators.ts";
import type { Output } from "./outputs.ts";
import type { Source } from "./roles.ts";
import { describeShape, type Search } from "./search.ts";

/** Names of inputs that are sounds. */
const SOUND =
  /(^|_)(input_values|input_features|audio|speech|wave(form)?s?|mels?|spectrograms?|fbank|feats?|pcm|samples)(_|$)/i;
/** Axes of a batch of videos. */
const VIDEO = 5;
/** Queries of a head that pools, or of class tokens: fewer than the keys in models of one grid, too. */
const POOLING = 2;
/** Convolutions that cut a picture into patches; models with more have them between their blocks. */
const PATCHING = 3;

/** What is in the way of blocks with two attentions. */
const TWO_IN_A_BLOCK = "a block for each attention";
/** What is in the way of models whose blocks have other widths, or look at windows of known sizes. */
const OTHER_GRIDS = /^one width|probabilities \[[^\]]*\d+, \d+\] for hidden states/;

const PICTURES =
  "calig explains vision Transformers whose blocks all have the same positions (ViT, DeiT, BEiT, DINOv2, CLIP, SigLIP); give one of these";
const CLASSES = "calig explains the classes of whole pictures; give a model that classifies pictures";
const ENCODER_DECODER =
  "an encoder-decoder (as BART, T5, Whisper), whose decoder attends to itself and to the encoder; calig explains encoders that classify, and decoders; give one of these";
const BOTH =
  'calig explains models that read texts or pictures, and two towers such as CLIP where the file gives the embeddings of both ("image_embeds", "text_embeds")';

/** What a graph without token ids or pixels is, or one with both; undefined where that is not known. */
export function kindByInputs(search: Search): string | undefined {
  const { inputs } = search.index.graph;
  const texts = textInputs(search);
  if (texts.length > 1) {
    if (texts.some((name) => /decoder/i.test(name))) return ENCODER_DECODER;
    return `a model that reads ${texts.length} texts, each by itself (${texts.map((name) => `"${name}"`).join(", ")}), as towers that are compared do; calig explains models of one text, or of a pair in one sequence, and embeddings; give the encoder alone (a folder of sentence-transformers, or its hidden states as an ONNX file)`;
  }
  const rank = ({ name }: ValueInfo) => search.shape(name)?.length ?? 0;
  const floats = inputs.filter(({ dtype }) => /^b?float/.test(dtype ?? ""));
  const sound = inputs.find((input) => SOUND.test(input.name) && rank(input) >= 2);
  const ids = inputs.some(({ name }) => /(^|_)ids$/.test(name));
  const pictures = floats.some((input) => rank(input) === 4 && !/past|cache|present/.test(input.name));
  if (ids && pictures) return `a model of pictures and texts together; ${BOTH}`;
  if (floats.some((input) => rank(input) >= VIDEO)) {
    return "a model of videos; calig explains single pictures; give a model that classifies pictures";
  }
  if (sound !== undefined && !ids) {
    return `a model of sound (it reads "${sound.name}"); calig explains texts and pictures; a kind of input of your own can be given from outside (docs/extend.md)`;
  }
  const series = floats.find((input) => rank(input) === 3);
  if (series !== undefined && !ids) {
    return `a model of numbers that are neither token ids nor pixels ("${series.name}" ${describeShape(search.shape(series.name))}), as those of sound and of series are; calig explains texts and pictures; a kind of input of your own can be given from outside (docs/extend.md)`;
  }
  return undefined;
}

/**
 * What a graph is whose blocks are not found.
 *
 * @param sites - What was found to be attention.
 * @param problems - What was in the way.
 */
export function kindByBlocks(
  search: Search,
  { role }: Source,
  sites: readonly AttentionSite[],
  problems: readonly string[],
): string | undefined {
  const { nodes } = search.index.graph;
  const count = (...names: string[]) => nodes.filter((node) => isOperator(node, ...names)).length;
  const softmaxes = nodes.filter((node) => isOperator(node, "Softmax"));
  const convolutions = count("Conv");
  if (role === "pixels") {
    if (softmaxes.length === 0) {
      return convolutions > PATCHING
        ? "a convolutional network without attention; calig explains Transformers; give a vision Transformer (ViT, DeiT, BEiT, DINOv2, CLIP, SigLIP)"
        : undefined;
    }
    const grids = new Set<number>();
    let differ = false;
    for (const { outputs } of softmaxes) {
      const shape = search.shape(outputs[0] ?? "") ?? [];
      const [queries, keys] = shape.slice(-2);
      if (shape.length > 4) differ = true;
      if (typeof queries !== "number" || typeof keys !== "number" || queries <= POOLING) continue;
      grids.add(keys);
      if (queries !== keys) differ = true;
    }
    if (problems.some((problem) => OTHER_GRIDS.test(problem))) differ = true;
    if (differ || grids.size > 1 || convolutions > PATCHING) {
      return `a hierarchical vision Transformer (as Swin, PVT, MobileViT), or one with convolutions between its blocks; ${PICTURES}`;
    }
    return undefined;
  }
  if (softmaxes.length === 0 && count("Scan", "Loop", "LSTM", "GRU", "RNN", "CumSum", "Conv") > 0) {
    return "a model of texts without attention (recurrent, state-space or convolutional); calig explains Transformers; give one";
  }
  const causal = sites.filter((site) => isCausal(search, [site])).length;
  if (causal > 0 && causal < sites.length && problems.some((problem) => problem.startsWith(TWO_IN_A_BLOCK))) {
    return ENCODER_DECODER;
  }
  if (problems.length > 0 && problems.every((problem) => problem.startsWith(TWO_IN_A_BLOCK))) {
    return "a Transformer whose blocks get more than the hidden state of the one before (the words again, what earlier blocks gave), or have two attentions each, so that no single state enters each of them; calig explains models with one stream of hidden states; give one";
  }
  return undefined;
}

/** What a model of pictures is whose outputs are no logits of classes. */
export function kindByOutputs({ role }: Source, outputs: readonly Output[]): string | undefined {
  if (role !== "pixels") return undefined;
  const boxes = outputs.some(({ meaning, shape }) => meaning === "patches" && shape?.length === 3 && shape[2] === 4);
  if (boxes && outputs.filter(({ meaning }) => meaning === "patches").length > 1) {
    return `a detector, which gives boxes of objects; ${CLASSES}`;
  }
  const maps = outputs.filter(({ meaning, shape = [] }) => meaning === "map" && shape.length >= 3);
  return maps.length > 0
    ? `a model that gives a map of the picture (segmentation, depth, key points); ${CLASSES}`
    : undefined;
}
