/** @file Questions from outside: kept to their promises, explained, evaluated and shown; what cannot be asked is refused. */

import { fileURLToPath } from "node:url";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { QUESTIONS } from "@calig/core/internal/program/questions";
import { RENDERERS } from "@calig/core/internal/render/registry";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { checkQuestion, defineQuestion, gatherExtensions, type OwnQuestion, pickFrom } from "calig/extend";
import { explain, type LoadedModel, loadModel, parseExplanation } from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entropy } from "../../examples/extend/entropy.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const runtime = createNodeRuntime();
const TEXT = "A gripping film";
const EXACT = { tolerance: 1e-3 };

let folder: string;
let model: LoadedModel;
let several: LoadedModel;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  model = await loadModel(folder);
  const config = { ...TINY_CONFIG, problem_type: "multi_label_classification" };
  several = await loadModel(await tempFolder({ ...tinyBertFiles(), "config.json": JSON.stringify(config) }));
});
afterAll(async () => {
  await model.dispose();
  await several.dispose();
});

/** The logit times a number that is a constant of its nodes. */
const scaled = (by: number, changes: Partial<OwnQuestion> = {}) =>
  defineQuestion({
    name: "scaled",
    title: "scaled logit",
    asks: "logits",
    emit: ({ builder, logits, pick }) => builder.mul(pick(logits), builder.scalar(by)),
    evaluate: (logits, asked) => by * pickFrom(logits, asked),
    ...changes,
  });

describe("checkQuestion()", () => {
  it("holds the questions of calig, and one about no class, to the same promises", async () => {
    for (const own of [...QUESTIONS, scaled(2)]) await checkQuestion(own, model, { runtime, inputs: [TEXT] });
    for (const head of [model, several]) {
      const checks = await checkQuestion(entropy, head, { runtime, inputs: [TEXT, "It drags, and then it ends"] });
      expect(checks.map(({ promise }) => promise)).toContain("has the slopes of central differences");
    }
  });

  it.each<[string, Partial<OwnQuestion>, string]>([
    ["another function as arithmetic", { evaluate: (logits, asked) => 3 * pickFrom(logits, asked) }, "same function"],
    ["what is no number", { evaluate: () => Number.NaN }, "finite number"],
    [
      "changes of its logits",
      { evaluate: (logits, asked) => 2 * pickFrom((logits as number[]).fill(0), asked) },
      "leaves its logits",
    ],
    [
      "rows that depend on each other",
      {
        emit: ({ builder, logits, pick }) => builder.add(pick(logits), builder.reduceSum(logits, [0, 1])),
      },
      "each row by itself",
    ],
    ["a shape that is not one number a row", { emit: ({ logits }) => logits }, "shape"],
    ["no gradient", { emit: ({ builder, logits, pick }) => builder.emit("Floor", [pick(logits)]) }, "is a gradient"],
    ["parameters that cannot be chosen", { choose: () => Promise.reject(new Error("no such thing")) }, "no such thing"],
  ])("tells of %s", async (_, changes, said) => {
    const broken = { ...scaled(2), ...changes };
    await expect(checkQuestion(broken, model, { runtime, inputs: [TEXT] })).rejects.toThrow(said);
  });
});

describe("explain() with a question", () => {
  it("takes names as shorthands, and refuses two at once", async () => {
    const [named, usual] = [
      await explain(model, TEXT, { question: "margin", ...EXACT }),
      await explain(model, TEXT, { score: "margin", ...EXACT }),
    ];
    expect({ ...named, cost: 0 }).toEqual({ ...usual, cost: 0 });
    await expect(explain(model, TEXT, { question: "margin", score: "logit" })).rejects.toThrow("leave one of them out");
    await expect(explain(model, TEXT, { question: "entropy" as "logit" })).rejects.toThrow("score");
  });

  it("explains what is no class, in the words of the question", async () => {
    const explanation = await explain(model, TEXT, { question: entropy, ...EXACT });
    const { target, predictions, completeness, method } = explanation;
    const wanted = -predictions.reduce((sum, { probability: p }) => sum + (p ?? 0) * Math.log(p ?? 1), 0);
    expect(target).toMatchObject({ index: -1, label: "entropy of the prediction", kind: "entropy", probability: null });
    expect(target.score).toBeCloseTo(wanted, 5);
    expect(completeness?.relativeError).toBeLessThan(1e-3);
    expect(method.options.score).toBe("entropy");
    expect(parseExplanation(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
    for (const option of ["target", "against"] as const) {
      const wrong = explain(model, TEXT, { question: entropy, [option]: 0 });
      await expect(wrong).rejects.toThrow(`Cannot use ${option} with score "entropy"`);
    }
  });

  it("is shown by every renderer as what it is", async () => {
    const explanation = await explain(model, TEXT, { question: entropy, tolerance: 0.1 });
    for (const renderer of RENDERERS) {
      const shown = await renderer.render(explanation);
      if (typeof shown === "string" && renderer.name !== "json") expect(shown).toContain("entropy of the prediction");
    }
  });

  it("gives questions of one name that write other nodes programs of their own, also block by block", async () => {
    await using streamed = await loadModel(folder, { stream: true });
    for (const one of [model, streamed]) {
      const [half, twice] = [
        await explain(one, TEXT, { question: scaled(0.5), ...EXACT }),
        await explain(one, TEXT, { question: scaled(2), ...EXACT }),
      ];
      expect(twice.target.unit).toBe("scaled logit");
      for (const [t, value] of half.attribution.entries()) expect(twice.attribution[t]).toBeCloseTo(4 * value, 5);
    }
  });

  it("is an error where nodes and arithmetic differ", async () => {
    const other = scaled(2, { evaluate: (logits, asked) => 3 * pickFrom(logits, asked) });
    await expect(explain(model, TEXT, { question: other })).rejects.toMatchObject({ code: "CALIG_CONSISTENCY" });
  });

  it("compares with the baseline that the question names, unless the caller chooses one", async () => {
    const question = scaled(1, { baseline: "pad" });
    const of = async (more: object) =>
      (await explain(model, TEXT, { question, tolerance: 0.1, ...more })).method.options;
    expect([(await of({})).baseline, (await of({ baseline: "unk" })).baseline]).toEqual(["pad", "unk"]);
  });

  it("lets a question choose the class, what is fed, and what the model says", async () => {
    const question = scaled(1, {
      settings: { of: "the other" },
      async choose({ predictions, classIndex }) {
        expect(classIndex("#1")).toBe(1);
        const other = predictions.at(-1);
        return { target: other?.index ?? 0, predictions: other === undefined ? [] : [other] };
      },
    });
    const { target, predictions, method } = await explain(model, TEXT, { question, tolerance: 0.1 });
    expect([predictions.length, predictions[0]?.index]).toEqual([1, target.index]);
    expect(method.options.score).toEqual({ name: "scaled", of: "the other" });
  });
});

it("evaluate() measures methods by a question, as results say", async () => {
  const items = [TEXT, "It drags"].map((text, i) => ({ line: i + 1, input: { text } }));
  const { settings, methods } = await evaluate(
    model,
    { name: "two", items, problems: [] },
    { methods: ["occlusion"], metrics: ["comprehensiveness"], question: entropy },
  );
  expect(settings.score).toBe("entropy");
  expect(methods.map(({ name }) => name)).toContain("occlusion");
});

describe("defineQuestion()", () => {
  it.each<[string, object]>([
    ["asks", { asks: "embedding" }],
    ["emit", { emit: undefined }],
    ["title", { title: "" }],
    ["choose", { choose: 1 }],
    ["settings", { settings: { a: () => 1 } }],
  ])("refuses a wrong %s", (field, changes) => {
    expect(() => defineQuestion({ ...scaled(1), ...changes })).toThrow(`"${field}"`);
  });

  it("leaves calig's names to calig", () => {
    expect(() => gatherExtensions([scaled(1, { name: "margin" })], "a test")).toThrow("calig has one of this name");
  });
});

it("the command line asks a question of a plugin by its name, and no others", async () => {
  const plugin = fileURLToPath(new URL("../../examples/extend/entropy.ts", import.meta.url));
  const asked = ["explain", TEXT, "--model", folder, "--tolerance", "0.1"];
  for (const flag of ["--score", "--question"]) {
    const { code, stdout } = await runCli([...asked, "--plugin", plugin, flag, "entropy"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("entropy of the prediction")]);
  }
  const { code, stderr } = await runCli([...asked, "--score", "entropy"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("--score")]);
});
