/**
 * @file The folders of pictures of the study: seeded samples of photographs that a model names rightly, a folder for each class.
 *
 * Run: npm run bench:study-images -- --model MODEL_FOLDER --images FOLDER --labels FILE.tsv --out DIR [--sizes 100,30]
 * FILE.tsv has a header; the column "file" names pictures in FOLDER, the column "class_index" has their class.
 * Writes DIR/imagenet-100 and DIR/imagenet-30, which share no picture: one to measure on, one to choose defaults on.
 */

import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseImageProcessor } from "@calig/core/internal/input/image/parse-image-processor";
import { fitImage, toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { createRandom } from "@calig/core/internal/util/random";
import { loadModel, readImageFile } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    images: { type: "string" },
    labels: { type: "string" },
    out: { type: "string" },
    sizes: { type: "string", default: "100,30" },
    seed: { type: "string", default: "0" },
  },
});
const { model: folder, images, labels, out } = options;
if (folder === undefined || images === undefined || labels === undefined || out === undefined) {
  throw new Error("Give --model FOLDER, --images FOLDER, --labels FILE.tsv and --out DIR");
}

const [header = "", ...lines] = (await readFile(labels, "utf8")).trim().split("\n");
const columns = header.split("\t");
const rows = lines.map((line) => {
  const cells = line.split("\t");
  return { file: cells[columns.indexOf("file")] as string, index: Number(cells[columns.indexOf("class_index")]) };
});
const shuffled = createRandom(Number(options.seed)).shuffle(rows);

const file = "preprocessor_config.json";
const processor = parseImageProcessor(await readFile(join(folder, file), "utf8"), file);
await using model = await loadModel(folder);
const input = streamOf(model.anatomy).inputs.pixels as string;
let at = 0;
for (const size of options.sizes.split(",").map(Number)) {
  for (let taken = 0; taken < size && at < shuffled.length; at++) {
    const { file, index } = shuffled[at] as (typeof shuffled)[number];
    const { image } = fitImage(await readImageFile(join(images, file)), processor);
    const logits = (await model.programs.logits({ [input]: toPixelTensor(image, processor) })).data;
    if (logits.indexOf(Math.max(...logits)) !== index) continue;
    const target = join(out, `imagenet-${size}`, model.labels[index] as string);
    await mkdir(target, { recursive: true });
    await copyFile(join(images, file), join(target, file));
    taken++;
  }
}
