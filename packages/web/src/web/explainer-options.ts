/** @file How the model of an explainer is loaded, and where its files are looked for. */

import type { WebLoadOptions } from "./load-options.ts";
import type { ModelSource } from "./model-files.ts";

/** How the model of an explainer is loaded, and where its files are looked for. */
export interface ExplainerOptions extends WebLoadOptions {
  /** The revision that a pipeline loaded. Default: "main", as for pipelines. */
  readonly revision?: string;
  /** `env` of transformers.js, where `cacheKey` was changed. Default: "transformers-cache". */
  readonly env?: { readonly cacheKey?: string };
}

export interface PipelineLoading extends ExplainerOptions {
  /** What the pipeline was made from: its name, or where its files are. Default: what the cache has with its config.json. */
  readonly model?: ModelSource;
}
