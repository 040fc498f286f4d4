/** @file Masked words and answers in texts: those of the pipelines of transformers, and their block relevance that of PyTorch. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { explain, loadModel } from "@calig/node";
import { renderHtml, renderTerminal } from "calig";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { headFiles } from "../support/head-models.ts";
import "../support/matchers.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

interface Built {
  readonly config: object;
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** By tools/make_placed_reference.py. */
const REFERENCE = JSON.parse(readFileSync(new URL("../golden/placed.json", import.meta.url), "utf8")) as {
  readonly gain: number;
  readonly text: string;
  readonly several: string;
  readonly question: string;
  readonly context: string;
  /** Best words of the mask of `text`, and of the second one of `several`, with their probabilities; the logit of the best. */
  readonly masked: Readonly<
    Record<
      string,
      Built & {
        readonly found: readonly (readonly [token: number, probability: number])[];
        readonly second: readonly (readonly [token: number, probability: number])[];
        readonly logit: number;
      }
    >
  >;
  readonly spans: Readonly<
    Record<
      string,
      Built & {
        readonly found: readonly (readonly [answer: string, probability: number])[];
        readonly starts: readonly number[];
        readonly ends: readonly number[];
      }
    >
  >;
  readonly blocks: {
    readonly masked: readonly (readonly number[])[];
    readonly span: readonly (readonly number[])[];
    readonly places: readonly [number, number];
  };
};
const { text, several, question, context, blocks } = REFERENCE;
const tempFolder = useTempFolders();
const QUICK = { method: "integrated-gradients", steps: 4 } as const;
const BLOCKS = { tolerance: 1e-5, effort: "blocks" } as const;

function filesOf({ config, tensors }: Built): Files {
  const weights = tensors.map(([name, shape]) => {
    const data = hashedParameter(name, shape, REFERENCE.gain);
    return { name, dtype: "float32" as const, shape, data };
  });
  return {
    ...headFiles("three", {}),
    "config.json": JSON.stringify(config),
    "model.safetensors": encodeSafetensors(weights),
  };
}

/** The ONNX file, with the tokenizer and the configuration of the checkpoint. */
function onnxFiles(file: string, built: Built): Files {
  const { "model.safetensors": _, ...others } = filesOf(built);
  return { ...others, "model.onnx": readFileSync(new URL(`../fixtures/placed/${file}`, import.meta.url)) };
}

const maskedCase = (name: string) => REFERENCE.masked[name] as (typeof REFERENCE.masked)[string];
const spanCase = (name: string) => REFERENCE.spans[name] as (typeof REFERENCE.spans)[string];

describe("masked words", () => {
  it.each(Object.keys(REFERENCE.masked))("%s: as the pipeline fills them", async (name) => {
    const { found, second, logit, ...built } = maskedCase(name);
    await using model = await loadModel(await tempFolder(filesOf(built)), { task: "fill-mask" });
    const { target, predictions, completeness, words } = await explain(model, { text });
    const best = predictions.slice(0, found.length);
    expect(best.map(({ index }) => index)).toEqual(found.map(([token]) => token));
    expect(best.map(({ probability }) => probability ?? 0)).toBeAllClose(
      found.map(([, probability]) => probability),
      { atol: 1e-6, rtol: 1e-4 },
    );
    expect(predictions.length).toBe(20);
    expect(best[0]?.logit).toBeCloseTo(logit, 4);
    expect(target).toMatchObject({ kind: "log-probability", index: found[0]?.[0] });
    expect(target.score).toBeCloseTo(Math.log(found[0]?.[1] as number), 4);
    expect(completeness?.relativeError).toBeLessThan(0.02);
    expect(words.map((word) => word.text)).toEqual("paris is the of people and a nice city .".split(" "));
    const other = await explain(model, { text: several, mask: 2 }, QUICK);
    expect(other.predictions[0]?.index).toBe(second[0]?.[0]);
    expect(other.target.probability).toBeCloseTo(second[0]?.[1] as number, 6);
  });

  it("have the block relevance of PyTorch, also from an ONNX file", async () => {
    for (const files of [filesOf(maskedCase("bert")), onnxFiles("masked.onnx", maskedCase("bert"))]) {
      await using model = await loadModel(await tempFolder(files));
      expect(model.facts.task).toBe("fill-mask");
      const explanation = await explain(model, { text }, BLOCKS);
      expect(explanation.target.probability).toBeCloseTo(maskedCase("bert").found[0]?.[1] as number, 6);
      for (const [b, { relevance }] of explanation.blocks.entries()) {
        expect(relevance).toBeAllClose(blocks.masked[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      }
    }
  });

  it("are held against each other, and told in words", async () => {
    await using model = await loadModel(await tempFolder(filesOf(maskedCase("bert"))));
    const best = await explain(model, { text }, QUICK);
    const one = await explain(model, { text }, { ...QUICK, target: "museum" });
    const against = await explain(model, { text }, { ...QUICK, target: "museum", against: best.target.label });
    expect(one.target.label).toBe("museum");
    expect(against.target.score).toBeCloseTo(one.target.score - best.target.score, 5);
    expect(against.target.against).toEqual({ index: best.target.index, label: best.target.label });
    const shown = renderTerminal(one, { unicode: false, columns: 100, colors: 0 });
    expect(shown).toMatch(/in the place of the mask/);
    expect(renderHtml(one)).toContain("museum");
    const logit = await explain(model, { text }, { ...QUICK, score: "logit" });
    expect(logit.target.score).toBeCloseTo(maskedCase("bert").logit, 4);
  });

  it("are refused where nothing can be filled", async () => {
    await using model = await loadModel(await tempFolder(filesOf(maskedCase("bert"))));
    await expect(explain(model, { text: several })).rejects.toThrow(/has 2 of them; name one by its number, 1 to 2/);
    await expect(explain(model, { text: several, mask: 3 })).rejects.toThrow(/the text has masks 1 to 2/);
    await expect(explain(model, "people live in berlin")).rejects.toThrow(/it has none; write \[MASK\]/);
    await expect(explain(model, `${"a ".repeat(80)}[MASK]`)).rejects.toThrow(/behind the 64 tokens/);
    await expect(explain(model, { text }, { target: "museums" })).rejects.toThrow(/it is 2 tokens/);
    await expect(explain(model, { text }, { target: "☃" })).rejects.toThrow(/Cannot find target/);
    await expect(explain(model, { text }, { token: 1 })).rejects.toThrow(/it fills masks/);
    await expect(explain(model, { text, question })).rejects.toThrow(/leave "question" out/);
    await expect(loadModel(model.folder, { task: "classification" })).rejects.toThrow(/its files say fill-mask/);
  });
});

describe("answers in texts", () => {
  it.each(Object.keys(REFERENCE.spans))("%s: as the pipeline finds them", async (name) => {
    const { found, starts, ends, ...built } = spanCase(name);
    await using model = await loadModel(await tempFolder(filesOf(built)));
    expect(model.facts.task).toBe("question-answering");
    const { target, predictions, completeness, words } = await explain(model, { question, text: context });
    for (const [answer, probability] of found) {
      expect(predictions.find(({ label }) => label === answer)?.probability).toBeCloseTo(probability, 5);
    }
    expect(target.label).toBe(found[0]?.[0]);
    expect(target.score).toBeCloseTo(predictions[0]?.logit as number, 5);
    expect(completeness?.relativeError).toBeLessThan(0.02);
    // Words of the question are none of those that are explained, unless they are asked for.
    expect(words[0]?.text).toBe("maria");
    const both = await explain(model, { text: question, pair: context }, QUICK);
    expect(both.words[0]?.text).toBe("who");
    expect(both.target.score).toBeCloseTo(target.score, 4);
    expect(starts.length).toBe(ends.length);
  });

  it("have the block relevance of PyTorch, also from an ONNX file with two outputs", async () => {
    const { starts, ends, ...built } = spanCase("bert");
    const [start, end] = blocks.places;
    for (const files of [filesOf(built), onnxFiles("span.onnx", built)]) {
      await using model = await loadModel(await tempFolder(files));
      const explanation = await explain(model, { question, text: context }, { ...BLOCKS, target: `#${start}-${end}` });
      expect(explanation.target.score).toBeCloseTo((starts[start] as number) + (ends[end] as number), 4);
      for (const [b, { relevance }] of explanation.blocks.entries()) {
        expect(relevance).toBeAllClose(blocks.span[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      }
    }
  });

  it("are named, asked in other units, and looked for in windows of long texts", async () => {
    await using model = await loadModel(await tempFolder(filesOf(spanCase("bert"))));
    const asked = { question, text: context };
    const named = await explain(model, asked, { ...QUICK, target: "london" });
    expect(named.target.label).toBe("london");
    const log = await explain(model, asked, { ...QUICK, target: "london", score: "log-probability" });
    const share = await explain(model, asked, { ...QUICK, target: "london", score: "probability" });
    expect(Math.exp(log.target.score)).toBeCloseTo(share.target.score, 6);
    expect(share.target.probability).toBeCloseTo(share.target.score, 6);
    expect(log.completeness?.relativeError).toBeLessThan(0.05);
    expect(renderTerminal(named, { unicode: false, columns: 100, colors: 0 })).toMatch(/The model answers/);
    const text = `${"the film is good and the plot is thin. ".repeat(8)}${context}`;
    const long = await explain(model, { question, text }, QUICK);
    expect(long.warnings.map(({ code }) => code)).toContain("answer-window");
    expect(long.features.length).toBeLessThanOrEqual(64);
    const probability = long.target.probability as number;
    const whole = await explain(
      model,
      { question, text: long.input.kind === "text" ? long.input.text.slice(question.length + 1) : "" },
      QUICK,
    );
    expect(whole.target).toMatchObject({ label: long.target.label });
    expect(whole.target.probability).toBeCloseTo(probability, 6);
  });

  it("are refused where nothing can be answered", async () => {
    await using model = await loadModel(await tempFolder(filesOf(spanCase("bert"))));
    await expect(explain(model, context)).rejects.toThrow(/found no question/);
    await expect(explain(model, { question, text: context, pair: context })).rejects.toThrow(/"question" and a "pair"/);
    const asked = { question, text: context };
    await expect(explain(model, asked, { target: "rome" })).rejects.toThrow(/the best ones are/);
    await expect(explain(model, asked, { against: "rome" })).rejects.toThrow(/leave against out/);
    await expect(explain(model, asked, { score: "margin" })).rejects.toThrow(/use one of "logit"/);
    await expect(explain(model, { question: "who works ".repeat(30), text: context })).rejects.toThrow(
      /shorten the question/,
    );
    await using classifier = await loadModel(await tempFolder(headFiles("three", { num_labels: 3 })));
    await expect(explain(classifier, { text: context, question })).rejects.toThrow(/leave "question" out/);
  });
});
