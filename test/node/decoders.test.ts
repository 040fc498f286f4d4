/** @file Decoders from checkpoints: prompts, answers and classes, against what transformers and PyTorch say of them. */

import { readFileSync, writeFileSync } from "node:fs";
import { parseExplanation } from "@calig/core/internal/attribution/parse-explanation";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import { intTensor } from "@calig/core/internal/tensor/tensor";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { type Counterfactual, type Counterfactuals, explain, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

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

  it("explains every token of an answer: their scores and maps add up to those of the answer", async () => {
    const options = { method: "gradient-x-input" };
    const { target, attribution, answerTokens } = await explain(model, { prompt, answer, perToken: true }, options);
    expect(answerTokens?.map(({ text }) => text).join("")).toBe(answer);
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    expect(total(answerTokens?.map(({ score }) => score) ?? [])).toBeCloseTo(target.score, 4);
    for (const [t, value] of attribution.entries()) {
      expect(total(answerTokens?.map((token) => token.attribution[t] as number) ?? [])).toBeCloseTo(value, 4);
    }
  });

  it("gives a label the probability of all its strings", async () => {
    const verbaliser = { good: [" superb.", " beautifully"], bad: [" thin"] };
    const options = { method: "saliency" } as const;
    const strings = await Promise.all(
      verbaliser.good.map(async (one) => (await explain(model, { prompt, answer: one }, options)).target.score),
    );
    const wanted = Math.log(strings.reduce((sum, value) => sum + Math.exp(value), 0));
    const { target, predictions } = await explain(model, { prompt, verbaliser }, { ...options, target: "good" });
    expect(target).toMatchObject({ index: 0, label: "good" });
    expect(target.score).toBeCloseTo(wanted, 4);
    expect(predictions.map(({ label }) => label).sort()).toEqual(["bad", "good"]);
    const contrast = await explain(model, { prompt, verbaliser }, { ...options, target: "good", against: "bad" });
    const other = predictions.find(({ label }) => label === "bad")?.logit as number;
    expect(contrast.target.score).toBeCloseTo(wanted - other, 4);
    await expect(explain(model, { prompt, verbaliser, answer })).rejects.toThrow(/at once/);
    await expect(explain(model, { prompt, verbaliser: {} })).rejects.toThrow(/wanted labels/);
    await expect(explain(model, { prompt, verbaliser: null as never })).rejects.toThrow(/wanted labels/);
    const twice = { good: [" superb.", " superb.", " beautifully"], bad: [" thin"] };
    const again = await explain(model, { prompt, verbaliser: twice }, { ...options, target: "good" });
    expect(again.target.score).toBeCloseTo(wanted, 4);
    const shared = { good: [" thin"], bad: [" thin"] };
    await expect(explain(model, { prompt, verbaliser: shared })).rejects.toThrow(/" thin" stands for both "good" and/);
  });

  it("adds evidence up over parts of the prompt, and says how far draws are apart", async () => {
    const parts = ["A gripping,", { name: "the film", text: "shot film" }];
    const explanation = await explain(model, { prompt, answer, parts });
    const { attribution, spread, words } = explanation;
    expect(explanation.parts?.map(({ name, start, end }) => [name, start, end])).toEqual([
      ["part 1", 0, 11],
      ["the film", 24, 33],
      ["other", null, null],
    ]);
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    expect(total(explanation.parts?.map((part) => part.attribution) ?? [])).toBeCloseTo(total(attribution), 6);
    expect(spread).toHaveLength(attribution.length);
    expect(words.every((word) => word.spread !== undefined && word.spread >= 0)).toBe(true);
    expect(parseExplanation(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
    await expect(explain(model, { prompt, parts: ["a sequel"] })).rejects.toThrow(/does not stand there/);
    for (const wrong of ["film", [null], [3]]) {
      await expect(explain(model, { prompt, parts: wrong as never })).rejects.toThrow(/wanted a list of texts/);
    }
  });

  it("makes a prompt of a chat by the template of the tokenizer, and keeps what that sets around messages", async () => {
    const folder = await tempFolder(
      Object.fromEntries(
        ["config.json", "model.safetensors", "tokenizer.json"].map((file) => [
          file,
          readFileSync(`${FOLDER}/llama/${file}`),
        ]),
      ),
    );
    writeFileSync(
      `${folder}/tokenizer_config.json`,
      JSON.stringify({
        eos_token: "<|endoftext|>",
        chat_template:
          "{% for message in messages %}{{ eos_token }}{{ message.role }}:\n{{ message.content | trim }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
      }),
    );
    await using chatty = await loadModel(folder);
    const chat = [
      { role: "system", content: "Be superb." },
      { role: "user", content: " The film? " },
    ];
    const explanation = await explain(chatty, { chat, answer }, { baseline: "frequent-words", layers: [0] });
    expect(explanation.input.text).toBe("<|endoftext|>system:\nBe superb.\n<|endoftext|>user:\nThe film?\nassistant:");
    expect(explanation.parts?.map(({ name }) => name)).toEqual(["system", "user", "other"]);
    const { features, blocks } = explanation;
    const [first] = blocks;
    const { ids } = await (chatty.tokenizer as Tokenizer).encodeWhole(explanation.input.text);
    const names = ids.map((id) => chatty.tokenizer?.textOf(id) ?? "");
    // Line breaks in front of messages are the template's, though they show what comes next.
    expect(names.filter((name) => name.trim() === "").length).toBeGreaterThan(1);
    features.forEach(({ text }, t) => {
      const isOfTemplate = /endoftext|assistant|user|system/.test(text) || names[t]?.trim() === "";
      if (isOfTemplate) expect(first?.relevance[t], `${t} ${text}`).toBe(0);
    });
    await expect(explain(model, { chat })).rejects.toThrow(/no chat template/);
    await expect(explain(chatty, { chat: [] })).rejects.toThrow(/list of messages/);
  });

  it("refuses what is not asked of language models", async () => {
    await expect(explain(model, prompt, { score: "margin" })).rejects.toThrow(/score "margin".*"log-probability"/);
    await expect(explain(model, prompt, { token: 3 })).rejects.toThrow(/leave "token" out/);
    await expect(explain(model, { prompt, answer, against: answer })).rejects.toThrow(/against itself/);
    await expect(explain(model, { prompt, answer }, { target: 3 })).rejects.toThrow(/together with an answer/);
    await expect(explain(model, { prompt, answer: "\n" })).rejects.toThrow(/it is white space.*as target/);
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
    await expect(explain(model, { prompt: text })).rejects.toThrow(/predicts no tokens/);
  });
});

it("integrates draws of a baseline as closely as their mean needs, where the score rises from one and falls from the other", async () => {
  await using model = await loadModel(`${FOLDER}/llama-cls`);
  const { blocks } = await explain(model, { text: "I would not watch it again" }, { seed: 1 });
  for (const { completeness } of blocks) {
    // The tolerance, of a difference that is a small part of those of the draws.
    expect(Math.abs(completeness.scoreAtInput - completeness.scoreAtBaseline)).toBeLessThan(0.02);
    expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
  }
});

describe("counterfactuals of prompts", () => {
  const prompt = "A gripping, beautifully shot film that";
  let model: Awaited<ReturnType<typeof loadModel>>;

  beforeAll(async () => {
    model = await loadModel(`${FOLDER}/llama`);
  });

  afterAll(() => model.dispose());

  /** Logits behind tokens, from the bare program: the prompt without what was taken out, and what follows it. */
  async function logitsBehind(ids: readonly number[], asked: readonly number[]): Promise<Float32Array[]> {
    const row = (values: readonly number[]) => intTensor(values, [1, values.length]);
    const { data, shape } = await model.programs.logits({
      input_ids: row(ids),
      places: row([...ids.keys()]),
      branches: row(ids.map(() => 0)),
      positions: row(asked),
    });
    const vocabulary = shape.at(-1) as number;
    return asked.map((_, place) => data.slice(place * vocabulary, (place + 1) * vocabulary));
  }

  async function without(features: readonly { readonly features: readonly number[] }[]): Promise<readonly number[]> {
    const { ids } = await (model.tokenizer as Tokenizer).encodeWhole(prompt);
    const gone = new Set(features.flatMap((one) => one.features));
    return ids.filter((_, t) => !gone.has(t));
  }

  const bestOf = (logits: Float32Array) => logits.indexOf(Math.max(...logits));
  const logShare = (logits: Float32Array, token: number) =>
    (logits[token] as number) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));

  it("say what the next token is without words, as the model does", async () => {
    const { counterfactuals, target } = await explain(model, prompt, { layers: [1], counterfactuals: true });
    const { single, smallestFlip, decision } = counterfactuals as Counterfactuals;
    expect(decision).toBe("class");
    expect(single.length).toBeGreaterThan(1);
    expect(smallestFlip).toMatchObject({ flips: true, minimal: true });
    for (const { features, prediction, flips } of [...single, smallestFlip as Counterfactual]) {
      const ids = await without(features);
      const [logits] = (await logitsBehind(ids, [ids.length - 1])) as [Float32Array];
      expect(prediction.index).toBe(bestOf(logits));
      expect(prediction.label).toBe(model.tokenizer?.textOf(prediction.index));
      expect(prediction.score).toBeCloseTo(logShare(logits, target.index), 5);
      expect(prediction.targetProbability).toBeCloseTo(Math.exp(prediction.score), 9);
      expect(flips).toBe(prediction.index !== target.index);
    }
  });

  it("say what the next token is without whole parts, those within them and those that overlap included", async () => {
    const parts = ["gripping, beautifully", { name: "inner", text: "beautifully" }, "beautifully shot film", "A"];
    const input = { prompt, parts };
    const { counterfactuals, target, ...rest } = await explain(model, input, { layers: [1], counterfactuals: true });
    const { parts: tried = [], searched } = counterfactuals as Counterfactuals;
    // Of the last one nothing can be taken: it is the first token.
    expect(tried.map(({ name }) => name)).toEqual(["part 1", "inner", "part 3"]);
    expect(searched.variants).toBeGreaterThan(tried.length);
    const texts = tried.map(({ features }) => features.map((t) => rest.features[t]?.text).join(""));
    expect(texts).toEqual(["gripping,beautifully", "beautifully", "beautifullyshotfilm"]);
    for (const part of tried) {
      const ids = await without([part]);
      const [logits] = (await logitsBehind(ids, [ids.length - 1])) as [Float32Array];
      expect(part.prediction.index).toBe(bestOf(logits));
      expect(part.prediction.score).toBeCloseTo(logShare(logits, target.index), 5);
      expect(part.flips).toBe(part.prediction.index !== target.index);
    }
    const { parts: few = [] } = (await explain(model, input, { layers: [1], counterfactuals: { limit: 4 } }))
      .counterfactuals as Counterfactuals;
    expect(few.length).toBeLessThanOrEqual(2);
  });

  it("are left out of a prompt of which nothing can be taken", async () => {
    const explanation = await explain(model, "A", { layers: [1], counterfactuals: true });
    expect(explanation.counterfactuals).toBeUndefined();
  });

  it("say where an answer of several tokens becomes another one", async () => {
    const answer = " f end";
    const encoded = await (model.tokenizer as Tokenizer).encodeWhole(answer);
    const tokens = encoded.ids.filter((_, t) => encoded.features[t]?.special === false);
    const { counterfactuals, target } = await explain(
      model,
      { prompt, answer },
      { layers: [1], counterfactuals: true },
    );
    expect(tokens.length).toBeGreaterThan(1);
    expect(target.label).toBe(answer);
    const { single, smallestFlip } = counterfactuals as Counterfactuals;
    const textOf = (token: number) => model.tokenizer?.textOf(token);
    for (const { features, prediction, flips } of [...single, ...(smallestFlip === null ? [] : [smallestFlip])]) {
      const left = await without(features);
      const places = tokens.map((_, t) => left.length - 1 + t);
      const rows = await logitsBehind([...left, ...tokens.slice(0, -1)], places);
      const shares = rows.map((row, t) => logShare(row, tokens[t] as number));
      expect(prediction.score).toBeCloseTo(
        shares.reduce((sum, share) => sum + share, 0),
        4,
      );
      const departs = rows.findIndex((row, t) => bestOf(row) !== tokens[t]);
      // The model does not say it by itself, with or without these words.
      expect(departs).toBeGreaterThanOrEqual(0);
      expect(flips).toBe(false);
      const said = [...tokens.slice(0, departs), bestOf(rows[departs] as Float32Array)];
      expect(prediction.label).toBe(said.map(textOf).join(""));
      expect(prediction.index).toBe(departs === 0 ? said[0] : -1);
    }
  });

  it("say which of two answers, and which label of a verbaliser, is the more probable one", async () => {
    const options = { layers: [1], counterfactuals: true } as const;
    const answers = { prompt, answer: " a", against: " of" };
    const held = (await explain(model, answers, options)).counterfactuals as Counterfactuals;
    for (const { prediction, flips } of [...held.single, { ...held.allRemoved, features: [] }]) {
      expect(prediction.label).toBe(prediction.score > 0 ? " a" : " of");
      expect(prediction.probability).toBeNull();
      expect(flips).toBe(
        prediction.score > 0 !== (await explain(model, answers, { method: "gradient-x-input" })).target.score > 0,
      );
    }
    const labels = { yes: [" f", " en"], no: [" that"] };
    const chosen = await explain(model, { prompt, verbaliser: labels }, options);
    for (const { prediction, flips, features } of (chosen.counterfactuals as Counterfactuals).single) {
      const ids = await without(features);
      const [logits] = (await logitsBehind(ids, [ids.length - 1])) as [Float32Array];
      const tokenOf = async (text: string) =>
        (await (model.tokenizer as Tokenizer).encodeWhole(text)).ids.at(-1) as number;
      const shares = await Promise.all(
        Object.values(labels).map(async (texts) => {
          const tokens = await Promise.all(texts.map(tokenOf));
          return tokens.reduce((sum, token) => sum + Math.exp(logShare(logits, token)), 0);
        }),
      );
      const best = (shares[0] as number) >= (shares[1] as number) ? 0 : 1;
      expect(prediction).toMatchObject({ index: best, label: Object.keys(labels)[best] });
      expect(prediction.probability).toBeCloseTo(shares[best] as number, 8);
      expect(flips).toBe(best !== chosen.target.index);
    }
  });
});

describe("calig explain with prompts", () => {
  const model = `${FOLDER}/llama`;
  const prompt = "A gripping, beautifully shot film that";

  it("reads prompt, answers and parts from files", async () => {
    const folder = await tempFolder({
      "prompt.txt": prompt,
      "answer.txt": " forgets to end.",
      "parts.json": JSON.stringify({ documents: [{ title: "praise", content: "beautifully shot" }] }),
    });
    const { code, stdout } = await runCli([
      ...["explain", "--model", model, "--prompt-file", `${folder}/prompt.txt`, "--parts", `${folder}/parts.json`],
      ...["--answer-file", `${folder}/answer.txt`, "--per-token", "--layers", "2", "--verbose"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Parts of the prompt[\s\S]*praise +[+−]0\.\d+ +±/);
    expect(stdout).toMatch(/Tokens of the answer[\s\S]* forgets +−5\.772/);
    expect(stdout).toContain("An answer of several tokens");
  });

  it("writes the contrast as JSON and as a page", async () => {
    const argv = ["explain", "--model", model, "--prompt", prompt, "--answer", " superb", "--against-text", " thin"];
    const { stdout } = await runCli([...argv, "--method", "saliency", "--json"]);
    expect(JSON.parse(stdout).target).toMatchObject({ label: " superb", against: { label: " thin" } });
    const page = await runCli([...argv, "--layers", "2", "--format", "html"]);
    expect(page.code).toBe(0);
    expect(page.stdout).toContain(" superb");
  });

  it.each([
    [["--answer", " x"], /without a prompt/],
    [["--prompt", "a", "--chat", "b.json"], /at once/],
    [["--prompt", "a", "--text", "b"], /at once/],
    [["--prompt", "a", "--answer", "b", "--answer-file", "c"], /at once/],
    [["--prompt", "a", "--parts", "package.json"], /wanted a list of parts/],
    [["--prompt", "a", "--verbaliser", "README.md"], /not valid JSON/],
    [["--prompt", "a", "--verbaliser", `{ "good": [" superb"] }`], /JSON itself; write it into a file/],
  ])("refuses %s", async (given, message) => {
    const { code, stderr } = await runCli(["explain", "--model", model, ...given]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
