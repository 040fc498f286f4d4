/** @file What is removed of inputs that ask something else than a class: as if the mask had been written in its place. */

import { readFileSync } from "node:fs";
import { testCounterfactuals } from "@calig/core/internal/attribution/counterfactual/counterfactuals";
import { embeddingOf } from "@calig/core/internal/attribution/similarity";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { compareMethods, evaluate, explain, type LoadedModel, loadModel } from "@calig/node";
import { beforeAll, describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { headFiles } from "../support/head-models.ts";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

const PLACED = JSON.parse(readFileSync(new URL("../golden/placed.json", import.meta.url), "utf8"));
const SIMILARITY = JSON.parse(readFileSync(new URL("../golden/similarity.json", import.meta.url), "utf8"));
const tempFolder = useTempFolders();
const QUICK = { method: "gradient-x-input", counterfactuals: { strongest: 2 } } as const;

function placedFiles(kind: "masked" | "spans"): Files {
  const { config, tensors } = PLACED[kind].bert as { config: object; tensors: [string, number[]][] };
  const weights = tensors.map(([name, shape]) => ({
    ...{ name, dtype: "float32" as const, shape },
    data: hashedParameter(name, shape, PLACED.gain as number),
  }));
  const bytes = encodeSafetensors(weights);
  return { ...headFiles("three", {}), "config.json": JSON.stringify(config), "model.safetensors": bytes };
}

function similarityFiles(): Files {
  const files = SIMILARITY.cases["mean, normalized"].files as Record<string, object>;
  const small = Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)]);
  return { ...headFiles("three", { architectures: ["BertModel"] }), ...Object.fromEntries(small) };
}

const NAMES = { id2label: { 0: "contradiction", 1: "neutral", 2: "entailment" } };

describe("evidence that is taken away", () => {
  const CASES: readonly (readonly [
    what: string,
    files: () => Files,
    input: Readonly<Record<string, unknown>> & { text: string },
  ])[] = [
    ["a label", () => headFiles("three", NAMES), { text: "how people live in berlin", labels: ["berlin", "city"] }],
    ["a similarity", similarityFiles, { text: "how people live in berlin", with: "berlin is a city" }],
    ["a masked word", () => placedFiles("masked"), { text: "paris is the [MASK] of people", mask: 1 }],
    ["an answer", () => placedFiles("spans"), { text: PLACED.context as string, question: PLACED.question }],
  ];

  it.each(CASES)("of %s", async (_, files, input) => {
    await using model = await loadModel(await tempFolder(files()));
    const explanation = await explain(model, input, QUICK);
    const { single, evaluations, decision } = explanation.counterfactuals as NonNullable<
      typeof explanation.counterfactuals
    >;
    expect(single.length).toBeGreaterThan(0);
    expect(evaluations).toBeGreaterThan(4);
    expect(decision).toBe("with" in input ? "none" : "class");
    for (const { features, prediction } of single) {
      const { start = 0, end = 0 } = features[0] as { start?: number; end?: number };
      // Offsets count the question, which is read before the text.
      const before = "question" in input ? (input.question as string).length + 1 : 0;
      const text = `${input.text.slice(0, start - before)}[MASK]${input.text.slice(end - before)}`;
      const mask = "mask" in input && start < input.text.indexOf("[MASK]") ? { mask: 2 } : {};
      const written = await explain(
        model,
        { ...input, text, ...mask },
        { method: "random", ...("labels" in input ? { target: explanation.target.label } : {}) },
      );
      if ("with" in input) {
        expect(prediction).toMatchObject({ probability: null, label: explanation.target.label });
        expect(prediction.score).toBeCloseTo(written.target.score, 5);
        continue;
      }
      const [best] = written.predictions;
      expect(prediction.probability).toBeCloseTo(best?.probability as number, 5);
      if (!("question" in input)) expect(prediction.label).toBe(best?.label);
    }
    const again = await testCounterfactuals(model, input, explanation, { strongest: 2 });
    expect(again.single).toEqual(single);
  });
});

describe("measured on data sets", () => {
  const pairs = [
    ["how people live in berlin", "berlin is a city with people"],
    ["the film is superb and the acting is great", "this movie is very good"],
    ["who works at acme in london", "maria works at acme"],
  ] as const;
  const items = pairs.map(([text, pair], i) => ({ line: i + 1, input: { text, pair } }));
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(await tempFolder(similarityFiles()));
    return () => model.dispose();
  });

  it("similarities of pairs, and the rank of the right text among all", async () => {
    const data = { name: "pairs", items, problems: [] };
    const { inputs, settings, failures } = await evaluate(model, data, {
      methods: ["gradient-x-input"],
      metrics: ["rank", "curves"],
      curveSteps: 1,
    });
    expect(failures).toEqual([]);
    expect(settings).toMatchObject({ target: "similarity", score: "cosine" });
    const vectors = await Promise.all(pairs.map(async ([, other]) => embeddingOf(model, { text: other })));
    for (const [i, { measurements }] of inputs.entries()) {
      const [text, other] = pairs[i] as (typeof pairs)[number];
      const { target } = await explain(model, { text, with: other }, { method: "random" });
      const { curves, rank } = measurements["gradient-x-input"] as unknown as Record<string, number[]>;
      // From the whole text to nothing of it, in one step.
      const rankOf = async (words: string) => {
        const own = await embeddingOf(model, { text: words });
        const cosine = (vector: Float64Array) =>
          vector.reduce((sum, value, d) => sum + value * (own[d] as number), 0) / Math.hypot(...vector);
        return vectors.filter((vector) => cosine(vector) >= cosine(vectors[i] as Float64Array)).length;
      };
      const masked = text.replace(/\S+/g, "[MASK]");
      const expected = (1 / (await rankOf(text)) + 1 / (await rankOf(masked))) / 2;
      expect(rank?.[0]).toBeCloseTo(expected, 6);
      expect(curves?.[0]).toBeCloseTo(target.score, 5);
    }
  });

  it("labels, with what the model gets right", async () => {
    await using nli = await loadModel(await tempFolder(headFiles("three", NAMES)));
    const labels = ["berlin", "film"];
    const asked = ["how people live in berlin", "the film is superb"].map((text) => ({ text, labels }));
    const best = await Promise.all(
      asked.map(async (input) => (await explain(nli, input, { method: "random" })).target),
    );
    const { dataset, inputs, settings } = await evaluate(
      nli,
      {
        name: "labels",
        items: asked.map((input, i) => ({ line: i + 1, input, label: best[0]?.label as string })),
        problems: [],
      },
      { methods: ["gradient-x-input"], metrics: ["deletion", "margin"], curveSteps: 1 },
    );
    expect(settings).toMatchObject({ target: "predicted label", score: "entailment" });
    expect(inputs.map(({ target }) => target)).toEqual(best.map(({ label }) => label));
    expect(inputs.map(({ probability }) => probability)).toEqual(best.map(({ probability }) => probability));
    for (const [i, { target, measurements }] of inputs.entries()) {
      // From the whole text to nothing of it, in one step: how far the label is ahead of the other one.
      const texts = ["text", "masked"].map((kind) => {
        const { text } = asked[i] as (typeof asked)[number];
        return kind === "text" ? text : text.replace(/\S+/g, "[MASK]");
      });
      const margins = await Promise.all(
        texts.map(async (text) => {
          const { predictions } = await explain(nli, { text, labels }, { method: "random" });
          const logitOf = (isTarget: boolean) =>
            predictions.find(({ label }) => (label === target) === isTarget)?.logit ?? Number.NaN;
          return logitOf(true) - logitOf(false);
        }),
      );
      const { margin } = measurements["gradient-x-input"] as unknown as Record<string, number[]>;
      const wanted = margins.reduce((sum, value) => sum + value, 0) / 2;
      expect(margin).toEqual([expect.closeTo(wanted, 4), expect.closeTo(wanted, 4)]);
    }
    expect(dataset.accuracy?.value).toBe(best[0]?.label === best[1]?.label ? 1 : 0.5);
  });

  it("answers and masked words, compared by several methods and on the command line", async () => {
    for (const [kind, input] of [
      ["masked", { text: PLACED.text }],
      ["spans", { text: PLACED.context, question: PLACED.question }],
    ] as const) {
      const folder = await tempFolder(placedFiles(kind));
      await using placed = await loadModel(folder);
      const namedMethods = (["gradient-x-input", "random"] as const).map((method) => ({
        name: method,
        options: { method },
      }));
      const { target, methods } = await compareMethods(placed, input, { namedMethods });
      const { target: explained } = await explain(placed, input, { method: "random" });
      expect(target.label).toBe(explained.label);
      expect(methods.map(({ deletion }) => Number.isFinite(deletion))).toEqual([true, true]);
      const dropped = compareMethods(placed, input, { namedMethods, replacement: "drop" });
      if (kind === "spans") await expect(dropped).rejects.toThrow(/answers by a span/);
      else await dropped;
      if (kind !== "spans") continue;
      const asked = ["--question", PLACED.question as string, "--methods", "random", "--metrics", "deletion"];
      const data = await tempFolder({ "texts.txt": `${PLACED.context}\n` });
      const run = await runCli(["evaluate", "--model", folder, "--dataset", `${data}/texts.txt`, ...asked]);
      expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/explained +answer/)]);
    }
  });
});
