/** @file A folder of every image family is loaded and explained, from a baseline of pixels and one of hidden states. */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { type ParityCase, readParityFile } from "../support/parity.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyPretrainedVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const { cases } = readParityFile("vision");

/** The model of a case as a folder; its pictures are resized and cropped to the size of the case's input, or `crop`. */
function folderOf({ config, tensors, gain, inputs }: ParityCase, crop?: number): Promise<string> {
  const [, , height = 0, width = 0] = inputs.pixels ?? [];
  const processor = {
    image_processor_type: "BitImageProcessor",
    size: { shortest_edge: 33 },
    crop_size: crop ?? { height, width },
  };
  return tempFolder({
    "config.json": JSON.stringify(config),
    "preprocessor_config.json": JSON.stringify(processor),
    "model.safetensors": encodeSafetensors(
      tensors.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape, gain) })),
    ),
  });
}

const named = (wanted: string) => cases.find(({ name }) => name === wanted) as ParityCase;

describe.each(cases.map((reference) => [reference.name, reference] as const))("explain() with %s", (_, reference) => {
  it("accounts for the score in every block", async () => {
    await using model = await loadModel(await folderOf(reference));
    expect(model.facts.task).toBe("image-classification");
    const image = syntheticPicture(60, 45);
    for (const baseline of ["blur", "zero"] as const) {
      const { blocks, features } = await explain(model, { image }, { baseline, target: 1 });
      expect(features).toHaveLength(reference.hiddenStates[0]?.shape[1] as number);
      for (const { completeness } of blocks) expect(completeness.relativeError, baseline).toBeLessThanOrEqual(0.01);
    }
  });
});

describe("loadModel()", () => {
  it("adapts positions to what the preprocessor makes of pictures, where the family does", async () => {
    await using model = await loadModel(await folderOf(named("dinov2"), 32));
    expect(streamOf(model.anatomy).patches).toMatchObject({ rows: 4, columns: 4 });
  });

  it("says that a masked autoencoder has nothing that classifies, and what it has", async () => {
    await expect(loadModel(await tempFolder(tinyPretrainedVitFiles()))).rejects.toThrow(
      /config\.json says it is a ViTMAEForPreTraining, and it has no classification head \(none of the tensors "classifier\.weight".*\), only an encoder and the decoder of masked pretraining; give a model that was fine-tuned for image classification, or fine-tune this one first$/,
    );
  });

  it("refuses a preprocessor that makes pictures of another size than the model reads", async () => {
    await expect(loadModel(await folderOf(named("timm vit"), 32))).rejects.toThrow(
      "Cannot build the model for pictures of 32 x 32 pixels: it reads 24 x 24; make preprocessor_config.json produce that size",
    );
  });
});
