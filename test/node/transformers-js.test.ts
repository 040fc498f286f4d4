/** @file Pipelines of @huggingface/transformers in Node: explained from their own files, with their logits, without a request. */

import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Explanation, explain, explainer, type PipelineInput, rgbImage } from "@calig/node";
import { env, pipeline, RawImage } from "@huggingface/transformers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PIPELINE_ANSWERS } from "../support/pipeline-answers.ts";
import { pipelineModels } from "../support/pipeline-models.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const TEXT = "no film, yes the end";
const SHORT = { method: "gradient-x-input" } as const;
/** Decimals in which a pipeline and calig agree. */
const PLACES = 5;

const tempFolder = useTempFolders();
const was = { ...env };
let models: string;
const asked: string[] = [];
beforeAll(async () => {
  models = await tempFolder(pipelineModels());
  const refuse = (address: unknown) => {
    asked.push(String(address));
    throw new Error("no network");
  };
  vi.stubGlobal("fetch", refuse);
  Object.assign(env, { localModelPath: await tempFolder(), cacheDir: models, allowRemoteModels: false, fetch: refuse });
});
afterAll(() => {
  Object.assign(env, was);
  vi.unstubAllGlobals();
});
afterEach(() => expect(asked).toEqual([]));

/** What the engine is given and answers: the library's own types say less. */
type Graph = (inputs: unknown) => Promise<Record<string, { readonly data: Float32Array; readonly dims: number[] }>>;

/** Logits of calig in the order of the classes. */
const logitsOf = ({ predictions }: Explanation) =>
  [...predictions].sort((a, b) => a.index - b.index).map(({ logit }) => logit);

function expectClose(found: readonly number[], wanted: ArrayLike<number> = []): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i] as number, PLACES);
}

describe.each(Object.entries(PIPELINE_ANSWERS))("%s", (task, { model, ask }) => {
  it("calig's programs have every number that the pipeline's graph answers", async () => {
    const made = await pipeline(task as "text-classification", model, { dtype: "fp32" });
    await using run = await explainer(made, { env });
    const { wanted, found } = await ask(made, run.model);
    expect(wanted.length).toBeGreaterThan(2);
    expectClose(found, wanted);
  });
});

describe("explain(pipeline, input)", () => {
  it("has the logits of a classifier of texts, and is kept with the pipeline", async () => {
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    const wanted = await (classify.model as unknown as Graph)(classify.tokenizer(TEXT));
    const explanation = await explain(classify, TEXT, { ...SHORT, loading: { env } });
    expectClose(logitsOf(explanation), wanted.logits?.data);
    expect(explanation.target.label).toBe(((await classify(TEXT)) as { label: string }[])[0]?.label);
    expect((await explain(classify, TEXT, SHORT)).attribution).toEqual(explanation.attribution);
  });

  it("explains the quantised file where that is the pipeline's", async () => {
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "q8" });
    const { model, warnings } = await explain(classify, TEXT, { ...SHORT, loading: { env, acceptDifference: true } });
    expect(model.id).toBe("classes");
    expect(warnings.map(({ code }) => code)).toContain("dequantised");
  });

  it("has the logits of each token", async () => {
    const name = await pipeline("token-classification", "some-one/tokens", { dtype: "fp32" });
    const { logits } = await (name.model as unknown as Graph)(name.tokenizer(TEXT));
    const explanation = await explain(name, TEXT, { ...SHORT, token: 2, loading: { env } });
    expectClose(logitsOf(explanation), logits?.data.slice(6, 9));
  });

  it("has the probabilities of labels that the model was not trained on", async () => {
    const choose = await pipeline("zero-shot-classification", "some-one/entailment", { dtype: "fp32" });
    const labels = ["yes", "no"];
    const wanted = (await choose(TEXT, labels)) as { labels: string[]; scores: number[] };
    const { predictions } = await explain(choose, { text: TEXT, labels }, { ...SHORT, loading: { env } });
    expect(predictions.map(({ label }) => label)).toEqual(wanted.labels);
    expect(Math.abs((wanted.scores[0] as number) - 0.5)).toBeGreaterThan(0.01);
    expectClose(
      predictions.map(({ probability }) => probability as number),
      wanted.scores,
    );
  });

  it("has the similarity of embeddings", async () => {
    const embed = await pipeline("feature-extraction", "some-one/meaning", { dtype: "fp32" });
    const { data } = await embed(["film", "end"], { pooling: "mean", normalize: true });
    const width = data.length / 2;
    const similarity = Array.from({ length: width }, (_, i) => (data[i] as number) * (data[width + i] as number));
    const { target } = await explain(embed, { text: "film", with: "end" }, { ...SHORT, loading: { env } });
    expectClose([target.score], [similarity.reduce((sum, value) => sum + value, 0)]);
  });

  it("has the probabilities of a masked word", async () => {
    const fill = await pipeline("fill-mask", "some-one/masked", { dtype: "fp32" });
    const text = "paris is the [MASK] of people and a nice city.";
    const wanted = (await fill(text)) as { token: number; score: number }[];
    const { predictions } = await explain(fill, text, { ...SHORT, loading: { env } });
    const found = predictions.slice(0, wanted.length);
    expect(found.map(({ index }) => index)).toEqual(wanted.map(({ token }) => token));
    expectClose(
      found.map(({ probability }) => probability as number),
      wanted.map(({ score }) => score),
    );
  });

  it("has the answer that is found in a text", async () => {
    const answer = await pipeline("question-answering", "some-one/answers", { dtype: "fp32" });
    const [question, text] = ["who works at acme?", "maria works at acme in london and he was with berlin people."];
    const { model, tokenizer } = answer as unknown as { model: Graph; tokenizer: (...texts: unknown[]) => unknown };
    const out = await model(tokenizer(question, { text_pair: text }));
    const { target } = await explain(answer, { question, text }, { ...SHORT, loading: { env } });
    expect((await explain(answer, { question, context: text }, SHORT)).target).toEqual(target);
    const starts = Array.from(out.start_logits?.data ?? []);
    const ends = Array.from(out.end_logits?.data ?? []);
    const sums = starts.flatMap((a, i) => ends.slice(i).map((b) => a + b));
    expect(sums.some((sum) => Math.abs(sum - target.score) < 1e-5)).toBe(true);
  });

  it("has the logits of the next token of a prompt", async () => {
    const write = await pipeline("text-generation", "some-one/words", { dtype: "fp32" });
    const prompt = "A gripping, beautifully shot film that";
    const { logits } = await (write.model as unknown as Graph)(write.tokenizer(prompt));
    const classes = logits?.dims[2] as number;
    const last = logits?.data.slice(-classes) as Float32Array;
    const { predictions } = await explain(write, prompt, { ...SHORT, loading: { env } });
    expectClose(
      predictions.map(({ logit }) => logit),
      predictions.map(({ index }) => last[index] as number),
    );
    const { target } = await explain(write, { prompt, answer: " forgets to end." }, SHORT);
    expect(target.score).toBeCloseTo(-22.93389, 4);
  });

  it("has the logits of a picture, as the pipeline takes it or as calig does", async () => {
    const see = await pipeline("image-classification", "some-one/pictures", { dtype: "fp32" });
    const { width, height, data } = syntheticPicture(16, 16);
    const raw = new RawImage(new Uint8ClampedArray(data), width, height, 3);
    const { logits } = await (see.model as unknown as Graph)(await (see.processor as unknown as Graph)(raw));
    const explanation = await explain(see, raw, { ...SHORT, loading: { env } });
    expectClose(logitsOf(explanation), logits?.data);
    expect((await explain(see, { image: rgbImage(width, height, data) }, SHORT)).attribution).toEqual(
      explanation.attribution,
    );
    const file = join(await tempFolder(), "picture.png");
    await raw.save(file);
    expect((await explain(see, file, SHORT)).attribution).toEqual(explanation.attribution);
    await expect(explain(see, "https://pictures.example/1.png")).rejects.toThrow("nothing is fetched from a network");
  });
});

describe("zero-shot-image-classification", () => {
  it("has the probabilities of the pipeline's labels, and explains a text for a picture", async () => {
    const folder = fileURLToPath(new URL("../fixtures/towers/clip/", import.meta.url));
    const choose = await pipeline("zero-shot-image-classification", folder, { dtype: "fp32" });
    const { width, height, data } = syntheticPicture(24, 24);
    const image = new RawImage(new Uint8ClampedArray(data), width, height, 3);
    const labels = ["a cat", "a dog", "two films"];
    const wanted = (await choose(image, labels)) as { label: string; score: number }[];
    const loading = { model: folder };
    const { predictions } = await explain(choose, { image, labels }, { ...SHORT, loading });
    expect(predictions.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
    expectClose(
      predictions.map(({ probability }) => probability as number),
      wanted.map(({ score }) => score),
    );
    const { layout } = await explain(choose, { image, text: "a cat", side: "text" } as PipelineInput, SHORT);
    expect(layout).toBe("text");
    await expect(explain(choose, image)).rejects.toThrow("found no labels; give { image, labels }");
  });
});

describe("the files of a pipeline", () => {
  it("are those of its revision, which the cache keeps beside the others", async () => {
    const cacheDir = await tempFolder();
    const hub = async (address: unknown) => {
      const [, file = ""] = /resolve\/[^/]+\/(.*)$/.exec(new URL(String(address)).pathname) ?? [];
      const content = pipelineModels()[`some-one/classes/${file}`];
      return content === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(content));
    };
    const kept = { ...env };
    Object.assign(env, { allowRemoteModels: true, fetch: hub, cacheDir });
    const revision = "refs/pr/1";
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32", revision });
    Object.assign(env, kept);
    const loading = { env: { ...env, cacheDir }, revision };
    const { predictions } = await explain(classify, TEXT, { ...SHORT, loading });
    await using byName = await explainer("text-classification", "some-one/classes", loading);
    expect((await byName(TEXT, SHORT)).predictions).toEqual(predictions);
  });

  it("are those that say all that the pipeline knows", async () => {
    const folder = await tempFolder();
    const [less, more] = [join(folder, "a/less"), join(folder, "a/more")];
    for (const place of [less, more]) await cp(join(models, "some-one/classes"), place, { recursive: true });
    const config = JSON.parse(await readFile(join(more, "config.json"), "utf8")) as object;
    const several = { ...config, problem_type: "multi_label_classification" };
    await writeFile(join(more, "config.json"), JSON.stringify(several));
    const classify = await pipeline("text-classification", more, { dtype: "fp32" });
    const wanted = (await classify(TEXT, { top_k: null })) as { score: number }[];
    const { model, predictions } = await explain(classify, TEXT, {
      ...SHORT,
      loading: { env: { cacheDir: folder, localModelPath: folder } },
    });
    // Labels that are decided each by itself.
    expect([model.id, model.activation]).toEqual(["a/more", "sigmoid"]);
    expectClose(
      predictions.map(({ probability }) => probability as number),
      wanted.map(({ score }) => score),
    );
  });

  it("are those of the local folder, or of a path that is named", async () => {
    Object.assign(env, { localModelPath: models, cacheDir: await tempFolder() });
    const local = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    const first = await explain(local, TEXT, { ...SHORT, loading: { env } });
    const folder = join(models, "some-one/classes");
    const here = await pipeline("text-classification", folder, { dtype: "fp32" });
    const { attribution } = await explain(here, TEXT, { ...SHORT, loading: { model: folder } });
    expect(attribution).toEqual(first.attribution);
    Object.assign(env, { localModelPath: await tempFolder(), cacheDir: models });
  });

  it("are named where they are not found, or several may be meant", async () => {
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    const empty = { cacheDir: await tempFolder(), localModelPath: await tempFolder() };
    await expect(explain(classify, TEXT, { loading: { env: empty } })).rejects.toThrow(
      /Cannot find the files of the pipeline for "text-classification": none of the models in .* has its config\.json \(there are none\); say what it was made from \(`model`: its name/,
    );
    const twins = await tempFolder();
    await cp(join(models, "some-one/classes"), join(twins, "a/one"), { recursive: true });
    await cp(join(models, "some-one/classes"), join(twins, "b/two"), { recursive: true });
    const both = { cacheDir: twins, localModelPath: empty.localModelPath };
    await expect(explain(classify, TEXT, { loading: { env: both } })).rejects.toThrow(
      '"a/one", "b/two" have the same config.json; say which one is meant',
    );
    const { model } = await explain(classify, TEXT, { ...SHORT, loading: { env: both, model: "b/two" } });
    expect(model.id).toBe("two");
  });

  it("are not those of another training", async () => {
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    const other = await tempFolder();
    await cp(join(models, "some-one/classes"), join(other, "a/one"), { recursive: true });
    const graph = new URL("../fixtures/onnx/distilbert-legacy-14.onnx", import.meta.url);
    await cp(graph, join(other, "a/one/onnx/model.onnx"));
    await expect(
      explain(classify, TEXT, { loading: { env: { cacheDir: other, localModelPath: other } } }),
    ).rejects.toThrow("answer otherwise, so it was made from others; say from which");
  });
});

describe("a tokenizer that reads otherwise", () => {
  it("is named where it does not say which of two texts a token is of", async () => {
    const folder = await tempFolder();
    await cp(join(models, "some-one/entailment"), join(folder, "a/one"), { recursive: true });
    await writeFile(join(folder, "a/one/tokenizer_config.json"), "{}");
    const place = join(folder, "a/one");
    for (const dtype of ["fp32", "q8"] as const) {
      await cp(join(place, "onnx/model.onnx"), join(place, "onnx/model_quantized.onnx"));
      const choose = await pipeline("zero-shot-classification", place, { dtype });
      await expect(explain(choose, { text: TEXT, labels: ["yes"] }, { loading: { model: place } })).rejects.toThrow(
        'its tokenizer does not say which of two texts a token is of, and "one" was trained with that ("token_type_ids")',
      );
    }
  });
});

describe("what is no input of a pipeline", () => {
  it("is refused in a sentence", async () => {
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    const refused = (input: unknown) => explain(classify, input as string, { loading: { env } });
    await expect(refused([TEXT, TEXT])).rejects.toThrow("found a list; inputs are explained one by one");
    await expect(refused(undefined)).rejects.toThrow("found undefined; give what the pipeline takes");
    await expect(refused(null)).rejects.toThrow("found null; give what the pipeline takes");
    const choose = await pipeline("zero-shot-classification", "some-one/entailment", { dtype: "fp32" });
    await expect(explain(choose, TEXT, { loading: { env } })).rejects.toThrow("found no labels; give { text, labels }");
  });
});

describe("explainer()", () => {
  it("is made as a pipeline is, and explains", async () => {
    await using run = await explainer("sentiment-analysis", "some-one/classes", { env });
    expect([run.task, run.model.facts.id]).toEqual(["text-classification", "classes"]);
    const { words } = (await run(TEXT, SHORT)) as Extract<Explanation, { layout: "text" }>;
    expect(words.map(({ text }) => text)).toContain("film");
    await using built = await explainer("text-classification", "sst2");
    expect(built.model.facts.id).toBe("sst2");
    const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
    await using same = await explainer(classify, { env });
    expect((await same(TEXT, SHORT)).attribution).toEqual((await run(TEXT, SHORT)).attribution);
  });

  it("refuses other tasks, and models that do not fit", async () => {
    await expect(explainer("translation", "some-one/classes")).rejects.toThrow(
      /Cannot explain the task "translation": the tasks of transformers\.js that are explained are "text-classification", /,
    );
    await expect(explainer("zero-shot-classification", "some-one/classes", { env })).rejects.toThrow(
      /Cannot use model "classes" for the task zero-shot/,
    );
    for (const [task, model, message] of [
      ["text-classification", "tokens", 'it is one for "token-classification"'],
      ["token-classification", "classes", 'it is one for "text-classification"'],
      ["image-classification", "classes", 'for the task "image-classification": it is one for "text-classification"'],
      ["ner", "pictures", 'it is one for "image-classification"'],
    ] as const) {
      await expect(explainer(task, `some-one/${model}`, { env })).rejects.toThrow(message);
    }
  });
});
