/**
 * @file What an image classifier says to many pictures, next to what it is known to say: figures of docs/images.md.
 *
 * Run: npm run bench:images -- --model MODEL_FOLDER --images FOLDER --labels FILE.tsv --column NAME
 * FILE.tsv has a header; the column "file" names pictures in FOLDER, the column NAME has the class index expected.
 * With --reference FOLDER, NAME.rgb224.u8 (pixels) are run too and compared with NAME.logits.f32.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseImageProcessor } from "@calig/core/internal/input/image/parse-image-processor";
import { fitImage, toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { FloatTensor } from "@calig/core/internal/tensor/tensor";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { loadModel } from "@calig/node";
import { readImageFile } from "@calig/node/internal/node/image-file";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    images: { type: "string" },
    labels: { type: "string" },
    column: { type: "string" },
    reference: { type: "string" },
  },
});
const { model: modelFolder, images, labels, column, reference } = options;
if (modelFolder === undefined) throw new Error("Give --model MODEL_FOLDER");

const file = "preprocessor_config.json";
const processor = parseImageProcessor(await readFile(join(modelFolder, file), "utf8"), file);
await using model = await loadModel(modelFolder);
const input = streamOf(model.anatomy).inputs.pixels as string;
const logitsFor = async (pixels: FloatTensor) => (await model.programs.logits({ [input]: pixels })).data;
const best = (logits: Float32Array) => logits.indexOf(Math.max(...logits));

if (reference !== undefined) {
  for (const name of (await readdir(reference)).filter((name) => name.endsWith(".rgb224.u8")).sort()) {
    const image = rgbImage(224, 224, new Uint8Array(await readFile(join(reference, name))));
    const { buffer } = new Uint8Array(await readFile(join(reference, name.replace(".rgb224.u8", ".logits.f32"))));
    const expected = new Float32Array(buffer);
    const logits = await logitsFor(toPixelTensor(image, processor));
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (logits[i] as number))), 0);
    console.log(`${name}: largest difference of a logit ${worst.toExponential(1)}, class ${best(logits)}`);
  }
}

if (images !== undefined && labels !== undefined && column !== undefined) {
  const [header = "", ...lines] = (await readFile(labels, "utf8")).trim().split("\n");
  const names = header.split("\t");
  const [fileAt, columnAt] = [names.indexOf("file"), names.indexOf(column)];
  const milliseconds = { read: 0, fit: 0, run: 0 };
  const different: string[] = [];
  for (const line of lines) {
    const cells = line.split("\t");
    const name = cells[fileAt] as string;
    const started = performance.now();
    const image = await readImageFile(join(images, name));
    const read = performance.now();
    const pixels = toPixelTensor(fitImage(image, processor).image, processor);
    const fitted = performance.now();
    const found = best(await logitsFor(pixels));
    milliseconds.read += read - started;
    milliseconds.fit += fitted - read;
    milliseconds.run += performance.now() - fitted;
    if (found !== Number(cells[columnAt])) different.push(`${name} ${found} instead of ${cells[columnAt]}`);
  }
  const share = (1 - different.length / lines.length) * 100;
  console.log(`${column}: ${lines.length - different.length} of ${lines.length} (${share.toFixed(1)} %)`);
  for (const [step, sum] of Object.entries(milliseconds)) console.log(`${step}: ${(sum / lines.length).toFixed(2)} ms`);
  for (const text of different) console.log(text);
}
