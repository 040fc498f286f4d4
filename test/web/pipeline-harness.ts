/** @file What the tests of pipelines run inside a page: a pipeline of transformers.js, and calig beside it. */

import { explain, explainer, type PipelineInput } from "@calig/web";
import { env, pipeline, RawImage } from "@huggingface/transformers";
import { PIPELINE_ANSWERS } from "../support/pipeline-answers.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";

const SHORT = { method: "gradient-x-input" } as const;
const wasm = new URL("ort/", location.href).href;
env.remoteHost = new URL("hub/", location.href).href;
if (env.backends.onnx.wasm !== undefined) env.backends.onnx.wasm.wasmPaths = wasm;

type Graph = (inputs: unknown) => Promise<{ readonly logits: { readonly data: Float32Array } }>;

interface Parts {
  readonly model: Graph & {
    readonly sessions: Readonly<Record<string, { readonly config: { readonly dtype: string } }>>;
  };
  readonly tokenizer: (text: string) => unknown;
  readonly processor: (picture: unknown) => Promise<unknown>;
}

/** The logits of a pipeline, and of calig's explanation of it. */
async function both(task: string, name: string, given: string | object, options: object) {
  const made = await pipeline(task as "text-classification", name, options);
  const { model, tokenizer, processor } = made as unknown as Parts;
  const { width, height, data } = syntheticPicture(16, 16);
  const input: PipelineInput =
    typeof given === "string" ? given : new RawImage(new Uint8ClampedArray(data), width, height, 3);
  const { logits } = await model(typeof input === "string" ? tokenizer(input) : await processor(input));
  const asked: string[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { name: address } of list.getEntries()) asked.push(address);
  });
  observer.observe({ type: "resource", buffered: true });
  const { predictions, warnings } = await explain(made, input, { ...SHORT, loading: { wasm, acceptDifference: true } });
  observer.disconnect();
  return {
    wanted: Array.from(logits.data),
    found: [...predictions].sort((a, b) => a.index - b.index).map(({ logit }) => logit),
    codes: warnings.map(({ code }) => code),
    dtype: Object.values(model.sessions)[0]?.config.dtype,
    asked: asked.filter((address) => address.includes(`/${name}/`)),
  };
}

/** Explainers by name and by pipeline say the same; what is said where the cache is empty. */
async function made(text: string) {
  const classify = await pipeline("text-classification", "some-one/classes", { dtype: "fp32" });
  await using byPipeline = await explainer(classify, { wasm });
  await using byName = await explainer("text-classification", "some-one/classes", { wasm, dtype: "fp32" });
  const [one, other] = [await byPipeline(text, SHORT), await byName(text, SHORT)];
  await caches.delete("transformers-cache");
  const missing = await explainer(classify, { wasm }).then(() => "found", String);
  return { same: JSON.stringify(one.attribution) === JSON.stringify(other.attribution), missing };
}

/** Number by number what the graph of a pipeline and calig's programs answer. */
async function answers(task: string) {
  const { model, ask } = PIPELINE_ANSWERS[task] as NonNullable<(typeof PIPELINE_ANSWERS)[string]>;
  const pipe = await pipeline(task as "text-classification", model, { dtype: "fp32" });
  await using run = await explainer(pipe, { wasm });
  return ask(pipe, run.model);
}

const pipelines = { both, made, answers };
export type PipelineHarness = typeof pipelines;
Object.assign(globalThis, { pipelines });
