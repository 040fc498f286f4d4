/** @file Attribution methods on a picture, and occlusion of patches against a model that reads the picture without them. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { substituteImage } from "@calig/core/internal/input/image/replacement";
import { imageFeeds, prepareImage } from "@calig/core/internal/modality/image/prepare";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { explain, type LoadedModel, loadModel, METHODS, optionsTakenBy } from "@calig/node";
import { expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import type { ParityCase } from "../support/parity.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const PICTURE = { image: syntheticPicture(32, 32) };
const PATCH = 8;
const COLUMNS = 4;

/** The ViT of test/golden/methods.json: pictures of 32 pixels, 4 x 4 patches. */
async function tinyVit(): Promise<LoadedModel> {
  const { cases } = JSON.parse(readFileSync(new URL("../golden/methods.json", import.meta.url), "utf8")) as {
    readonly cases: readonly ParityCase[];
  };
  const { config, tensors, gain } = cases.find(({ name }) => name === "vit") as ParityCase;
  return loadModel(
    await tempFolder({
      "config.json": JSON.stringify(config),
      "preprocessor_config.json": JSON.stringify({ image_processor_type: "ViTImageProcessor", size: 32 }),
      "model.safetensors": encodeSafetensors(
        tensors.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape, gain) })),
      ),
    }),
  );
}

it("every method gives the patches of a picture numbers", async () => {
  await using model = await tinyVit();
  for (const { name, signed } of METHODS) {
    const options = optionsTakenBy(name, { steps: 4, tolerance: 10 });
    const { attribution, features } = await explain(model, PICTURE, { ...options, method: name });
    expect(features, name).toHaveLength(17);
    expect(attribution, name).toHaveLength(17);
    expect(attribution.every(Number.isFinite), name).toBe(true);
    expect(Math.max(...attribution.slice(1).map(Math.abs)), name).toBeGreaterThan(0);
    if (!signed) expect(Math.min(...attribution), name).toBeGreaterThanOrEqual(0);
  }
});

it("the blocks of a picture contribute the same magnitude where no weights are asked for", async () => {
  await using model = await tinyVit();
  const { blocks, attribution, completeness, method } = await explain(model, PICTURE, { effort: "blocks" });
  expect(method.options.layerWeights).toBe("balanced");
  const size = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const contributed = blocks.map((block) => block.weight * size(block.fused));
  expect(contributed).toBeAllClose(
    contributed.map(() => contributed[0] as number),
    { rtol: 1e-12 },
  );
  // Whatever the weights: what is shared out is the difference of the scores.
  const difference = (completeness?.scoreAtInput ?? 0) - (completeness?.scoreAtBaseline ?? 0);
  const worst = Math.max(...blocks.map((block) => Math.abs(block.completeness.delta)));
  const sum = attribution.reduce((total, value) => total + value, 0);
  expect(Math.abs(sum - difference)).toBeLessThanOrEqual(worst + 1e-6);
  const uniform = await explain(model, PICTURE, { layerWeights: "uniform" });
  expect(uniform.attribution).not.toEqual(attribution);
});

it.each(["blur", "white"] as const)("occlusion is the loss of the score without the patch: %s", async (baseline) => {
  await using model = await tinyVit();
  const { attribution, target } = await explain(model, PICTURE, { method: "occlusion", baseline });
  const { fitted, processor } = prepareImage(model, PICTURE);
  const pixels = toPixelTensor(fitted.image, processor);
  const other = toPixelTensor(substituteImage(fitted.image, baseline, { processor, seed: 0 }), processor);
  const [, , height = 0, width = 0] = pixels.shape;
  for (let patch = 0; patch < COLUMNS * COLUMNS; patch++) {
    const without = pixels.data.map((value, index) => {
      const column = Math.floor((index % width) / PATCH);
      const row = Math.floor((Math.floor(index / width) % height) / PATCH);
      return row * COLUMNS + column === patch ? (other.data[index] as number) : value;
    });
    const { data } = await model.programs.logits(imageFeeds(model, floatTensor(without, pixels.shape)));
    expect(attribution[patch + 1]).toBeCloseTo(target.score - (data[target.index] as number), 5);
  }
  expect(attribution[0]).toBe(0);
  expect(Math.max(...attribution.map(Math.abs))).toBeGreaterThan(1e-3);
});
