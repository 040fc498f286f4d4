/** @file Heads in checkpoints of text models: those for other tasks are named by what they do, whatever config.json says. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { WeightSource } from "./parameters.ts";
import { textHead } from "./text-head.ts";

/** Names that the tensors of heads for classification start with, in transformers and timm. */
const CLASSIFIERS =
  /^((pre_classifier|classifier|score|logits_proj|cls_classifier|distillation_classifier)\b|head\.(weight|bias)$)/;

/** The same behind a prefix that all names may have. */
const PREFIXED = /\.(classifier|score|head)\.(weight|bias)$/;

/** Heads for other tasks: how their tensors are called, and what they are for. */
const OTHERS: readonly (readonly [tensors: RegExp, purpose: string])[] = [
  [/^(qa_outputs|qa_classifier|qa_layer|span_classifier|start_logits|end_logits)\b/, "answers questions (where an answer starts and ends)"],
  [/^cls\.seq_relationship\b|^sop_classifier\b/, "tells whether one sentence follows another, as in pre-training"],
  [/^discriminator_predictions\b/, "tells which tokens were replaced, as in ELECTRA's pre-training"],
  [
    /^(cls\.predictions|predictions|lm_head|lm_predictions|lm_loss|mask_predictions|vocab_(projector|transform|layer_norm)|generator_(lm_head|predictions)|pred_layer|embed_out|decoder\.(weight|bias)$)\b/,
    "predicts words (a language model)",
  ],
  [/^(text_projection|visual_projection|projection|sentence_projection)\b/, "makes embeddings"],
]; // biome-ignore format: one table

/** Models whose heads for texts, tokens and answers are called alike. */
const ALIKE: readonly string[] = ["modernbert"];

/** Tensors that every encoder has. */
const ENCODER = /(^|\.)(embeddings?|patch_embed)\./;

/** Tensors that heads for whole texts have and those for tokens do not. */
const SEQUENCE_ONLY = /(^|\.)(pooler|pre_classifier|head|classifier\.(dense|out_proj))\b/;

/**
 * Checks that a checkpoint of a text model has a head for classification.
 *
 * @throws {UnsupportedModelError} When it has none: names the head that it has, by its tensors, or says that there is none.
 */
export function checkHead(config: CheckpointConfig, { description, names }: WeightSource): void {
  const all = [...names];
  const { architectures } = config;
  const head = textHead(config, { names });
  if (head === "span" || head === "masked") return; // what is missing of it is told by its tensors
  const says = architectures.length === 0 ? "" : `; config.json says it is a ${architectures.join(", ")}`;
  if (!all.some((name) => CLASSIFIERS.test(name))) {
    for (const [tensors, purpose] of OTHERS) {
      const found = all.find((name) => tensors.test(name));
      if (found === undefined) continue;
      throw new UnsupportedModelError(
        `Cannot explain the model in ${description}: its head ${purpose}: it has "${found}", and no tensors of a head for classification ("classifier...")${says}. Give a model that was fine-tuned for the classification of texts or tokens`,
        [{ reason: `tensor ${found}` }],
      );
    }
    // Names of another kind altogether are told with the tensors that are missing.
    if (!all.some((name) => ENCODER.test(name)) || all.some((name) => PREFIXED.test(name))) return;
    throw new UnsupportedModelError(
      `Cannot explain the model in ${description}: it is an encoder without a head: there are no tensors of a head for classification ("classifier...")${says}, so that there is no predicted class whose evidence could be asked for. Give a model that was fine-tuned for the classification of texts or tokens`,
      [{ reason: "no head for classification" }],
    );
  }
  if (architectures.length === 0 && ALIKE.includes(config.modelType)) {
    throw new UnsupportedModelError(
      `Cannot explain the model in ${description}: the heads of "${config.modelType}" for texts, for tokens and for answers have tensors of the same names, and config.json does not say which this is. Write the class of the model into "architectures" of config.json, as in ["ModernBertForSequenceClassification"]`,
      [{ reason: "a head that the configuration does not name" }],
    );
  }
  const perToken = architectures.some((name) => name.endsWith("ForTokenClassification"));
  if (perToken || !names.has("classifier.weight") || all.some((name) => SEQUENCE_ONLY.test(name))) return;
  throw new UnsupportedModelError(
    `Cannot explain the model in ${description}: its head labels every token, as the tensors tell (a "classifier.weight" and no pooler before it)${says === "" ? "; config.json does not say so" : says}. Write the class of the model into "architectures" of config.json, as in ["BertForTokenClassification"]`,
    [{ reason: "a head for tokens that the configuration does not name" }],
  );
}
