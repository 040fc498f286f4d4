/** @file From an address, dropped files or bytes to a model, with what is known of models there. */

import { knowledgeOf, type OwnKnowledge } from "@calig/core/internal/loading/knowledge";
import { type LoadRequest, load } from "@calig/core/internal/loading/load";
import type { WebLoadOptions, WebModel } from "./load-options.ts";
import { fileAt, type ModelSource, openStore } from "./model-files.ts";
import { openRuntime } from "./open-runtime.ts";
import { webPlatform } from "./platform.ts";

/** What is known besides what the caller adds. */
interface Known extends Pick<LoadRequest, "readOnnx" | "readGguf"> {
  readonly own: OwnKnowledge;
}

export async function openModel(
  source: ModelSource,
  options: WebLoadOptions,
  { own, readOnnx, readGguf }: Known,
): Promise<WebModel> {
  const { signal, onProgress, id, dtype, acceptDifference, task } = options;
  const knowledge = knowledgeOf(own, options);
  const runtime = await openRuntime(options);
  const store = openStore(source, {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { model } = await load(store, {
    source: store.name,
    file: fileAt(source),
    id,
    dtype,
    acceptDifference,
    task,
    signal,
    runtime,
    knowledge,
    readOnnx,
    readGguf,
    platform: webPlatform,
    // Pages that explain pictures need none of this.
    createTokenizer: async (files) =>
      (await import("@calig/core/internal/input/text/portable-tokenizer")).createPortableTokenizer(files),
  });
  return model;
}
