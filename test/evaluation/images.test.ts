/** @file Evaluation of image classifiers: patches of a small ViT replaced by another picture. */

import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { only, without } from "@calig/core/internal/evaluation/features";
import { openPerturbable } from "@calig/core/internal/evaluation/measure-input";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { FloatTensor } from "@calig/core/internal/tensor/tensor";
import { InputError, InvalidOptionError, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const SIZE = 16;
const PATCH = 4;
const picture = (seed: number) => ({
  name: `picture ${seed}`,
  load: async () => ({
    image: rgbImage(
      SIZE,
      SIZE,
      Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, index) => (index * 31 + seed * 97) % 256),
    ),
  }),
});
const OPTIONS = { replacement: "black", features: "word", seed: 1 } as const;
const model = async () => loadModel(await tempFolder(tinyVitFiles()));
const pixelsOf = (feeds: Readonly<Record<string, unknown>>) => feeds.pixel_values as FloatTensor;

/** Channel 0 of the first row of pixels of each patch. */
function firstPixels({ data }: FloatTensor, variant = 0): number[] {
  const start = variant * 3 * SIZE * SIZE;
  return Array.from(
    { length: (SIZE / PATCH) ** 2 },
    (_, patch) => data[start + Math.floor(patch / 4) * PATCH * SIZE + (patch % 4) * PATCH] as number,
  );
}

/** A picture is read at once. */
function onlyOf<T>(parts: readonly T[]): T {
  expect(parts).toHaveLength(1);
  return parts[0] as T;
}

describe("openPerturbable() of a picture", () => {
  it("replaces exactly the removed patches, in every variant", async () => {
    await using vit = await model();
    const { replacement, features, parts } = await openPerturbable(vit, picture(1), OPTIONS);
    expect(features).toHaveLength(16);
    const own = firstPixels(pixelsOf(onlyOf(parts).input.feeds));
    const variants = pixelsOf(onlyOf(replacement.parts).feeds([without(16, [0, 5]), only(16, [3])]));
    expect(variants.shape).toEqual([2, 3, SIZE, SIZE]);
    const black = -1; // (0 - 0.5) / 0.5
    expect(firstPixels(variants, 0)).toEqual(own.map((value, patch) => ([0, 5].includes(patch) ? black : value)));
    expect(firstPixels(variants, 1)).toEqual(own.map((value, patch) => (patch === 3 ? value : black)));
  });

  it("moves patches whole, and leaves the others", async () => {
    await using vit = await model();
    const { parts, permuted } = await openPerturbable(vit, picture(2), OPTIONS);
    const own = firstPixels(pixelsOf(onlyOf(parts).input.feeds));
    const moved = firstPixels(pixelsOf(onlyOf(permuted([9, 2, 7])).input.feeds)); // places 2, 7, 9 get 9, 2, 7
    const expected = [...own];
    [expected[2], expected[7], expected[9]] = [own[9] as number, own[2] as number, own[7] as number];
    expect(moved).toEqual(expected);
  });

  it("refuses replacements of texts, and texts", async () => {
    await using vit = await model();
    await expect(openPerturbable(vit, picture(1), { ...OPTIONS, replacement: "mask" })).rejects.toThrow(
      InvalidOptionError,
    );
    await expect(openPerturbable(vit, { text: "a cat" }, { ...OPTIONS, replacement: "mask" })).rejects.toThrow(
      InputError,
    );
    await using bert = await loadModel(await tempFolder(tinyBertFiles()));
    await expect(openPerturbable(bert, picture(1), OPTIONS)).rejects.toThrow(/it reads texts/);
  });
});

describe("evaluate() of an image classifier", () => {
  it("measures methods on patches, blurred where nothing else is asked for", async () => {
    await using vit = await model();
    const items = [1, 2, 3].map((seed) => ({ line: seed, input: picture(seed) }));
    const { figures, settings, inputs, failures } = await evaluate(
      vit,
      { name: "pictures", items, problems: [] },
      {
        namedMethods: [
          { name: "ca-lig", options: { method: "ca-lig", steps: 2, tolerance: 100 } },
          { name: "random", options: { method: "random" }, randomControl: true },
        ],
        metrics: ["deletion", "insertion", "faithfulness"].map(metricByName),
      },
    );
    expect(failures).toEqual([]);
    expect(settings.replacement).toBe("blur");
    expect(figures.map(({ name }) => name)).toEqual(["deletion", "insertion", "faithfulness"]);
    for (const { measurements, features } of inputs) {
      expect(features).toBe(16);
      const { deletion, insertion, faithfulness } = measurements["ca-lig"] ?? {};
      expect(faithfulness?.[0]).toBeCloseTo((insertion?.[0] as number) - (deletion?.[0] as number), 10);
    }
  });
});
