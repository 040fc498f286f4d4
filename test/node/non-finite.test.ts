/** @file Weights and logits that are no numbers: an error that names the tensor, whatever runs the model. */

import { encodeSafetensors, type NamedTensor } from "@calig/core/internal/checkpoint/safetensors";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { compareMethods } from "@calig/core/internal/evaluation/method-comparison";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const DENSE = "bert.encoder.layer.1.output.dense.weight";

/** The tiny model with some tensors changed. */
function changed(change: (name: string, data: Float32Array) => void) {
  const tensors = tinyTensors().map(([name, shape]): NamedTensor => {
    const data = hashedParameter(name, shape);
    change(name, data);
    return { name, dtype: "float32", shape, data };
  });
  return tempFolder({ ...tinyBertFiles(), "model.safetensors": encodeSafetensors(tensors) });
}

const setAt = (wanted: string, index: number, value: number) =>
  changed((name, data) => {
    if (name === wanted) data[index] = value;
  });

describe("a model with weights that are not finite", () => {
  it.each([
    [
      Number.NaN,
      /logits are not finite .* because its weights are not: tensor "bert\.encoder\.layer\.1\.output\.dense\.weight" of shape \[16, 32\] holds 1 NaN of 512 elements, the first at \[2, 3\]/,
    ],
    [Number.POSITIVE_INFINITY, /holds 1 infinite of 512 elements, the first at \[2, 3\]/],
    [Number.NEGATIVE_INFINITY, /holds 1 infinite of 512 elements/],
  ])("names the tensor that holds %d", async (value, message) => {
    const folder = await setAt(DENSE, 2 * 32 + 3, value);
    for (const stream of [false, true]) {
      await using model = await loadModel(folder, { stream });
      for (const method of ["ca-lig", "occlusion", "saliency", "attention-rollout"] as const) {
        await expect(explain(model, "Fine.", { method })).rejects.toThrow(message);
      }
    }
  });

  it("names NaN rather than the infinite", async () => {
    await using model = await loadModel(
      await changed((name, data) => {
        if (name === DENSE) data[0] = Number.POSITIVE_INFINITY;
        if (name === "classifier.bias") data[1] = Number.NaN;
      }),
    );
    await expect(explain(model, "Fine.")).rejects.toThrow(/not: tensor "classifier\.bias" of shape \[3\] holds 1 NaN/);
    expect(await model.findNonFinite()).toEqual([
      { name: "classifier.bias", shape: [3], nan: 1, infinite: 0, first: [1] },
    ]);
  });

  it("is evaluated and compared no more than explained", async () => {
    await using model = await loadModel(await setAt(DENSE, 0, Number.NaN));
    const namedMethods = [{ name: "occlusion", options: { method: "occlusion" } }] as const;
    const input = { text: "Fine words." };
    await expect(compareMethods(model, input, { namedMethods })).rejects.toThrow(DENSE);
    const dataset = { name: "one", items: [{ line: 1, input }], problems: [] };
    await expect(evaluate(model, dataset, { namedMethods, metrics: [metricByName("deletion")] })).rejects.toThrow(
      DENSE,
    );
  });

  it("is explained where the input does not meet them", async () => {
    const last = (name: string, data: Float32Array) => {
      if (name === "bert.embeddings.position_embeddings.weight") data[63 * 16] = Number.NaN;
    };
    await using broken = await loadModel(await changed(last));
    await using whole = await loadModel(await tempFolder(tinyBertFiles()));
    const of = async (model: typeof whole) => (await explain(model, "Fine.", { steps: 3 })).attribution;
    expect(await of(broken)).toEqual(await of(whole));
  });
});

describe("a model whose numbers outgrow float32", () => {
  it("names the block, though all weights are finite", async () => {
    const folder = await changed((name, data) => {
      if (name === "bert.encoder.layer.0.output.LayerNorm.weight") data.fill(3e38);
    });
    await using model = await loadModel(folder);
    await expect(explain(model, "Fine.")).rejects.toThrow(
      /though all of its weights are finite: its activations exceed what float32 can hold in block \d \(of 0 to 1\)/,
    );
    expect(await model.findNonFinite()).toEqual([]);
  });
});

describe("weights that are whole numbers", () => {
  it("are refused by name, never taken as they are", async () => {
    const tensors = tinyTensors().map(([name, shape]): NamedTensor => {
      const data = hashedParameter(name, shape);
      return name === DENSE
        ? { name, dtype: "int8", shape, data: Int8Array.from(data, (value) => 127 * value) }
        : { name, dtype: "float32", shape, data };
    });
    const folder = await tempFolder({ ...tinyBertFiles(), "model.safetensors": encodeSafetensors(tensors) });
    await expect(loadModel(folder)).rejects.toThrow(
      /tensor "bert\.encoder\.layer\.1\.output\.dense\.weight" is stored as int8, wanted floating-point weights/,
    );
  });
});
