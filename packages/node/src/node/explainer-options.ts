/** @file How the model of an explainer is loaded, and where its files are looked for. */

import type { LoadOptions } from "./load-model.ts";

/** How the model of an explainer is loaded, and where its files are looked for. */
export interface ExplainerOptions extends LoadOptions {
  /** `env` of transformers.js, where `cacheDir` or `localModelPath` were changed. Default: as they are by default. */
  readonly env?: { readonly cacheDir?: string | null; readonly localModelPath?: string };
}

export interface PipelineLoading extends ExplainerOptions {
  /** What the pipeline was made from: a name, or a folder. Default: what its folders have with its config.json. */
  readonly model?: string;
}
