/**
 * @file The blocks of Llama, and of the decoders that differ from it in what {@link LlamaSizes} lists: where and how states
 * are normalised, how positions enter, how matrices are cut and called, whether both parts read the same.
 */

import { int } from "../onnx/model.ts";
import type { DecoderModel } from "./decoder-model.ts";
import { biased, causalMask, feedForward, firstRow, normalise, takePositions } from "./decoder-parts.ts";
import { lookUp } from "./embeddings.ts";
import { attend, type Sight } from "./llama-attention.ts";
import { LLAMA_NAMES, LLAMA_NORMS, type LlamaSizes } from "./llama-sizes.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { anglesAt, type RotaryAngles } from "./rotary.ts";
import type { Rotary } from "./rotary-scaling.ts";

/** Runs the word vectors through the blocks and the last normalisation. */
export function llamaBlocks(model: DecoderModel, sizes: LlamaSizes): EncodedBlocks {
  const { builder, decoder, asked } = model;
  const { blocks, norms = LLAMA_NORMS, parallel = false, partScale = 1, gates = "apart" } = sizes;
  const names = { ...LLAMA_NAMES, ...sizes.names };
  const sightOf = sights(model, sizes);
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  const scaled = (x: string) => (partScale === 1 ? x : builder.mul(x, builder.scalar(partScale)));
  let hidden = entering(model, sizes);
  for (let b = 0; b < blocks; b++) {
    hiddenStates.push(hidden);
    const block = decoder.at(`${names.blocks}.${b}`);
    const normed = (x: string, name: string | undefined) =>
      name === undefined ? x : normalise(builder, x, block.at(name), sizes);
    // Of the last block nothing is computed that is not read.
    const read = b === blocks - 1 ? asked : undefined;
    const taken = (x: string) => (read === undefined ? x : takePositions(builder, x, read));
    const site = { sight: sightOf(b, read), taken, names, probabilities: `block.${b}.attention_probabilities` };
    const attending = normed(hidden, norms.beforeAttention);
    const { mixed, probabilities } = attend(model, attending, block.at(names.attention), sizes, site);
    attentionProbabilities.push(probabilities);
    const middle = builder.add(taken(hidden), scaled(normed(mixed, norms.behindAttention)));
    const shared = norms.beforeFeedForward === norms.beforeAttention;
    const forwarding = !parallel
      ? normed(middle, norms.beforeFeedForward)
      : taken(shared ? attending : normed(hidden, norms.beforeFeedForward));
    const inside = names.feedForward === "" ? block : block.at(names.feedForward);
    const forwarded = feedForward(builder, forwarding, inside, { ...sizes, names, gates });
    hidden = builder.add(middle, scaled(normed(forwarded, norms.behindFeedForward)), `hidden_state.${b + 1}`);
  }
  const output = normalise(builder, hidden, decoder.at(names.last), sizes);
  return { output, hiddenStates, attentionProbabilities };
}

/** Whether the first hidden state is the word vectors as they are looked up. */
export const entersPlainly = ({ wordScale, wordNorm, positions }: LlamaSizes): boolean =>
  wordScale === undefined && wordNorm === undefined && positions === undefined;

/** The first hidden state. */
function entering({ builder, decoder, words, places }: DecoderModel, sizes: LlamaSizes): string {
  const { wordScale, wordNorm, positions, width } = sizes;
  const first = "hidden_state.0";
  if (wordScale !== undefined) return builder.emit("Mul", [words.value, builder.scalar(wordScale)], { output: first });
  if (wordNorm !== undefined) return normalise(builder, words.value, decoder.at(wordNorm), sizes, first);
  if (positions === undefined) return words.value;
  const rows = positions.first === 0 ? places : builder.add(places, builder.integers([positions.first]));
  return builder.add(
    words.value,
    lookUp(builder, decoder.at(positions.name), [positions.rows, width], rows).value,
    first,
  );
}

/** What is seen of each block: angles and masks that several blocks share are computed once. */
function sights(model: DecoderModel, { window, rotary, slopes }: LlamaSizes) {
  const { builder, places } = model;
  const row = firstRow(builder, places);
  const masks = new Map<number | undefined, string>();
  const angles = new Map<Rotary, RotaryAngles>();
  const maskOf = (reach: number | undefined): string => {
    const mask = masks.get(reach) ?? biased(builder, causalMask(builder, model, reach), row, slopes);
    masks.set(reach, mask);
    return mask;
  };
  const anglesOf = (turned: Rotary): RotaryAngles => {
    const found = angles.get(turned) ?? anglesAt(builder, row, turned);
    angles.set(turned, found);
    return found;
  };
  return (block: number, read: string | undefined): Sight => {
    const mask = maskOf(window?.(block));
    const turned = rotary(block);
    const all = turned === undefined ? undefined : anglesOf(turned);
    if (read === undefined) return { angles: all, queryAngles: all, mask };
    return {
      angles: all,
      queryAngles: turned === undefined ? undefined : anglesAt(builder, builder.emit("Gather", [row, read]), turned),
      mask: builder.emit("Gather", [mask, read], { attributes: { axis: int(-2) } }),
    };
  };
}
