/** @file Checkpoints of two towers whose embeddings lie in one space: each is built by itself, of its own tensors. */

import { CheckpointError } from "../errors.ts";
import { filledTokenizer } from "../input/text/filled-tokenizer.ts";
import { readStoredTensor } from "../onnx/external-data.ts";
import { toFloatTensor } from "../tensor/half.ts";
import type { TowerPair } from "../transformer/family.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { buildCheckpoint, type CheckpointSource } from "./build-checkpoint.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts } from "./model-parts.ts";

/**
 * The tower of pictures with that of texts.
 *
 * @throws {CheckpointError} As `buildCheckpoint`, and when the number that cosines are multiplied by is missing.
 */
export async function buildTowers(
  source: CheckpointSource,
  pair: TowerPair,
  context: LoadContext,
): Promise<ModelParts> {
  const { prepared } = source;
  const single = [pair.scale, ...(pair.bias === undefined ? [] : [pair.bias])];
  const only = (keep: (name: string) => boolean): CheckpointSource => ({
    ...source,
    prepared: { ...prepared, source: filtered(prepared.source, keep) },
  });
  const scale = Math.exp(await readNumber(source, pair.scale));
  const bias = pair.bias === undefined ? 0 : await readNumber(source, pair.bias);
  const pictures = await buildCheckpoint(
    only((name) => !pair.ofTexts.test(name) && !single.includes(name)),
    context,
  );
  const built = await buildCheckpoint({ ...only((name) => pair.ofTexts.test(name)), family: pair.texts }, context);
  const texts =
    pair.fills && built.tokenizer !== undefined ? { ...built, tokenizer: filledTokenizer(built.tokenizer) } : built;
  return {
    ...pictures,
    texts: { parts: texts, scale, bias, activation: pair.activation },
    warnings: [...new Map([...pictures.warnings, ...texts.warnings].map((one) => [one.message, one])).values()],
  };
}

/** Those of some tensors that are kept. */
const filtered = (source: WeightSource, keep: (name: string) => boolean): WeightSource => ({
  ...source,
  names: new Set([...source.names].filter(keep)),
  get: (name) => source.get(name),
});

/** The only element of a tensor. */
async function readNumber({ prepared: { source }, weights, config }: CheckpointSource, name: string): Promise<number> {
  if (!source.names.has(name)) {
    throw new CheckpointError(
      `Cannot build the model from ${source.description}: tensor "${name}" is missing, which cosines of pictures and texts are scaled by; check that ${config.file} belongs to these weights`,
    );
  }
  const { data } = toFloatTensor(await readStoredTensor(source.get(name), weights.read));
  return data[0] as number;
}
