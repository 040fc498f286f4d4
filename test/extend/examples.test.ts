/** @file The examples of examples/extend: made outside of the packages, one file each, and kept to the promises of their kinds. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkMethod, checkRenderer, checkRule, METHODS, type NoiseOptions, SAMPLE_EXPLANATIONS } from "calig/extend";
import { createNodeRuntime, explain, type LoadedModel, loadModel } from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import csv from "../../examples/extend/csv.ts";
import mish from "../../examples/extend/mish.ts";
import { smoothGrad } from "../../examples/extend/smooth-grad.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

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
});

it("none of them has the name of a method of calig", () => {
  expect(METHODS.map(({ name }) => name)).not.toContain(smoothGrad().name);
});
