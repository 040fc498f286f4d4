/** @file Built-in models that are loaded once for a file of tests: what a command does with a model is tested, not the loading. */

import { builtinFolder } from "@calig/node/internal/node/builtin-models";
import type { LoadedModel, LoadOptions } from "@calig/node/internal/node/load-model";
import { afterAll } from "vitest";

type Load = (source: string, options?: LoadOptions) => Promise<LoadedModel>;

/**
 * `loadModel` that keeps what it has loaded until the tests of the file are done. For
 * `vi.mock(import(".../load-model.ts"), async (original) => (await import("...")).shareModels(await original()))`.
 */
export function shareModels<M extends { readonly loadModel: Load }>(module: M): M {
  const models = new Map<string, Promise<LoadedModel>>();
  afterAll(async () => {
    for (const model of models.values()) await (await model).dispose();
  });
  const loadModel: Load = async (source, options = {}) => {
    const { signal, ...others } = options;
    const asked = Object.entries(others).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
    // Folders of tests change, and other engines and knowledge make other models.
    if (builtinFolder(source) === undefined || asked.length > 0) return module.loadModel(source, options);
    signal?.throwIfAborted();
    let model = models.get(source);
    if (model === undefined) {
      model = module.loadModel(source);
      models.set(source, model);
    }
    return { ...(await model), dispose: kept, [Symbol.asyncDispose]: kept };
  };
  return { ...module, loadModel };
}

const kept = async (): Promise<void> => {};
