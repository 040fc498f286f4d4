/** @file calig in Chromium: the engine's cases, and explanations that are those of Node. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Explanation, ImageExplanation, TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { PromptInput } from "@calig/core/internal/attribution/input";
import { decodeImage, type ExplainOptions, explain, type LoadedModel, loadModel } from "@calig/node";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RUNTIME_CASES } from "../conformance/runtime-cases.ts";
import { expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";
import type { Harness } from "./harness.ts";

interface InPage {
  readonly harness: Harness;
}

const TEXTS = ["A gripping film that forgets to end", "It's not bad, but naïve 😀 and unputdownable!"];
const PAGE = `<!doctype html><title>harness</title><link rel=icon href=data:,><script type=module src=harness.js></script>`;
const SST2 = fileURLToPath(new URL("../../packages/model-sst2/", import.meta.url));

const DECODERS = fileURLToPath(new URL("../fixtures/decoders/", import.meta.url));
const GGUF = fileURLToPath(new URL("../fixtures/gguf/", import.meta.url));

const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let page: Page;
let misdeeds: Misdeeds;
let folder: string;

beforeAll(async () => {
  folder = await tempFolder({ "index.html": PAGE });
  await bundle(fileURLToPath(new URL("harness.ts", import.meta.url)), folder);
  const vit = await tempFolder({ ...tinyVitFiles(), "picture.png": await picture() });
  const bert = await tempFolder(tinyBertFiles());
  server = await serveFolders({
    "": folder,
    ort: ortWasmFolder(),
    sst2: SST2,
    vit,
    bert,
    decoders: DECODERS,
    gguf: GGUF,
  });
  page = await browser().newPage();
  misdeeds = watch(page, server.url);
  await page.goto(server.url);
});
afterAll(() => server?.close());

/** A picture of 40 x 30 pixels with transparent parts. */
async function picture(): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => (i * i * 7 + i) % 256);
  return sharp(pixels, { raw: { width: 40, height: 30, channels: 4 } })
    .png()
    .toBuffer();
}

const explainInPage = (
  model: string,
  input: string | { picture: string } | PromptInput,
  options: ExplainOptions = {},
) =>
  page.evaluate(
    ([model, input, options]) => (globalThis as unknown as InPage).harness.explainOnce(model, input, options),
    [model, input, options] as const,
  );

/** All that does not depend on the machine is the same, numbers to 1e-4 of the score. */
function expectSame(found: Explanation, wanted: Explanation): void {
  const close = (a: readonly number[], b: readonly number[]) => expect(a).toBeAllClose(b, { atol: 1e-4, rtol: 1e-4 });
  expect(found.model).toEqual(wanted.model);
  expect(found.input).toEqual(wanted.input);
  expect(found.features).toEqual(wanted.features);
  expect(found.method).toEqual(wanted.method);
  expect(found.warnings).toEqual(wanted.warnings);
  expect(found.predictions.map(({ label }) => label)).toEqual(wanted.predictions.map(({ label }) => label));
  close(
    found.predictions.map(({ logit }) => logit),
    wanted.predictions.map(({ logit }) => logit),
  );
  close([found.target.score, found.target.probability ?? 0], [wanted.target.score, wanted.target.probability ?? 0]);
  close(found.attribution, wanted.attribution);
  found.blocks.forEach((block, index) => {
    const other = wanted.blocks[index];
    expect(block.completeness.converged).toBe(other?.completeness.converged);
    for (const key of ["relevance", "attentionEvidence", "fused"] as const) close(block[key], other?.[key] ?? []);
  });
}

describe("the web runtime in Chromium", () => {
  it("passes the cases of all engines", async () => {
    const results = await page.evaluate(() => (globalThis as unknown as InPage).harness.runCases());
    expect(results).toEqual(Object.fromEntries(RUNTIME_CASES.map(({ name }) => [name, "passed"])));
    expectNoMisdeeds(misdeeds);
  });
});

describe("explain() in Chromium", () => {
  let sst2: LoadedModel;
  beforeAll(async () => {
    sst2 = await loadModel("sst2");
  });
  afterAll(() => sst2.dispose());

  it.each(TEXTS)("gives what Node gives: %s", async (text) => {
    const found = (await explainInPage("sst2", text)) as TextExplanation;
    const wanted = await explain(sst2, text);
    expectSame(found, wanted);
    expect(found.words.map((word) => word.text)).toEqual(wanted.words.map((word) => word.text));
    expectNoMisdeeds(misdeeds);
  });

  it("gives what Node gives with other options", async () => {
    const options: ExplainOptions = { method: "integrated-gradients", target: "negative", baseline: "pad" };
    expectSame(
      await explainInPage("sst2", TEXTS[0] as string, options),
      await explain(sst2, TEXTS[0] as string, options),
    );
  });

  it("gives what Node gives for a picture", async () => {
    const place = await tempFolder(tinyVitFiles());
    const model = await loadModel(place);
    const image = await decodeImage(await picture());
    const wanted = await explain(model, { image }, { baseline: "black" });
    await model.dispose();
    const found = (await explainInPage(
      "vit",
      { picture: "vit/picture.png" },
      { baseline: "black" },
    )) as ImageExplanation;
    expectSame({ ...found, model: { ...found.model, id: wanted.model.id } }, wanted);
  });
});

describe("decoders in Chromium", () => {
  const prompt = "A gripping, beautifully shot film that";
  const answer = " forgets to end.";
  /** As in Node, whose model is called otherwise. */
  const expectAsInNode = async (found: Explanation | string, place: string, input: PromptInput, options = {}) => {
    if (typeof found === "string") throw new Error(found);
    await using model = await loadModel(place);
    const wanted = await explain(model, input, options);
    expectSame({ ...found, model: { ...found.model, id: wanted.model.id } }, wanted);
    const numbers = ({ parts = [], answerTokens = [] }: TextExplanation) => [
      ...parts.map(({ attribution }) => attribution),
      ...answerTokens.flatMap(({ score, attribution }) => [score, ...attribution]),
    ];
    expect(numbers(found as TextExplanation)).toBeAllClose(numbers(wanted as TextExplanation), {
      atol: 1e-4,
      rtol: 1e-4,
    });
    expect(misdeeds.requests).toEqual([]);
    // Files that a model may have, and this one has not, can only be asked for.
    expect(misdeeds.errors.filter((error) => !error.includes("404"))).toEqual([]);
  };
  const dropped = (files: Readonly<Record<string, string>>, input: PromptInput, options: ExplainOptions = {}) =>
    page.evaluate(
      ([files, input, options]) => (globalThis as unknown as InPage).harness.explainDropped(files, input, options),
      [files, input, options] as const,
    );

  it("gives what Node gives: a checkpoint, parts, and each token of the answer", async () => {
    const input = { prompt, answer, parts: ["beautifully shot"], perToken: true };
    await expectAsInNode(await explainInPage("decoders/llama", input), `${DECODERS}llama`, input);
  });

  it("gives what Node gives: dropped ONNX files with a past, and one answer against another", async () => {
    const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
    const files = Object.fromEntries(names.map((name) => [name.replace("onnx/", ""), `decoders/past-llama/${name}`]));
    const input = { prompt, answer, against: " was a film." };
    await expectAsInNode(await dropped(files, input), `${DECODERS}past-llama`, input);
  });

  it("gives what Node gives: a GGUF file, by its address and dropped", async () => {
    const input = { prompt };
    const options = { layers: [0], baseline: "frequent-words" } as const;
    const found = await explainInPage("gguf/llama.gguf", input, options);
    await expectAsInNode(found, `${GGUF}llama.gguf`, input, options);
    await expectAsInNode(
      await dropped({ "llama.gguf": "gguf/llama.gguf" }, input, options),
      `${GGUF}llama.gguf`,
      input,
      options,
    );
    expect(found.model.id).toBe("llama");
  });

  it("says what is wrong with prompts, and with files of language models", async () => {
    expect(await dropped({ "model.gguf": "bert/config.json" }, { prompt })).toMatch(
      /^CheckpointError: Cannot read weights from "model.gguf": it is JSON/,
    );
    const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    const bert = Object.fromEntries(names.map((name) => [name, `bert/${name}`]));
    expect(await dropped(bert, { prompt })).toMatch(
      /^InputError: Cannot explain a prompt .* predicts no tokens that follow; give a text/,
    );
    const llama = Object.fromEntries(names.map((name) => [name, `decoders/llama/${name}`]));
    expect(await dropped(llama, { chat: [{ role: "user", content: "a" }] })).toMatch(/^InputError: .*no chat template/);
    expect(await dropped(llama, { prompt, answer }, { score: "margin" })).toMatch(
      /^InvalidOptionError: .*"log-probability"/,
    );
  });
});

describe("threads of the engine", () => {
  it("give the same, on a page that is cross-origin isolated", async () => {
    const other = await browser().newPage();
    const seen = watch(other, server.url);
    await other.goto(server.url);
    const found = await other.evaluate(
      (text) => (globalThis as unknown as InPage).harness.explainWithThreads("bert", text, 2),
      "A gripping film",
    );
    await other.close();
    const { attribution } = await explainInPage("bert", "A gripping film");
    expect(found).toBeAllClose(attribution, { atol: 1e-5, rtol: 1e-5 });
    expectNoMisdeeds(seen);
  });
});

describe("loadModel() in Chromium", () => {
  const inPage = <T>(job: (harness: Harness, files: Record<string, string>) => Promise<T>, files = {}) =>
    page.evaluate(
      ([source, files]) =>
        new Function("harness", "files", `return (${source})(harness, files)`)(
          (globalThis as never as InPage).harness,
          files,
        ),
      [job.toString(), files] as const,
    ) as Promise<T>;

  it("takes dropped files", async () => {
    const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    const files = Object.fromEntries(names.map((name) => [name, `bert/${name}`]));
    const found = await inPage((harness, files) => harness.loadFiles(files), files);
    expect(found).toEqual({ id: "model", words: ["A", "gripping", "film"], progress: expect.arrayContaining(names) });
  });

  it("says what is missing among them", async () => {
    const files = { "config.json": "bert/config.json" };
    expect(await inPage((harness, files) => harness.loadFiles(files), files)).toBe(
      'CheckpointError: Cannot load weights from "model": there is no file "model.safetensors" and no .onnx file; there is "config.json"; give all files of a Hugging Face model: weights stored as safetensors, in one file or in shards with "model.safetensors.index.json", or as ONNX',
    );
  });

  it("tells how far a download is", async () => {
    const reports = (await inPage((harness) => harness.loadProgress("bert"))) as {
      file: string;
      loadedBytes: number;
      totalBytes: number;
    }[];
    const weights = reports.filter(({ file }) => file === "model.safetensors");
    // The browser decides how many pieces a download comes in.
    const loaded = weights.map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    const last = weights.at(-1);
    expect(last?.loadedBytes).toBe(last?.totalBytes);
    expect(last?.totalBytes).toBeGreaterThan(1e6);
  });
});

describe("the bundle", () => {
  it("holds nothing of Node and no address of another place", async () => {
    const code = await readFile(`${folder}/harness.js`, "utf8");
    expect(code.match(/from\s*"node:[^"]*"|require\("(?:fs|path|os)"\)/g) ?? []).toEqual([]);
    expect(code).not.toContain("onnxruntime-node");
    expect(code).not.toMatch(/cdn\.jsdelivr|unpkg\.com/);
  });
});
