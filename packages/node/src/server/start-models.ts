/** @file The models that a server is started with: named by whoever starts it, each in a process of its own. */

import { quote, UsageError } from "@calig/core/internal/errors";
import { type ModelProcess, startModelProcess } from "./model-process.ts";

/** A model as it is asked for. */
export interface NamedModel {
  readonly name: string;
  /** What is loaded: a name, a folder, a file. */
  readonly source: string;
}

export interface StartedModel {
  readonly name: string;
  readonly model: ModelProcess;
}

type StartOptions = Omit<Parameters<typeof startModelProcess>[0], "name" | "source">;

/**
 * "pictures=./my-vit" is ./my-vit under the name "pictures"; without a name, the last part of the path is one.
 *
 * @throws {UsageError} When two models have one name.
 */
export function namedModels(values: readonly string[]): readonly NamedModel[] {
  const models = values.map((value): NamedModel => {
    const [, name, source] = /^([\w.-]+)=(.+)$/s.exec(value) ?? [];
    if (name !== undefined && source !== undefined) return { name, source };
    const last = value
      .split(/[/\\]/)
      .filter((part) => part !== "" && part !== "." && part !== "..")
      .at(-1);
    return { name: last ?? value, source: value };
  });
  const twice = models.find(({ name }, i) => models.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return models;
  throw new UsageError(
    `Cannot serve two models as ${quote(twice.name)}: give one another name, as in --model other=${twice.source}`,
  );
}

/**
 * Starts them one after the other. Where one cannot be loaded, none is left running.
 *
 * @param onProgress - Called with the share that is loaded, 0..1, and what is being done.
 * @throws What `startModelProcess` throws.
 */
export async function startModels(
  wanted: readonly NamedModel[],
  options: StartOptions,
  onProgress: (done: number, activity: string) => void = () => {},
): Promise<readonly StartedModel[]> {
  const started: StartedModel[] = [];
  try {
    for (const [i, { name, source }] of wanted.entries()) {
      onProgress(i / wanted.length, `loading ${source}`);
      started.push({ name, model: await startModelProcess({ name, source, ...options }) });
    }
    return started;
  } catch (error) {
    for (const { model } of started) await model.dispose();
    throw error;
  }
}
