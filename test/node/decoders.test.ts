/** @file Decoders from checkpoints: prompts, answers and classes, against what transformers and PyTorch say of them. */

import { readFileSync } from "node:fs";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { explain, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const FOLDER = "test/fixtures/decoders";

interface Case {
  readonly id: string;
  readonly model: string;
  readonly input: { readonly prompt: string; readonly answer?: string } | { readonly text: string };
  readonly expected: {
    readonly logProbability?: number;
    readonly answerTokens?: readonly number[];
    readonly promptTokens?: readonly number[];
    readonly greedy?: { readonly id: number; readonly text: string; readonly logit: number };
    readonly logits?: readonly number[];
  };
}

const CASES = JSON.parse(readFileSync(`${FOLDER}/cases.json`, "utf8")) as readonly Case[];

const caseNamed = (id: string): Case => CASES.find((one) => one.id === id) as Case;

const open = ({ model }: Case) => loadModel(`${FOLDER}/${model.replace("models/", "")}`);

describe.each(["llama-checkpoint", "llama-onnx-with-past", "llama-genai-int4"])("%s", (id) => {
  const { input, expected } = caseNamed(id);
  const { prompt, answer } = input as { readonly prompt: string; readonly answer: string };
  let model: Awaited<ReturnType<typeof open>>;

  beforeAll(async () => {
    model = await open(caseNamed(id));
  });

  afterAll(() => model.dispose());

  it("has the log-probability of an answer as its score", async () => {
    const { target, features, blocks, attribution, completeness } = await explain(model, { prompt, answer });
    expect(target.kind).toBe("log-probability");
    expect(target.label).toBe(answer);
    expect(target.score).toBeCloseTo(expected.logProbability as number, 4);
    expect(target.probability).toBeCloseTo(Math.exp(expected.logProbability as number), 12);
    expect(features).toHaveLength(
      (expected.promptTokens?.length as number) + (expected.answerTokens?.length as number) - 1,
    );
    for (const block of blocks) expect(block.completeness.relativeError).toBeLessThan(0.01);
    const sum = attribution.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo((completeness?.scoreAtInput ?? 0) - (completeness?.scoreAtBaseline ?? 0), 1);
  });

  it("explains the most probable next token where no answer is given", async () => {
    const { target, predictions, blocks } = await explain(model, prompt);
    const [best] = predictions;
    expect(best).toMatchObject({ index: expected.greedy?.id, label: expected.greedy?.text });
    expect(best?.logit).toBeCloseTo(expected.greedy?.logit as number, 4);
    expect(predictions).toHaveLength(20);
    expect(target).toMatchObject({ index: expected.greedy?.id, label: expected.greedy?.text });
    expect(target.score).toBeCloseTo(Math.log(best?.probability as number), 5);
    for (const block of blocks) expect(block.completeness.relativeError).toBeLessThan(0.01);
  });

  it("holds one answer against another: the difference of what each has alone", async () => {
    const against = " was a film.";
    const options = { method: "gradient-x-input" };
    const [both, one, other] = [
      await explain(model, { prompt, answer, against }, options),
      await explain(model, { prompt, answer }, options),
      await explain(model, { prompt, answer: against }, options),
    ];
    expect(both.target).toMatchObject({ label: answer, against: { label: against }, probability: null });
    expect(both.target.score).toBeCloseTo(one.target.score - other.target.score, 4);
    const length = expected.promptTokens?.length as number;
    for (let t = 0; t < length; t++) {
      const [a = 0, b = 0, c = 0] = [both, one, other].map(({ attribution }) => attribution[t]);
      expect(a).toBeCloseTo(b - c, 4);
    }
  });

  // What the question says is said of every model alike.
  if (id !== "llama-checkpoint") return;

  it("warns that logits are defined up to a shift", async () => {
    const { target, warnings } = await explain(model, prompt, { score: "logit", method: "saliency" });
    expect(target.score).toBeCloseTo(expected.greedy?.logit as number, 4);
    expect(warnings.map(({ code }) => code)).toContain("logit-of-token");
  });

  it("compares the first hidden state with the mean of the word vectors, where it is the look-up itself", async () => {
    for (const baseline of ["mean", "zero-embedding"] as const) {
      const { blocks } = await explain(model, { prompt, answer }, { baseline });
      const [first, second] = blocks.map(({ completeness }) => completeness);
      expect(Math.abs((first?.scoreAtInput ?? 0) - (first?.scoreAtBaseline ?? 0))).toBeGreaterThan(1e-3);
      expect(first?.scoreAtBaseline).toBeCloseTo(second?.scoreAtBaseline ?? 0, 4);
    }
  });

  it("compares with two draws of words of the vocabulary, the same for the same seed", async () => {
    const options = { layers: [0], method: "integrated-gradients" } as const;
    const [first, again, other] = [
      await explain(model, prompt, options),
      await explain(model, prompt, options),
      await explain(model, prompt, { ...options, seed: 1 }),
    ];
    expect(first.method.options).toMatchObject({ baseline: "frequent-words" });
    expect(again.attribution).toEqual(first.attribution);
    expect(other.attribution).not.toEqual(first.attribution);
    // The first token is kept in every draw.
    expect(first.attribution[0]).toBe(0);
  });

  it("refuses what is not asked of language models", async () => {
    await expect(explain(model, prompt, { score: "margin" })).rejects.toThrow(/score "margin".*"log-probability"/);
    await expect(explain(model, prompt, { token: 3 })).rejects.toThrow(/leave "token" out/);
    await expect(explain(model, { prompt, answer, against: answer })).rejects.toThrow(/against itself/);
    await expect(explain(model, { prompt, answer }, { target: 3 })).rejects.toThrow(/together with an answer/);
    await expect(explain(model, { prompt: "the plot ".repeat(60) })).rejects.toThrow(/reads 64; give a shorter one/);
  });
});

describe.each(["llama-classifier-checkpoint", "llama-classifier-onnx"])("%s", (id) => {
  it("has the logits of transformers, and accounts for the score in every block", async () => {
    const { input, expected } = caseNamed(id);
    await using model = await open(caseNamed(id));
    expect(streamOf(model.anatomy).causal).toBe(true);
    const { text } = input as { readonly text: string };
    const { predictions, blocks } = await explain(model, text);
    for (const { index, logit } of predictions) expect(logit).toBeCloseTo(expected.logits?.[index] as number, 4);
    for (const block of blocks) expect(block.completeness.relativeError).toBeLessThan(0.01);
    await expect(explain(model, { prompt: text })).rejects.toThrow(/classifies texts/);
  });
});
