/** @file Heads for other tasks, where the configuration of an ONNX file names one. */

import { canonicalise } from "../canonical/canonicalise.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { isCaligError, UnsupportedModelError } from "../errors.ts";
import type { Graph, OnnxModel } from "../onnx/model.ts";
import { describeOutputs, listOutputs } from "../transformer/locate/outputs.ts";
import { findSource } from "../transformer/locate/roles.ts";
import { createSearch, describeShape } from "../transformer/locate/search.ts";

/** Heads for other tasks give logits of another meaning, or none. */
const OTHER_TASKS =
  /(For(PreTraining|MultipleChoice|NextSentencePrediction|ConditionalGeneration|MaskedImageModeling|ObjectDetection|(Semantic|Instance|Universal|Image)Segmentation|DepthEstimation)|WithProjection|Backbone|(?<!LMHead)Model)$/;

/** Models that fill masks: their files must give scores of words. */
const MASKED = /ForMaskedLM$/;

/** What the decoders of encoder-decoders read besides their own tokens. */
const ENCODED = /^(encoder_(hidden_states|outputs?|attention_mask|last_hidden_state)|decoder_input_ids|memory)$/;

/**
 * To be called before side files are read, which may be large or missing: what the graph itself holds is enough.
 *
 * @param model - What the file holds, for the message.
 * @throws {UnsupportedModelError} When a configuration names a head of another task.
 */
export function checkTask(config: CheckpointConfig | undefined, model: Pick<OnnxModel, "graph" | "opsets">): void {
  const encoded = model.graph.inputs.find(({ name }) => ENCODED.test(name));
  if (encoded !== undefined) {
    throw new UnsupportedModelError(
      `Cannot explain the model: it is the decoder of an encoder-decoder, as of T5, BART or Whisper (it reads "${encoded.name}"), and calig explains models with one stack of blocks: encoders that classify, and decoders`,
      [{ reason: `encoder-decoder: input "${encoded.name}"` }],
    );
  }
  const found = config?.architectures.find((name) => OTHER_TASKS.test(name) || MASKED.test(name));
  if (found === undefined) return;
  const { outputs, mayClassify, hasWords } = offers(model);
  if (hasWords && MASKED.test(found)) return;
  const remedy = mayClassify
    ? `; if the file does have a head for classification, name it in "architectures" of config.json, as in "BertForSequenceClassification"`
    : "";
  throw new UnsupportedModelError(
    `Cannot explain the model: config.json says it is a ${found}. The file's outputs: ${outputs}. Give a model for classification of texts, tokens or images (exported with the task "text-classification" of Optimum, for example)${remedy}`,
    [{ reason: `architecture ${found}` }],
  );
}

/** What the outputs hold, as far as the graph tells. */
function offers({ graph, opsets }: Pick<OnnxModel, "graph" | "opsets">) {
  try {
    const canonical = canonicalise({ graph, opsets });
    const search = createSearch(canonical.graph, canonical.opsets);
    const source = findSource(search);
    if ("length" in source) return { outputs: declared(graph), ...NOTHING };
    const outputs = describeOutputs(search, source);
    return {
      outputs: listOutputs(outputs),
      mayClassify: outputs.some(({ meaning }) => meaning === "logits"),
      hasWords: outputs.some(({ meaning }) => meaning === "vocabulary"),
    };
  } catch (error) {
    // A graph that calig cannot rewrite is refused for its task all the same.
    if (!isCaligError(error)) throw error;
    return { outputs: declared(graph), ...NOTHING };
  }
}

const NOTHING = { mayClassify: false, hasWords: false };

const declared = ({ outputs }: Graph): string =>
  outputs.map(({ name, shape }) => `"${name}" ${describeShape(shape)}`).join(", ");
