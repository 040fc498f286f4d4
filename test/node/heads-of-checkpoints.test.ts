/** @file Checkpoints whose head is no classifier: named by the tensors that it has, whatever config.json says. */

import { loadModel, UnsupportedModelError } from "@calig/node";
import { describe, expect, it } from "vitest";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

/** The header of a safetensors file with its tensors renamed; those that get no name stay behind in the bytes, unnamed. */
function renamed(file: Uint8Array, nameOf: (name: string) => string | undefined): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(file.subarray(8, 8 + length)).toString("utf8")) as Record<string, object>;
  const entries = Object.entries(header).flatMap(([name, entry]): [string, object][] => {
    const wanted = nameOf(name);
    return wanted === undefined ? [] : [[wanted, entry]];
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, file.subarray(8 + length)]);
}

async function folderWith(nameOf: (name: string) => string | undefined, architectures?: readonly string[]) {
  const files = tinyBertFiles();
  const { architectures: _, ...config } = JSON.parse(String(files["config.json"])) as Record<string, unknown>;
  const changed: Files = {
    ...files,
    "model.safetensors": renamed(Buffer.from(files["model.safetensors"] as Uint8Array), nameOf),
    "config.json": JSON.stringify({ ...config, ...(architectures === undefined ? {} : { architectures }) }),
  };
  return tempFolder(changed);
}

/** Heads that are built, where the configuration says that the model classifies. */
const OTHERS: readonly (readonly [tensor: string, purpose: RegExp])[] = [
  ["qa_outputs", /its head answers questions .* "qa_outputs\.\w+"/],
  ["cls.predictions.transform.dense", /its head predicts words/],
  ["lm_head.dense", /its head predicts words/],
];

/** The head under other names, as transformers 4.57 calls those of BERT, RoBERTa, DistilBERT, ELECTRA, ALBERT, DeBERTa. */
const HEADS: readonly (readonly [tensor: string, purpose: RegExp])[] = [
  ["vocab_projector", /its head predicts words/],
  ["predictions.decoder", /its head predicts words/],
  ["generator_lm_head", /its head predicts words/],
  ["cls.seq_relationship", /its head tells whether one sentence follows another/],
  ["sop_classifier.classifier", /its head tells whether one sentence follows another/],
  ["discriminator_predictions.dense", /its head tells which tokens were replaced/],
];

const FILED = [undefined, ["BertForSequenceClassification"]] as const;

describe.each([
  ...FILED.flatMap((architectures) => HEADS.map(([tensor, purpose]) => [tensor, architectures, purpose] as const)),
  ...OTHERS.map(([tensor, purpose]) => [tensor, FILED[1], purpose] as const),
])("a checkpoint with %s, architectures %j", (tensor, architectures, purpose) => {
  it("is refused by what its head does", async () => {
    const folder = await folderWith((name) => name.replace(/^classifier\b/, tensor), architectures);
    const loading = loadModel(folder);
    await expect(loading).rejects.toThrow(purpose);
    await expect(loading).rejects.toBeInstanceOf(UnsupportedModelError);
  });
});

it("an encoder alone has no head", async () => {
  const folder = await folderWith((name) => (name.startsWith("classifier") ? undefined : name));
  await expect(loadModel(folder)).rejects.toThrow(
    /an encoder without a head: there are no tensors .*"classifier\.\.\."/,
  );
});

it("a head for tokens has to be named by the configuration", async () => {
  const withoutPooler = (name: string) => (name.includes("pooler") ? undefined : name);
  await expect(loadModel(await folderWith(withoutPooler))).rejects.toThrow(
    /labels every token, .*config.json does not say so\. Write .*\["BertForTokenClassification"\]/,
  );
  await using model = await loadModel(await folderWith(withoutPooler, ["BertForTokenClassification"]));
  expect(model.facts.task).toBe("token-classification");
});

it("tensors of other heads beside that of a classifier are no hindrance", async () => {
  const files = tinyBertFiles();
  await using model = await loadModel(await folderWith((name) => name, ["BertForMaskedLM"]));
  expect(files["config.json"]).toBeDefined();
  expect(model.facts.task).toBe("text-classification");
});
