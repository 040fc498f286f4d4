/** @file Adapters of peft: the logits that peft gives with them, or a refusal that says how to merge them; never ignored. */

import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import { textBatchFeeds } from "@calig/core/internal/modality/text/prepare";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const FIXTURES = fileURLToPath(new URL("../fixtures/adapters", import.meta.url));

interface Reference {
  readonly texts: readonly string[];
  /** Logits of each text, or of the picture; for a model of tokens, of each token of each text. */
  readonly cases: Readonly<Record<string, readonly (readonly number[] | readonly (readonly number[])[])[]>>;
}
const reference = JSON.parse(readFileSync(join(FIXTURES, "reference.json"), "utf8")) as Reference;

const names = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "bases" && entry.name !== "others")
  .map(({ name }) => name);

/** A copy of all fixtures that a test may change, and the folder of one adapter in it. */
async function copyOf(name: string): Promise<string> {
  const folder = await tempFolder();
  cpSync(FIXTURES, folder, { recursive: true });
  return join(folder, name);
}

/** An adapter with its base model in the same folder. */
async function besideBase(name: string): Promise<string> {
  const adapter = await copyOf(name);
  const { base_model_name_or_path: base } = settingsOf(adapter) as { readonly base_model_name_or_path: string };
  cpSync(join(adapter, "..", base), adapter, { recursive: true });
  rmSync(join(adapter, "..", "bases"), { recursive: true });
  return adapter;
}

const settingsOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8")) as Record<string, unknown>;

function withSettings(folder: string, settings: object): string {
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify({ ...settingsOf(folder), ...settings }));
  return folder;
}

/** The picture of the script. */
const picture = () =>
  rgbImage(
    16,
    16,
    Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256),
  );

/** What the model in a folder says to the inputs of the reference, flat. */
async function logitsIn(folder: string) {
  await using model = await loadModel(folder);
  if (model.tokenizer === undefined) {
    const { predictions } = await explain(model, { image: picture() }, { method: "saliency" });
    return { logits: [[...predictions].sort((a, b) => a.index - b.index).map(({ logit }) => logit)], model };
  }
  const logits = [];
  for (const text of reference.texts) {
    const encoded = await model.tokenizer.encode(text);
    logits.push([...(await model.programs.logits(textBatchFeeds(model, [encoded.ids], encoded))).data]);
  }
  return { logits, model };
}

function expectReference(name: string, found: readonly (readonly number[])[]): void {
  for (const [i, wanted] of (reference.cases[name] ?? []).entries()) {
    const flat = Float32Array.from((wanted as readonly number[]).flat());
    expect(Float32Array.from(found[i] ?? [])).toBeAllClose(flat, { rtol: 1e-4, atol: 1e-4 });
  }
}

describe("an adapter of peft", () => {
  it("has a reference in every form", () => {
    expect(names.sort()).toEqual(Object.keys(reference.cases).sort());
  });

  it.each(names)("%s gives the logits of peft, its base elsewhere or beside it, and says so", async (name) => {
    const elsewhere = await logitsIn(join(FIXTURES, name));
    expectReference(name, elsewhere.logits);
    expect(elsewhere.model.warnings).toContainEqual(expect.objectContaining({ code: "merged-adapter" }));
    expectReference(name, (await logitsIn(await besideBase(name))).logits);
  });

  it("changes the checksum of the model", async () => {
    await using base = await loadModel(join(FIXTURES, "bases/bert"));
    const { model } = await logitsIn(join(FIXTURES, "plain"));
    expect(model.facts.sha256).not.toBe(base.facts.sha256);
  });

  it("is found by the full path of its base, too", async () => {
    const adapter = await copyOf("plain");
    const elsewhere = join(await tempFolder(), "base");
    renameSync(join(adapter, "../bases/bert"), elsewhere);
    expectReference("plain", (await logitsIn(withSettings(adapter, { base_model_name_or_path: elsewhere }))).logits);
  });

  it("is refused where its base is not on disk, or in two places", async () => {
    const adapter = await copyOf("plain");
    cpSync(join(adapter, "../bases/bert"), adapter, { recursive: true });
    await expect(loadModel(adapter)).rejects.toThrow(
      /its base model may be in ".*plain" or ".*bases\/bert"; leave one/,
    );
    const alone = withSettings(await copyOf("plain"), { base_model_name_or_path: "someone/tiny-bert" });
    await expect(loadModel(alone)).rejects.toThrow(
      /its base model "someone\/tiny-bert" is not on disk.*AutoPeftModelForSequenceClassification.*merge_and_unload/,
    );
  });

  it.each([
    ["ia3", /its "peft_type" is "IA3", calig merges "LORA"; merge it in Python/],
    ["adalora", /its "peft_type" is "ADALORA"/],
    ["loha", /its "peft_type" is "LOHA"/],
    ["prefix", /its "peft_type" is "PREFIX_TUNING"/],
    ["prompt", /its "peft_type" is "PROMPT_TUNING"/],
    ["pissa", /"init_lora_weights" is "pissa": such adapters change the weights of their base/],
  ])("of the kind %s is refused by name", async (name, message) => {
    await expect(loadModel(join(FIXTURES, "others", name))).rejects.toThrow(message);
  });

  it.each([
    ["a setting that calig does not know", { use_qalora: true }, /it has "use_qalora": true/],
    ["tokens of its own", { trainable_token_indices: [1, 2] }, /it has "trainable_token_indices": \[1,2\]/],
    ["layers laid out anew", { layer_replication: [[0, 2]] }, /it has "layer_replication"/],
    ["another rank than its matrices", { r: 5 }, /matrices of shape .* at rank 5/],
    ["DoRA without magnitudes", { use_dora: true }, /has no "lora_magnitude_vector"/],
    ["a pattern that is none", { alpha_pattern: { "(?P<x": 3 } }, /"alpha_pattern" has the pattern/],
  ])("with %s is refused", async (_, settings, message) => {
    await expect(loadModel(withSettings(await copyOf("plain"), settings))).rejects.toThrow(message);
  });

  it("of another model is refused: layers that the base does not have", async () => {
    const adapter = withSettings(await copyOf("distilbert"), { base_model_name_or_path: "bases/bert" });
    await expect(loadModel(adapter)).rejects.toThrow(
      /no weight of layer "distilbert\..*" in the base model|no place in/,
    );
  });

  it("is refused without its weights, with pickled ones, and without its configuration", async () => {
    const weights = "adapter_model.safetensors";
    const missing = await besideBase("plain");
    rmSync(join(missing, weights));
    await expect(loadModel(missing)).rejects.toThrow(/there is no "adapter_model\.safetensors" beside it/);
    writeFileSync(join(missing, "adapter_model.bin"), "");
    await expect(loadModel(missing)).rejects.toThrow(/its weights are pickled \("adapter_model\.bin"\)/);
    const unnamed = await besideBase("plain");
    rmSync(join(unnamed, "adapter_config.json"));
    await expect(loadModel(unnamed)).rejects.toThrow(/weights of an adapter, but no "adapter_config\.json"/);
  });

  it("in a folder below the model is not in use, and every explanation says so", async () => {
    const base = join(await copyOf("bases"), "bert");
    cpSync(join(base, "../../plain"), join(base, "checkpoint-500"), { recursive: true });
    await using model = await loadModel(base);
    expect(model.warnings).toContainEqual({
      code: "unused-adapter",
      message: expect.stringMatching(/adapters in the folders "checkpoint-500" of the model, which are not in use/),
    });
  });
});
