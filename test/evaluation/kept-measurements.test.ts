/** @file Measurements that are kept are those of what was measured, whatever it is called. */

import type { Dataset, DatasetInput } from "@calig/core/internal/evaluation/dataset";
import { type EvaluateOptions, evaluate } from "@calig/core/internal/evaluation/evaluate";
import type { StoredMeasurement } from "@calig/core/internal/evaluation/kept-measurements";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import { loadModel } from "@calig/node";
import { describe, expect, it, vi } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();

/** A store, and how often something was put into it. */
function keeping() {
  const kept = new Map<string, StoredMeasurement>();
  const put = vi.fn(async (key: string, measurement: StoredMeasurement) => void kept.set(key, measurement));
  return { get: (key: string) => kept.get(key), put };
}

const datasetOf = (input: DatasetInput, id?: string): Dataset => ({
  name: "one",
  problems: [],
  items: [{ line: 1, input, ...(id === undefined ? {} : { id }) }],
});

const picture = (name: string, shade: number): DatasetInput => ({
  name,
  load: async () => ({
    image: rgbImage(
      16,
      16,
      new Uint8Array(16 * 16 * 3).map((_, i) => (i * shade) % 256),
    ),
  }),
});

const OPTIONS: EvaluateOptions = { methods: ["gradient-x-input"], metrics: ["deletion"] };

describe("measurements that are kept", () => {
  it("are those of a picture by its pixels: of the same name with others it is measured again", async () => {
    await using model = await loadModel(await tempFolder(tinyVitFiles()));
    const store = keeping();
    const numbers = async (input: DatasetInput, id?: string, options = {}) =>
      (await evaluate(model, datasetOf(input, id), { ...OPTIONS, ...options })).inputs[0]?.measurements;
    const first = await numbers(picture("a.png", 7), "a.png", { store });
    const puts = store.put.mock.calls.length;
    expect(puts).toBe(2); // the method, and the random control
    expect(await numbers(picture("b.png", 7), "b.png", { store })).toEqual(first);
    expect(store.put).toHaveBeenCalledTimes(puts);
    const changed = await numbers(picture("a.png", 11), "a.png", { store });
    expect(store.put).toHaveBeenCalledTimes(2 * puts);
    expect(changed).not.toEqual(first);
    expect(changed).toEqual(await numbers(picture("a.png", 11)));
  });

  it("are those of a model by what it computes: the same weights with another configuration are another", async () => {
    const files = tinyBertFiles();
    const config = JSON.parse(String(files["config.json"]));
    const other = { ...files, "config.json": JSON.stringify({ ...config, hidden_act: "relu" }) };
    const store = keeping();
    for (const folder of [files, files, other]) {
      await using model = await loadModel(await tempFolder(folder), { threads: 1 });
      await evaluate(model, datasetOf({ text: "no film, yes the end" }), { ...OPTIONS, store });
    }
    expect(store.put).toHaveBeenCalledTimes(4);
  });

  it("are none where the platform computes no checksums", async () => {
    await using model = await loadModel(await tempFolder(tinyVitFiles()));
    vi.stubGlobal("crypto", undefined);
    const store = keeping();
    await evaluate(model, datasetOf(picture("a.png", 7)), { ...OPTIONS, store });
    vi.unstubAllGlobals();
    expect(store.put).not.toHaveBeenCalled();
  });
});
