/** @file Loading with what the caller names, and nothing else: for the smallest bundles. */

import type { Modality } from "@calig/core/internal/attribution/explainable-model";
import { InvalidOptionError } from "@calig/core/internal/errors";
import type { OwnKnowledge } from "@calig/core/internal/loading/knowledge";
import type { KnownFamily } from "@calig/core/internal/transformer/family";
import type { WebLoadOptions, WebModel } from "./load-options.ts";
import type { ModelSource } from "./model-files.ts";
import { openModel } from "./open-model.ts";

/** How `loadModel` of the small entry loads: what it knows of models is what it is given. */
export interface MinimalLoadOptions extends Omit<WebLoadOptions, "families" | "modalities" | "passes" | "dtype"> {
  /** Families that are built: of "@calig/core/families/bert" and its neighbours, or your own. */
  readonly families: readonly KnownFamily[];
  /** The kinds of inputs that these read: `text`, `image`, or your own. */
  readonly modalities: readonly Modality[];
}

const NOTHING: OwnKnowledge = { families: [], modalities: async () => [] };

/**
 * Loads a checkpoint of one of the families given, as `loadModel` of "@calig/web" does. ONNX files are not read, and no other
 * family: the code of neither is in a bundle.
 *
 * @throws {InvalidOptionError} When there are no families, or no modalities.
 * @throws {ExecutionError} When the device does not work; nothing of the model has been read then.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent, or the tokenizer is only read in Node.
 * @throws {UnsupportedModelError} When none of the families builds this model, or it is an ONNX file.
 */
export async function loadModel(source: ModelSource, options: MinimalLoadOptions): Promise<WebModel> {
  for (const [name, example] of [
    ["families", 'bert of "@calig/core/families/bert"'],
    ["modalities", "text"],
  ] as const) {
    if (Array.isArray(options?.[name]) && options[name].length > 0) continue;
    throw new InvalidOptionError(
      `Cannot load a model without "${name}": nothing is built in here; give some, as ${example}, or take loadModel() of "@calig/web"`,
      name,
    );
  }
  return openModel(source, options, { own: NOTHING });
}
