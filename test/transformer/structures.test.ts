/** @file Encoders of unusual structure in ONNX files: explained as PyTorch does, or refused in a line that says what they are. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

/** By tools/make_structures.py. */
interface Reference {
  readonly ids: readonly number[];
  readonly cases: Readonly<
    Record<string, { readonly logits: readonly number[]; readonly blocks?: readonly number[][] }>
  >;
}

const FOLDER = new URL("../fixtures/onnx/structures/", import.meta.url);
const REFERENCE = JSON.parse(readFileSync(new URL("structures.json", FOLDER), "utf8")) as Reference;
const TEXT = "no a b. yes the";
const tempFolder = useTempFolders();
const EXPORTERS = ["legacy", "dynamo"] as const;

const SCALED = { do_resize: false, do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

const load = async (name: string, exporter: string) =>
  loadModel(
    await tempFolder({
      "model.onnx": gunzipSync(readFileSync(new URL(`${name}-${exporter}.onnx.gz`, FOLDER))),
      ...(name === "dinov3"
        ? { "preprocessor_config.json": JSON.stringify({ image_processor_type: "ViTImageProcessor", ...SCALED }) }
        : { "tokenizer.json": tinyTokenizer() }),
    }),
  );

/** As the script makes it. */
const PICTURE: RgbImage = {
  width: 32,
  height: 32,
  data: Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => {
    const [channel, pixel] = [i % 3, Math.floor(i / 3)];
    return ((pixel % 32) * 7 + Math.floor(pixel / 32) * 11 + channel * 50) % 256;
  }),
};

const REFUSED: Readonly<Record<string, RegExp>> = {
  "words-in-every-block":
    /whose blocks get more than the hidden state of the one before .*one stream of hidden states; give one$/,
  "two-heads":
    /it has several heads, .*: "logits" \[batch, 3\], "other_logits" \[batch, 2\], .*Export it with one of them/,
  "two-texts": /reads 2 texts, each by itself \("input_ids", "other_ids"\), .*give the encoder alone/,
};

const explained = Object.keys(REFERENCE.cases).filter((name) => !Object.hasOwn(REFUSED, name));

describe.each(EXPORTERS)("%s exporter", (exporter) => {
  it.each(explained)("%s: logits and block relevance of PyTorch", async (name) => {
    await using model = await load(name, exporter);
    const { logits, blocks: wanted = [] } = REFERENCE.cases[name] ?? {};
    const run = { target: 0, tolerance: 1e-5, effort: "blocks" } as const;
    const { predictions, blocks, features } = await (name === "dinov3"
      ? explain(model, { image: PICTURE }, { ...run, baseline: "black" })
      : explain(model, TEXT, { ...run, baseline: "mask" }));
    expect(features).toHaveLength(name === "dinov3" ? 19 : REFERENCE.ids.length);
    const byIndex = [...predictions].sort((a, b) => a.index - b.index);
    expect(byIndex.map(({ logit }) => logit)).toBeAllClose(logits ?? [], { atol: 1e-5, rtol: 1e-4 });
    expect(blocks).toHaveLength(wanted.length);
    for (const [b, { relevance, completeness }] of blocks.entries()) {
      expect(relevance).toBeAllClose(wanted[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      expect(completeness.relativeError).toBeLessThan(1e-3);
    }
  });

  it.each(Object.entries(REFUSED))("%s: is refused", async (name, message) => {
    const loading = load(name, exporter);
    await expect(loading).rejects.toThrow(message);
    await expect(loading.catch(({ message: said }: Error) => said.length)).resolves.toBeLessThan(400);
  });
});
