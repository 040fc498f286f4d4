/**
 * @file GGUF files: small models of every architecture, loaded as they are, against PyTorch with the weights that the
 * `gguf` package dequantises (tools/make_gguf_fixtures.py).
 */

import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseGgufHeader } from "@calig/core/internal/checkpoint/gguf/header";
import { readGgufTokenizer } from "@calig/core/internal/checkpoint/gguf/tokenizer";
import { createPortableTokenizer } from "@calig/core/internal/input/text/portable-tokenizer";
import { intTensor } from "@calig/core/internal/tensor/tensor";
import { type LoadedModel, loadModel } from "@calig/node";
import { createNativeTokenizer } from "@calig/node/internal/input/text/native-tokenizer";
import { openStore } from "@calig/web/internal/web/model-files";
import { describe, expect, it } from "vitest";
import reference from "../fixtures/gguf/reference.json" with { type: "json" };
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const pathOf = (file: string) => fileURLToPath(new URL(`../fixtures/gguf/${file}`, import.meta.url));
const { cases } = reference;
type Case = (typeof cases)[number];

const TOLERANCE = 1e-4;

async function logitsOf(model: Pick<LoadedModel, "programs">, ids: readonly number[]): Promise<Float32Array> {
  const row = (values: readonly number[]) => intTensor(values, [1, values.length]);
  const { logits } = await model.programs.forward({
    input_ids: row(ids),
    places: row([...ids.keys()]),
    branches: row(ids.map(() => 0)),
    positions: row([ids.length - 1]),
  });
  return logits.data;
}

function expectLogits(found: Float32Array, { logits }: Case): void {
  const largest = Math.max(...logits.map(Math.abs));
  const apart = logits.map((logit, i) => Math.abs(logit - (found[i] as number)));
  expect(found).toHaveLength(logits.length);
  expect(Math.max(...apart) / largest).toBeLessThan(TOLERANCE);
}

describe.each(cases)("$file", (one) => {
  it("gives the logits of PyTorch", async () => {
    await using model = await loadModel(pathOf(one.file));
    expectLogits(await logitsOf(model, one.ids), one);
    expect(model.warnings?.map(({ code }) => code)).toEqual(["quantised-weights"]);
    expect(model.weights.types?.[0]).toMatch(/^(Q|F|BF)/);
  });
});

describe.each(cases.filter(({ texts }) => texts !== null))("$file", (one) => {
  it("reads texts as transformers does", async () => {
    const bytes = await readFile(pathOf(one.file));
    const header = parseGgufHeader(bytes, bytes.length, one.file);
    const { tokenizer, config } = readGgufTokenizer(header as NonNullable<typeof header>, false) ?? {};
    const files = {
      tokenizerJson: JSON.stringify(tokenizer),
      ...(config && { tokenizerConfig: config }),
      modelMaxLength: 128,
    };
    for (const read of [createNativeTokenizer(files), createPortableTokenizer(files)]) {
      for (const { text, ids } of one.texts ?? []) {
        const encoded = await read.encode(text);
        const own = encoded.ids.filter((_, i) => encoded.features[i]?.special !== true);
        expect(own, text).toEqual(ids);
      }
    }
  });
});

describe("a GGUF file", () => {
  const first = cases[0] as Case;
  const path = pathOf(first.file);

  it("is found in a folder, and among files in memory", async () => {
    const folder = await tempFolder({});
    await copyFile(path, join(folder, "some.gguf"));
    await using model = await loadModel(folder);
    expect(model.file).toBe(join(folder, "some.gguf"));
    await using dropped = await loadModel(openStore({ "some.gguf": await readFile(path) }));
    const [onDisk, inMemory] = [await logitsOf(model, first.ids), await logitsOf(dropped, first.ids)];
    expect(inMemory).toEqual(onDisk);
  });

  it("has to be chosen among several", async () => {
    const folder = await tempFolder({});
    for (const name of ["a-Q4_K_M.gguf", "a-Q8_0.gguf"]) await copyFile(path, join(folder, name));
    await expect(loadModel(folder)).rejects.toThrow(/has "a-Q4_K_M.gguf", "a-Q8_0.gguf"; give the path of one of them/);
  });

  it("may lack a part, and says so", async () => {
    const folder = await tempFolder({});
    await copyFile(path, join(folder, "a-00001-of-00002.gguf"));
    await expect(loadModel(folder)).rejects.toThrow(/"a-00002-of-00002.gguf" in .*: there is no file of that name/);
    const bytes = await readFile(path);
    await writeFile(join(folder, "cut.gguf"), bytes.subarray(0, bytes.length - 100));
    await expect(loadModel(join(folder, "cut.gguf"))).rejects.toThrow(/the file is truncated, download it again/);
  });
});
