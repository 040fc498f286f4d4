/** @file The examples of examples/extend: made outside of the packages, one file each, and kept to the promises of their kinds. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import {
  checkFamily,
  checkMethod,
  checkRenderer,
  checkReplacement,
  checkRule,
  METHODS,
  type NoiseOptions,
  SAMPLE_EXPLANATIONS,
} from "calig/extend";
import {
  createNodeRuntime,
  explain,
  inspectModel,
  type LoadedModel,
  loadModel,
  type TextExplanation,
  verify,
} from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import csv from "../../examples/extend/csv.ts";
import { frequentWords } from "../../examples/extend/frequent-words.ts";
import ijepa from "../../examples/extend/ijepa.ts";
import mish from "../../examples/extend/mish.ts";
import { smoothGrad } from "../../examples/extend/smooth-grad.ts";
import { runCli } from "../support/run-cli.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const FOLDER = new URL("../../examples/extend/", import.meta.url);
const sources = readdirSync(FOLDER).filter((file) => file.endsWith(".ts"));

const INPUTS = ["A gripping film", "It drags, and then it ends"] as const;

const tempFolder = useTempFolders();

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(await tempFolder(tinyBertFiles()));
});
afterAll(() => model.dispose());

describe.each(sources)("examples/extend/%s", (file) => {
  it("imports what is installed alone", () => {
    const source = readFileSync(new URL(file, FOLDER), "utf8");
    const imported = [...source.matchAll(/\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map(([, a, b]) => a ?? b);
    expect(imported.length).toBeGreaterThan(0);
    for (const name of imported) expect(["calig", "calig/extend", "calig/node"]).toContain(name);
  });

  it("is a plugin of the command line", async () => {
    const { code, stderr } = await runCli(["models", "--plugin", fileURLToPath(new URL(file, FOLDER))]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("SmoothGrad", () => {
  it("keeps what methods promise", async () => {
    const checks = await checkMethod(smoothGrad({ samples: 3 }), model, { inputs: INPUTS });
    expect(checks.length).toBeGreaterThanOrEqual(10);
  });

  it("is saliency without noise, and states its settings", async () => {
    const [text] = INPUTS;
    const saliency = await explain(model, text, { method: "saliency" });
    const still = await explain(model, text, { method: smoothGrad({ samples: 2, sigma: 0 }) });
    expect(still.attribution).toBeAllClose(saliency.attribution, { rtol: 1e-5, atol: 1e-9 });
    expect(still.method).toEqual({
      name: "smooth-grad",
      signed: false,
      options: { samples: 2, sigma: 0, score: "logit", seed: 0 },
    });
  });

  it("takes its options on the command line, and refuses wrong ones there and elsewhere", async () => {
    const plugin = ["--plugin", fileURLToPath(new URL("smooth-grad.ts", FOLDER))];
    const explainBy = (...argv: string[]) =>
      runCli(["explain", INPUTS[0], "--method", "smooth-grad", ...argv, ...plugin]);
    const { stdout } = await explainBy("--samples", "2", "--json");
    expect((JSON.parse(stdout) as TextExplanation).method.options).toMatchObject({ samples: 2, sigma: 0.15 });
    expect((await explainBy("--samples", "none")).stderr).toMatch(/Cannot use --samples "none"/);
    expect((await runCli(["explain", INPUTS[0], "--samples", "2", ...plugin])).stderr).toMatch(
      /it has no effect there/,
    );
    const misspelt = explain(model, INPUTS[0], { method: smoothGrad(), sample: 2 } as object);
    await expect(misspelt).rejects.toThrow(/did you mean "samples"/);
  });

  it("comes closer to its limit with more samples, and draws other noise for another seed", async () => {
    const of = async (options: NoiseOptions, seed = 0) =>
      (await explain(model, INPUTS[0], { method: smoothGrad({ sigma: 0.1, ...options }), seed })).attribution;
    const limit = await of({ samples: 400 }, 1);
    const distance = (map: readonly number[]) => Math.hypot(...map.map((value, t) => value - (limit[t] as number)));
    const [few, more] = [await of({ samples: 2 }), await of({ samples: 100 })];
    expect(distance(more)).toBeLessThan(distance(few) / 2);
    expect(await of({ samples: 2 }, 5)).not.toEqual(few);
  });
});

describe("CSV", () => {
  it("keeps what renderers promise", async () => {
    expect((await checkRenderer(csv)).length).toBeGreaterThan(10);
  });

  it("has a row for each word, and leaves no formula to the program that opens it", async () => {
    const table = String(await csv.render(SAMPLE_EXPLANATIONS["a text"] as Parameters<typeof csv.render>[0]));
    expect(table.split("\r\n").slice(0, 3)).toEqual([
      "input,label,feature,row,column,attribution",
      "1,positive,A,,,0.1",
      '1,positive,"gripping,",,,1.2',
    ]);
    const { stdout } = await runCli([
      ...["explain", '=HYPERLINK("x") film', "--method", "occlusion", "--format", "csv"],
      ...["--plugin", fileURLToPath(new URL("csv.ts", FOLDER))],
    ]);
    expect(stdout).toContain("1,negative,'=,,,");
  });
});

describe("Mish", () => {
  it("keeps what gradient rules promise", async () => {
    const cases = [
      { name: "both tails", inputs: [[3, 7]], range: [-4, 4] },
      { name: "one number", inputs: [[]] },
    ] as const;
    expect(await checkRule(mish, { runtime: createNodeRuntime(), cases })).toHaveLength(4);
  });

  it("lets a model be explained that has the operator, and whose gradients calig cannot build alone", async () => {
    const bytes = readFileSync(new URL("../fixtures/onnx/bert-dynamo-23.onnx", import.meta.url));
    const { graph, opsets } = decodeModel(bytes);
    const nodes = graph.nodes.map((node) =>
      node.opType === "Gelu" ? { ...node, opType: "Mish", attributes: {} } : node,
    );
    const folder = await tempFolder({
      "model.onnx": encodeModel(createModel({ ...graph, nodes }, opsets)),
      "config.json": JSON.stringify({ model_type: "bert", max_position_embeddings: 20 }),
      "tokenizer.json": tinyTokenizer(),
    });
    await using alone = await loadModel(folder);
    await expect(explain(alone, "no film")).rejects.toThrow(/no gradient rule is registered.*Mish \(2\)/);
    await using helped = await loadModel(folder, { rules: [mish] });
    const { completeness } = await explain(helped, "no film, yes the film");
    expect(completeness?.relativeError).toBeLessThan(0.01);
    const { checks } = await verify(helped);
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(inspectModel(helped).warnings).toEqual([]);
    const inspected = await runCli([
      ...["explain", "no film", "--model", folder, "--json"],
      ...["--plugin", fileURLToPath(new URL("mish.ts", FOLDER))],
    ]);
    expect(inspected.code).toBe(0);
  });

  it("is refused where there is a rule already", async () => {
    await expect(loadModel("sst2", { rules: [mish, mish] })).rejects.toThrow(
      "Cannot add a gradient rule for Mish since version 18: there is one already",
    );
  });
});

describe("I-JEPA", () => {
  const folder = fileURLToPath(new URL("../fixtures/extend/ijepa/", import.meta.url));
  const read = (file: string) => readFileSync(join(folder, file));
  const reference = {
    config: read("config.json").toString(),
    weights: read("model.safetensors"),
    reference: read("reference.safetensors"),
  };
  const runtime = createNodeRuntime();

  it("computes what transformers does: logits, hidden states, attention, gradients", async () => {
    expect(await checkFamily(ijepa, reference, { runtime })).toHaveLength(6);
  });

  it("is told where a checkpoint computes something else", async () => {
    const other = JSON.stringify({ ...(JSON.parse(reference.config) as object), hidden_act: "relu" });
    await expect(checkFamily(ijepa, { ...reference, config: other }, { runtime })).rejects.toThrow(
      /gives the logits of the original: off by.*has its gradients: gradient\.0: off by/s,
    );
  });

  it("is built, explained and verified like a family of calig's own", async () => {
    await expect(loadModel(folder)).rejects.toThrow(/Cannot build a model of type "ijepa"|there is no/);
    await using model = await loadModel(folder, { families: [ijepa] });
    expect(model.facts).toMatchObject({ family: "ijepa", task: "image-classification", blocks: 3, heads: 4 });
    expect(model.warnings).toEqual([]);
    const explanation = await explain(model, { image: syntheticPicture(40, 30) });
    expect(explanation.features).toHaveLength(9);
    expect(explanation.completeness?.relativeError).toBeLessThan(0.01);
    const { checks } = await verify(model);
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
  });

  it("cannot be added twice, nor in the place of another", async () => {
    const twice = loadModel(folder, { families: [ijepa, ijepa] });
    await expect(twice).rejects.toThrow('Cannot add the family "ijepa" for models of type "ijepa"');
    const other = { ...ijepa, modelTypes: ["vit"] };
    await expect(loadModel("sst2", { families: [other] })).rejects.toThrow('the family "vit" builds these');
  });
});

it("none of them has the name of a method of calig", () => {
  expect(METHODS.map(({ name }) => name)).not.toContain(smoothGrad().name);
});

describe("frequent-words", () => {
  it("keeps the promises of replacements, at every rank", async () => {
    const inputs = ["A gripping film", "It drags, and then it ends", "The end of the film is the best of it"] as const;
    for (const rank of [1, 3]) {
      const checks = await checkReplacement(frequentWords({ rank }), model, { inputs });
      expect(checks).toHaveLength(5 * inputs.length);
    }
  });
});
