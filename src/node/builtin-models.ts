/** @file The models that come with the package: one line each; what they were measured at is read from their folder. */

import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A model that needs no download. */
export interface BuiltinModel {
  readonly id: string;
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
    task: "text-classification",
    description: "English film-review sentiment: MiniLM-L6 fine-tuned on SST phrases and sentences",
    labels: ["negative", "positive"],
    license: "Apache-2.0",
  },
  {
    id: "cifar10",
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

/** Folder of a built-in model, or undefined when no built-in model has that name. */
export function builtinFolder(id: string): string | undefined {
  if (!TABLE.some((model) => model.id === id)) return undefined;
  // The same relative place from src/node/ and from dist/node/.
  return fileURLToPath(new URL(`../../models/${id}/`, import.meta.url));
}

/** All built-in models with their measured figures. */
export function builtinModels(): readonly BuiltinModel[] {
  return TABLE.map((model) => {
    const folder = builtinFolder(model.id) as string;
    return {
      ...model,
      folder,
      metrics: JSON.parse(readFileSync(`${folder}/metrics.json`, "utf8")) as Record<string, unknown>,
      bytes: statSync(`${folder}/model.safetensors`).size,
    };
  });
}
