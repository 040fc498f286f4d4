/** @file Evaluation of image classifiers: patches of a small ViT replaced by another picture. */

import { openReplacement, type ReplacementRequest, replacementOf } from "@calig/core/internal/attribution/replacement";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { only, without } from "@calig/core/internal/evaluation/features";
import { openPerturbable } from "@calig/core/internal/evaluation/measure-input";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { poolOf } from "@calig/core/internal/evaluation/pool";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { StateRequest } from "@calig/core/internal/program/model-programs";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { type FloatTensor, floatTensor } from "@calig/core/internal/tensor/tensor";
import { ExecutionError, InputError, InvalidOptionError, type LoadedModel, loadModel } from "@calig/node";
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
const OPTIONS = { features: "patch" } as const;
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

/** The first picture, with a replacement ready; `own` has its first pixels. */
async function open(vit: LoadedModel, name: string, more: Partial<ReplacementRequest> = {}) {
  const own = picture(1);
  const { whole, features } = await openPerturbable(vit, own, OPTIONS);
  const request = { whole, features, featureKind: "patch", seed: 1, own, ...more };
  const replacement = await openReplacement(vit, replacementOf(vit, name), request);
  return { whole, replacement, own: firstPixels(pixelsOf(onlyOf(whole.parts).input.feeds)) };
}

describe("openPerturbable() of a picture", () => {
  it("replaces exactly the removed patches, in every variant", async () => {
    await using vit = await model();
    const asked: Feeds[] = [];
    const programs = {
      ...vit.programs,
      logits: async (feeds: Feeds) => {
        asked.push(feeds);
        return floatTensor([0], [1, 1]);
      },
    };
    const { replacement, own } = await open({ ...vit, programs }, "black");
    expect(replacement.featureCount).toBe(16);
    await onlyOf(onlyOf(replacement.draws).parts).logits([without(16, [0, 5]), only(16, [3])]);
    const variants = pixelsOf(onlyOf(asked));
    expect(variants.shape).toEqual([2, 3, SIZE, SIZE]);
    const black = -1; // (0 - 0.5) / 0.5
    const expected = own.map((value, patch) => ([0, 5].includes(patch) ? black : value));
    expect(firstPixels(variants, 0)).toEqual(expected);
    expect(firstPixels(variants, 1)).toEqual(own.map((value, patch) => (patch === 3 ? value : black)));
    const removed = onlyOf(onlyOf(replacement.draws).removed?.([0, 5]) ?? []);
    expect(firstPixels(pixelsOf(removed.input.feeds))).toEqual(expected);
  });

  it("shows patches of another picture of the data set, the same for every variant of a draw", async () => {
    await using vit = await model();
    const pool = poolOf({ name: "pictures", items: [1, 2, 3].map((seed) => ({ line: seed, input: picture(seed) })) });
    const { replacement, own } = await open(vit, "other-picture", { pool, draws: 6 });
    expect(replacement.draws).toHaveLength(6);
    const others = await Promise.all(
      [2, 3].map(async (seed) => {
        const { parts } = await openPerturbable(vit, picture(seed), OPTIONS);
        return firstPixels(pixelsOf(onlyOf(parts).input.feeds));
      }),
    );
    const shown = replacement.draws.map((draw) => {
      const pixels = firstPixels(pixelsOf(onlyOf(draw.removed?.([4, 9]) ?? []).input.feeds));
      return others.findIndex((other) =>
        pixels.every((value, patch) => value === ([4, 9].includes(patch) ? other : own)[patch]),
      );
    });
    expect(new Set(shown)).toEqual(new Set([0, 1]));
    const alone = poolOf({ name: "one", items: [{ line: 1, input: picture(1) }] });
    await expect(open(vit, "other-picture", { pool: alone })).rejects.toThrow("there are no other inputs");
  });

  it("drops patches: the blocks read the vectors of the others, which keep their places", async () => {
    await using vit = await model();
    const { replacement, whole } = await open(vit, "drop");
    const { data, shape } = await onlyOf(onlyOf(replacement.draws).parts).logits([
      only(16, [3, 10]),
      without(16, []),
      without(16, [...Array(16).keys()]),
    ]);
    const classes = shape[1] as number;
    const [output, all, none] = [0, 1, 2].map((row) => [...data.slice(row * classes, (row + 1) * classes)]);
    const { hiddenStates, logits } = await vit.programs.forward(onlyOf(whole.parts).input.feeds);
    const [first] = hiddenStates as [FloatTensor];
    const width = first.shape[2] as number;
    const kept = [0, 4, 11].flatMap((t) => [...first.data.slice(t * width, (t + 1) * width)]);
    const left = await vit.programs.logitsFrom({ block: 0, hiddenState: floatTensor(kept, [1, 3, width]), feeds: {} });
    expect(output).toBeAllClose([...left.data], { atol: 1e-6, rtol: 0 });
    expect(all).toBeAllClose([...logits.data], { atol: 1e-6, rtol: 0 });
    expect(none).not.toEqual(all);
  });

  it("refuses to drop patches where the blocks read one number of positions only", async () => {
    await using vit = await model();
    const programs = {
      forward: (feeds: Feeds) => vit.programs.forward(feeds),
      logitsFrom: async (request: StateRequest) => {
        if (request.hiddenState.shape[1] !== 17) throw new ExecutionError("Got invalid dimensions");
        return vit.programs.logitsFrom(request);
      },
    } as typeof vit.programs;
    await expect(open({ ...vit, programs }, "drop")).rejects.toThrow(
      /Cannot use replacement "drop" with model ".*": its blocks read 17 positions and no other number; use another/,
    );
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
    expect(() => replacementOf(vit, "mask")).toThrow(InvalidOptionError);
    await expect(openPerturbable(vit, { text: "a cat" }, OPTIONS)).rejects.toThrow(InputError);
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
    expect(settings.replacements).toEqual([{ name: "blur", becomes: "blur" }]);
    expect(figures.map(({ name }) => name)).toEqual(["deletion", "insertion", "faithfulness"]);
    for (const { measurements, features } of inputs) {
      expect(features).toBe(16);
      const { deletion, insertion, faithfulness } = measurements["ca-lig"] ?? {};
      expect(faithfulness?.[0]).toBeCloseTo((insertion?.[0] as number) - (deletion?.[0] as number), 10);
    }
  });
});
