/** @file Models that are loaded block by block: the same explanation, chosen when memory is short, nothing left behind. */

import { readdir } from "node:fs/promises";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { streamBytes } from "@calig/core/internal/loading/weight-plan";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import {
  type ExplainOptions,
  explain,
  InvalidOptionError,
  type LoadOptions,
  loadModel,
  optionsTakenBy,
} from "@calig/node";
import { createSpillFile } from "@calig/node/internal/node/spill-file";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "Short, but not too short.";
const MB = 2 ** 20;

async function explained(folder: string, load: LoadOptions, options: ExplainOptions = {}) {
  await using model = await loadModel(folder, load);
  return explain(model, TEXT, { ...optionsTakenBy(options.method ?? "ca-lig", { baseline: "pad" }), ...options });
}

/** The tiny BERT in half precision. */
const halfFiles = () => ({
  ...tinyBertFiles(),
  "model.safetensors": encodeSafetensors(
    tinyTensors().map(([name, shape]) => ({
      name,
      dtype: "float16" as const,
      shape,
      data: floatToHalf(hashedParameter(name, shape)),
    })),
  ),
});

describe("loadModel() with stream", () => {
  it.each([
    ["float32", () => tinyBertFiles()],
    ["float16", halfFiles],
  ] as const)("explains %s weights as the model that is held whole", async (_, files) => {
    const folder = await tempFolder(files());
    for (const method of ["ca-lig", "occlusion", "attention-rollout"]) {
      const whole = await explained(folder, {}, { method });
      const streamed = await explained(folder, { stream: true }, { method });
      expect(streamed.warnings).toEqual(whole.warnings);
      expect(streamed.attribution, method).toBeAllClose(whole.attribution, { rtol: 1e-5, atol: 1e-6 });
    }
  });

  it("is chosen where the weights exceed the memory, which must hold the largest part", async () => {
    const folder = await tempFolder(tinyBertFiles()); // 2 MB of weights, nearly all of them word vectors
    await expect(explained(folder, { memory: 1.5 * MB })).rejects.toThrow(InvalidOptionError);
    expect((await explained(folder, { memory: 3 * MB })).warnings).toEqual([]);
  });

  it("tells the progress of a run and ends it when asked to", async () => {
    const folder = await tempFolder(tinyBertFiles());
    const shares: number[] = [];
    const onProgress = (done: number) => shares.push(done);
    await explained(folder, { stream: true }, { steps: 2, onProgress });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(5);
    const controller = new AbortController();
    const abort = (done: number) => done > 0.3 && controller.abort();
    await expect(
      explained(folder, { stream: true }, { steps: 2, signal: controller.signal, onProgress: abort }),
    ).rejects.toThrow("aborted");
  });
});

describe("streamBytes()", () => {
  it("is what the largest part leaves of the memory, or a share of what is free", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const parts = { forward: model.transformer };
    // Tables of words, positions and types, one LayerNorm, and three small constants.
    const entry = 4 * 16 * (30522 + 64 + 2 + 2) + 12;
    expect(streamBytes(parts, { available: 1e9, memory: 100 * MB })).toBe(100 * MB - entry);
    expect(streamBytes(parts, { available: 1e9 })).toBe(0.25e9);
    expect(streamBytes(parts, { available: 1e6 })).toBe(16 * MB);
    expect(streamBytes(parts, { available: 1e12 })).toBe(512 * MB);
    expect(() => streamBytes(parts, { available: 1e9, memory: 10 * MB })).toThrow(
      "Cannot run the model block by block in 10 MB: its largest part has weights of 2 MB; allow at least 18 MB",
    );
  });
});

describe("createSpillFile()", () => {
  it("gives back what was written, and is gone when disposed", async () => {
    const parent = await tempFolder();
    const spill = createSpillFile(parent);
    expect(await readdir(parent)).toEqual([]);
    const places = [await spill.write(Float32Array.of(1, 2, 3)), await spill.write(Float32Array.of(4))];
    expect(await spill.read(places[1] as number, 1)).toEqual(Float32Array.of(4));
    expect(await spill.read(places[0] as number, 3)).toEqual(Float32Array.of(1, 2, 3));
    await spill.clear();
    await expect(spill.read(0, 3)).rejects.toThrow("Cannot read hidden states back");
    await spill.dispose();
    expect(await readdir(parent)).toEqual([]);
  });

  it("says where there is no room", async () => {
    const spill = createSpillFile("no-such-folder");
    await expect(spill.write(Float32Array.of(1))).rejects.toThrow(
      /Cannot keep hidden states in "no-such-folder": .*; make room there, set TMPDIR/,
    );
  });
});
