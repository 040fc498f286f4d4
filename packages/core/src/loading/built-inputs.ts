/** @file A few inputs that are built for any model, to run it on before anybody has given one. */

import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import { textBatchFeeds } from "../modality/text/prepare.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { elementCount, floatTensor } from "../tensor/tensor.ts";
import { streamOf, type TransformerGraph } from "../transformer/anatomy.ts";

/** Short and long, plain and odd: rounding depends on the range of the values that a text leads to. */
const TEXTS = [
  "A short text that shows how much the logits move.",
  "No.",
  "The meeting on 14 March was long, and nobody had expected that it would end with applause; but it did, and that was good.",
  "¿Qué? 3.5 % — (really) BAD!",
];

/** Waves across all pixels, by their length. */
const WAVES = [0.05, 1.7];

/** Feeds of the texts, or of pictures of waves. */
export async function builtInputs(
  { graph, anatomy }: TransformerGraph,
  { tokenizer }: { readonly tokenizer?: Tokenizer; readonly imageProcessor?: ImageProcessor },
): Promise<readonly Feeds[]> {
  if (tokenizer !== undefined) {
    const encoded = [];
    for (const text of TEXTS) encoded.push(await tokenizer.encode(text));
    return encoded.map((text) => textBatchFeeds({ anatomy }, [text.ids], text));
  }
  const { pixels = "" } = streamOf(anatomy).inputs;
  const [, ...rest] = graph.inputs.find(({ name }) => name === pixels)?.shape ?? [];
  const shape = [1, ...(rest as number[])];
  return WAVES.map((step) => {
    const waves = Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(step * i));
    return { [pixels]: floatTensor(waves, shape) };
  });
}
