/** @file Methods measured on prompts of a language model, in units of the answer's log-probability. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replacementOf } from "@calig/core/internal/attribution/replacement";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { openInput } from "@calig/core/internal/evaluation/measure-input";
import { compareMethods } from "@calig/core/internal/evaluation/method-comparison";
import type { Subject } from "@calig/core/internal/evaluation/metric";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { explain, loadModel, readDataset } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

const ROWS = [
  {
    id: "one",
    prompt: "The plot is thin. The acting is superb. The film was",
    answer: " a film.",
    parts: [
      { name: "first", text: "The plot is thin." },
      { name: "second", text: "The acting is superb." },
    ],
    relevant: "second",
  },
  {
    prompt: "It was a good film. It was a long film. The film was",
    answer: " good",
    against: " long",
    parts: ["It was a good film.", "It was a long film."],
    relevant: [0],
  },
];

let model: Awaited<ReturnType<typeof loadModel>>;
beforeAll(async () => {
  model = await loadModel("test/fixtures/decoders/llama");
});
afterAll(() => model.dispose());

const datasetOf = async (rows: readonly object[], badRows: "refuse" | "skip" = "refuse") => {
  const path = join(await tempFolder(), "prompts.jsonl");
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return readDataset(path, { badRows });
};

describe("prompts as a data set", () => {
  it("are read with what is asked of them", async () => {
    const { items } = await datasetOf(ROWS);
    expect(items[0]).toMatchObject({ id: "one", input: { answer: " a film." }, relevantParts: ["second"] });
    expect(items[1]).toMatchObject({ input: { against: " long" }, relevantParts: [0] });
  });

  it("say what is wrong with a row", async () => {
    const rows = [ROWS[0] as object, { prompt: "a", messages: [] }, { answer: " b" }, { prompt: "a", parts: "a" }];
    const { problems } = await datasetOf(rows, "skip");
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("both"),
      expect.stringContaining("neither"),
      expect.stringContaining('"parts"'),
    ]);
  });

  it("leave a column of texts called prompt to tables with labels", async () => {
    const rows = [{ prompt: "a fine film", label: "positive" }];
    await expect(datasetOf(rows)).rejects.toThrow(/name it with --text-column/);
    const [item] = (await datasetOf([{ ...rows[0], verbaliser: { positive: [" good"], negative: [" bad"] } }])).items;
    expect(item).toMatchObject({ input: { prompt: "a fine film" }, label: "positive" });
  });
});

describe("evaluate()", () => {
  it("measures removed parts in the answer's log-probability, and where the part that holds it ranks", async () => {
    const dataset = await datasetOf(ROWS);
    const {
      results,
      settings,
      dataset: facts,
      failures,
      inputs: measured,
    } = await evaluate(model, dataset, {
      methods: ["gradient-x-input", "occlusion"],
      metrics: ["deletion", "insertion", "part-ranking"],
      features: "part",
    });
    expect(failures).toEqual([]);
    expect(measured.map(({ target }) => target)).toEqual([" a film.", " good against  long"]);
    expect(settings).toMatchObject({ features: "part", score: "log-probability", target: "answer" });
    expect(settings.replacements[0]?.name).toBe("drop");
    expect(facts.accuracy).not.toBeNull();
    expect([...new Set(results.map(({ figure }) => figure))]).toEqual([
      "deletion",
      "insertion",
      "part top-1",
      "part ndcg",
    ]);
    for (const { value, inputs } of results) {
      expect(Number.isFinite(value)).toBe(true);
      expect(inputs).toBe(2);
    }
  });

  it("removes what explain() says of the prompt without it", async () => {
    const [, row] = ROWS;
    const [, item] = (await datasetOf(ROWS)).items;
    const open = await openInput(model, item as NonNullable<typeof item>, {
      replacements: [replacementOf(model, "drop")],
      features: "word",
      seed: 0,
    });
    const { probe } = await open.explain({ method: "gradient-x-input" });
    // The first word holds the first token, which stays.
    const kept = new Uint8Array(probe.featureCount).fill(1);
    const [whole] = await probe.outputs([kept]);
    const { target } = await explain(model, row as { prompt: string }, { method: "gradient-x-input" });
    expect(whole?.score).toBeCloseTo(target.score, 5);
    expect(whole?.value).toBe(whole?.score);
    expect(probe.givesProbabilities).toBe(false);
    kept[kept.length - 1] = 0;
    const [shorter] = await probe.outputs([kept]);
    const prompt = String(row?.prompt).replace(/ was$/, "");
    const rest = await explain(model, { ...row, prompt }, { method: "gradient-x-input" });
    expect(shorter?.score).toBeCloseTo(rest.target.score, 5);
  });

  it("asks for the next token and for labels where there is no answer", async () => {
    const dataset = await datasetOf([
      { prompt: "The film was a long one" },
      { prompt: "The film was", verbaliser: { good: [" good", " superb."], bad: [" thin"] } },
      { prompt: "The film was", verbaliser: { good: [" good", " superb."], bad: [" thin"] }, label: "neither" },
    ]);
    const { inputs, failures } = await evaluate(model, dataset, {
      methods: ["gradient-x-input"],
      metrics: ["faithfulness"],
      replacement: "random-words",
    });
    expect(failures).toEqual([]);
    expect(["good", "bad"]).toContain(inputs[1]?.target);
    expect(inputs[0]?.correct).toBeUndefined();
    expect(inputs[1]?.correct).toBe(true);
    expect(inputs[2]?.correct).toBe(false);
  });

  it("refuses parts of prompts without any, and of texts", async () => {
    const alone = await datasetOf([{ prompt: "The film was a long one" }]);
    const options = { methods: ["random"], metrics: ["deletion"], features: "part" };
    await expect(evaluate(model, alone, options)).rejects.toThrow(/Cannot remove parts of the prompt: it has none/);
    const classifier = await loadModel("sst2");
    const texts = { name: "texts", problems: [], items: [{ line: 1, input: { text: "a fine film" } }] };
    await expect(evaluate(classifier, texts, options)).rejects.toThrow(/Cannot remove parts of a text/);
    await classifier.dispose();
  });

  it("refuses relevant parts that the prompt does not have", async () => {
    const dataset = await datasetOf([{ ...ROWS[0], relevant: "third" }]);
    await expect(evaluate(model, dataset, { methods: ["random"], metrics: ["part-ranking"] })).rejects.toThrow(
      /Cannot find the relevant part "third": the prompt has the parts "first", "second"/,
    );
  });
});

it("compares methods on one prompt", async () => {
  const { target, methods } = await compareMethods(model, ROWS[0] as object, {
    namedMethods: ["gradient-x-input", "occlusion"].map((method) => ({ name: method, options: { method } })),
    features: "part",
  });
  const { score } = (await explain(model, ROWS[0] as { prompt: string }, { method: "gradient-x-input" })).target;
  expect(target.label).toBe(" a film.");
  expect(target.logit).toBeCloseTo(score, 5);
  expect(methods[0]?.attribution).toHaveLength(2);
  expect(methods[0]?.curves.removed[0]).toBeCloseTo(score, 5);
});

describe("part-ranking", () => {
  const rank = async (attributions: readonly number[], relevant: readonly number[]) =>
    metricByName("part-ranking").measure({
      parts: attributions.map((attribution, p) => ({ attribution, relevant: relevant.includes(p) })),
    } as unknown as Subject);

  it("counts the first part, and discounts by the rank", async () => {
    expect(await rank([3, 1, 2], [0])).toEqual([1, 1]);
    expect(await rank([3, 1, 2], [1])).toEqual([0, 1 / Math.log2(4)]);
    const [top, ndcg] = (await rank([3, 1, 2], [0, 2])) ?? [];
    expect(top).toBe(1);
    expect(ndcg).toBeCloseTo(1, 12);
  });

  it("gives a method that says the same of all parts what chance gives", async () => {
    const [top, ndcg] = (await rank([0, 0], [1])) ?? [];
    expect(top).toBe(0.5);
    expect(ndcg).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
  });

  it("does not apply where nobody says which part holds the answer", async () => {
    expect(await rank([1, 2], [])).toBeUndefined();
  });
});
