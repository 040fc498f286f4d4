/** @file The graphs of a checkpoint: built by its family, checked, with all that lies beside the weights, which are converted where that is needed. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { checkFixedSizes, storedBytes } from "../graph/fixed-sizes.ts";
import { modalityOf } from "../modality/modality-of.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { checkHead } from "../transformer/check-head.ts";
import { checkSizes } from "../transformer/check-sizes.ts";
import type { ModelFamily } from "../transformer/family.ts";
import { familyConfig } from "../transformer/family-config.ts";
import type { CheckpointWeights } from "./checkpoint-weights.ts";
import { asFloat32, tensorsToConvert } from "./float32-weights.ts";
import { checkpointHead, embeddingHead, nextTokenHead, SPAN_HEAD } from "./head.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts } from "./model-parts.ts";
import type { PreparedWeights } from "./prepare-weights.ts";
import { type PreprocessorPlaces, readImageProcessor, readTokenizer, tokenizerFacts } from "./preprocessors.ts";
import type { SentenceModel } from "./sentence-model.ts";
import { unusedTensors } from "./unused-tensors.ts";
import { checkEngineMemory, computedMemory, planWeights, weightMemory } from "./weight-plan.ts";

/** A checkpoint whose files were found. */
export interface CheckpointSource {
  readonly family: ModelFamily;
  readonly config: CheckpointConfig;
  readonly weights: CheckpointWeights;
  /** All tensors that the configuration asks for. */
  readonly prepared: PreparedWeights;
  /** Of what lies beside the weights. */
  readonly places: PreprocessorPlaces;
  /** Models that make embeddings of texts. */
  readonly sentences?: SentenceModel;
}

/**
 * Says what is wrong with a checkpoint before anything is copied, then converts what has to be, and builds the graphs on it.
 *
 * @throws {CheckpointError} When files are missing or inconsistent, or the weights do not fit into memory.
 * @throws {UnsupportedModelError} When there is no head for classification, or the family refuses the configuration.
 */
export async function buildCheckpoint(
  { family, config: stated, weights, prepared, places, sentences }: CheckpointSource,
  context: LoadContext,
): Promise<ModelParts> {
  const { knowledge, memory, runtime, disk } = context;
  const { source, derived } = prepared;
  const config = familyConfig(family, stated);
  const pictures = family.kind === "image" ? await readImageProcessor(places) : undefined;
  const build = {
    ...(pictures?.size === undefined ? {} : { inputSize: pictures.size }),
    ...(sentences === undefined ? {} : { embedding: sentences.plan }),
  };
  if (family.kind === "text" && family.decoder !== true && family.tower !== true && sentences === undefined) {
    checkHead(config, source);
  }
  checkSizes(config, source);
  const model = family.build(config, source, build);
  if (sentences !== undefined) checkEmbedding(family, model);
  checkFixedSizes(model.graph, model.opsets, storedBytes(model.graph));
  const unused = unusedTensors(source, model, family.unread);
  const most = family.maxLength(config);
  const maxLength = most === undefined ? undefined : Math.min(most, sentences?.maxTokens ?? most);
  const tokenizer =
    maxLength === undefined
      ? undefined
      : await readTokenizer(places, tokenizerFacts(config, model, maxLength), context);
  const output = logitsOf(model.anatomy);
  const { warnings: surprises, ...head } =
    output.kind === "span"
      ? SPAN_HEAD
      : output.kind === "next-token" || output.kind === "masked-token"
        ? nextTokenHead(output)
        : output.kind === "embedding"
          ? embeddingHead(model)
          : checkpointHead(config, output);

  const read: string[] = [];
  const shapes: (readonly number[])[] = [];
  for (const { name, shape } of model.graph.initializers) {
    if (!source.names.has(name)) continue;
    read.push(name);
    shapes.push(shape);
  }
  const computed = derived.size > 0;
  const needed = computed ? computedMemory(shapes) : weightMemory(weights.facts.elements);
  checkEngineMemory(context.source, needed, runtime);
  const { streamed, copied, prepack, warnings } = planWeights(context.source, needed, true, memory);
  const half = copied || (runtime.lacksHalfPrecision === true && needed.converted > 0);
  const plain = { place: weights.place, read: weights.read, source };
  const converted =
    half || computed
      ? await asFloat32(plain, { names: tensorsToConvert(plain, read, derived, half), derived }, disk?.weights)
      : undefined;
  const placed = converted ?? plain;
  return {
    family: family.name,
    config,
    weights: weights.facts,
    streamed,
    prepack,
    place: placed.place,
    read: placed.read,
    ...(converted === undefined ? {} : { release: converted.release }),
    forward: family.build(config, placed.source, build),
    sweep: family.build(config, placed.source, { ...build, lastBlock: "pooled" }),
    modality: modalityOf(streamOf(model.anatomy).kind, [...knowledge.modalities, ...(await knowledge.ownModalities())]),
    rules: knowledge.rules,
    ...head,
    ...(sentences === undefined ? {} : { sentences: sentences.settings }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(pictures === undefined ? {} : { imageProcessor: pictures.imageProcessor }),
    warnings: [...(sentences?.warnings ?? []), ...surprises, ...unused, ...warnings],
    notes: [],
  };
}

/** @throws {UnsupportedModelError} When the family built another head. */
function checkEmbedding({ name }: ModelFamily, { anatomy }: TransformerGraph): void {
  if (logitsOf(anatomy).kind === "embedding") return;
  throw new UnsupportedModelError(
    `Cannot build the model: it makes embeddings and is of the family "${name}", of which calig builds no embeddings; calig builds those of encoders of texts`,
    [{ reason: `embeddings of family ${name}` }],
  );
}
