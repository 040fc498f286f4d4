/** @file ONNX files that make probabilities of their logits: what calig shows is what the file itself gives, once and not twice. */

import { readFileSync } from "node:fs";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { int, type Node } from "@calig/core/internal/onnx/model";
import type { FloatTensor } from "@calig/core/internal/tensor/tensor";
import { logitsOf } from "@calig/core/internal/transformer/anatomy";
import { explain, loadModel, UnsupportedModelError } from "@calig/node";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const tempFolder = useTempFolders();
const TEXT = "no film, yes the film";
const CLOSE = { atol: 1e-5, rtol: 1e-4 };

type End = readonly [opType: string, attributes?: Node["attributes"]];

/** The three logits of a fixture with more operators behind them; the last makes the output. */
function ending(...operators: readonly End[]): Uint8Array {
  const { graph, opsets } = decodeModel(readFileSync(new URL("../fixtures/onnx/bert-legacy-14.onnx", import.meta.url)));
  const [logits] = graph.outputs;
  const nodes = operators.map(
    ([opType, attributes = {}], i): Node => ({
      name: `end${i}`,
      opType,
      domain: "",
      inputs: [i === 0 ? (logits?.name ?? "") : `end${i - 1}`],
      outputs: [`end${i}`],
      attributes,
    }),
  );
  const output = { ...logits, name: `end${operators.length - 1}` } as (typeof graph.outputs)[number];
  return encodeModel(createModel({ ...graph, nodes: [...graph.nodes, ...nodes], outputs: [output] }, opsets));
}

async function load(model: Uint8Array, config: object = {}) {
  return loadModel(
    await tempFolder({
      "model.onnx": model,
      "tokenizer.json": tinyTokenizer(),
      "config.json": JSON.stringify({ model_type: "bert", max_position_embeddings: 20, num_labels: 3, ...config }),
    }),
  );
}

/** The output of the file, untouched, on the engine. */
async function outputOf(model: Uint8Array, ids: readonly number[]): Promise<number[]> {
  const session = await createNodeRuntime().compile(model, { name: "file", threads: 1 });
  const row = (values: readonly number[]) => ({
    dtype: "int64" as const,
    shape: [1, values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const feeds = {
    input_ids: row(ids),
    attention_mask: row(ids.map(() => 1)),
    token_type_ids: row(ids.map(() => 0)),
  };
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
  const [output] = Object.values(await session.run(used));
  await session.dispose();
  return [...(output as FloatTensor).data];
}

const LAST = { axis: int(-1) };

describe("probabilities of ONNX files", () => {
  it.each([
    ["a softmax", [["Softmax", LAST]], {}, (x: number) => x],
    [
      "a softmax, whatever the configuration says",
      [["Softmax", LAST]],
      { problem_type: "multi_label_classification" },
      (x: number) => x,
    ],
    ["a sigmoid", [["Sigmoid"]], {}, (x: number) => x],
    ["a sigmoid behind an identity", [["Identity"], ["Sigmoid"], ["Identity"]], {}, (x: number) => x],
    ["a sigmoid twice, as some exports have it", [["Sigmoid"], ["Sigmoid"]], {}, (x: number) => x],
    ["a softmax, then a sigmoid", [["Softmax", LAST], ["Sigmoid"]], {}, (x: number) => x],
    ["a log-softmax", [["LogSoftmax", LAST]], {}, Math.exp],
  ] as const)("%s is shown as the file computes it", async (_, operators, config, shown) => {
    const file = ending(...operators);
    await using model = await load(file, config);
    const { ids } = (await model.tokenizer?.encode(TEXT)) ?? { ids: [] };
    const wanted = (await outputOf(file, [...ids])).map(shown);
    const { predictions, warnings, model: facts } = await explain(model, TEXT, { method: "random" });
    const found = [...predictions]
      .sort((a, b) => a.index - b.index)
      .map(({ probability }) => probability ?? Number.NaN);
    expect(found).toBeAllClose(wanted, CLOSE);
    expect(facts.activation).toBe(JSON.stringify(operators.at(-1)).includes("oftmax") ? "softmax" : "sigmoid");
    expect(warnings.filter(({ code }) => code === "problem-type")).toEqual([]);
  });

  it("a softmax over the rows is none over the classes: its output is taken for logits", async () => {
    await using model = await load(ending(["Softmax", { axis: int(0) }]));
    expect(logitsOf(model.transformer.anatomy).activation).toBeUndefined();
  });

  it("a sigmoid of a model that the configuration calls a regression is shown, with a warning", async () => {
    await using model = await load(ending(["Sigmoid"]), { problem_type: "regression" });
    expect(model.activation).toBe("sigmoid");
    expect(model.warnings?.map(({ message }) => message).join()).toMatch(
      /a regression, but its file ends in a sigmoid/,
    );
  });
});

describe("one logit in an ONNX file", () => {
  /** The first of the three logits. */
  const first = (...operators: readonly End[]) => {
    const { graph, opsets } = decodeModel(ending(["Identity"], ...operators));
    const cut: Node = {
      name: "first",
      opType: "Gather",
      domain: "",
      inputs: ["end0", "zero"],
      outputs: ["one"],
      attributes: { axis: int(1) },
    };
    const zero = {
      name: "zero",
      dtype: "int64" as const,
      shape: [1],
      storage: { kind: "bytes" as const, bytes: new Uint8Array(8) },
    };
    const nodes = graph.nodes.map((node) => (node.name === "end1" ? { ...node, inputs: ["one"] } : node));
    const at = nodes.findIndex(({ name }) => name === "end0") + 1;
    const outputs = graph.outputs.map((output) => ({
      ...output,
      name: operators.length === 0 ? "one" : output.name,
      shape: [output.shape?.[0] ?? "batch", 1],
    }));
    return encodeModel(
      createModel(
        {
          ...graph,
          nodes: [...nodes.slice(0, at), cut, ...nodes.slice(at)],
          initializers: [...graph.initializers, zero],
          outputs,
        },
        opsets,
      ),
    );
  };

  it("under a sigmoid is what the file computes, without a warning", async () => {
    const file = first(["Sigmoid"]);
    await using model = await load(file, { num_labels: 1 });
    const { ids } = (await model.tokenizer?.encode(TEXT)) ?? { ids: [] };
    const explanation = await explain(model, TEXT, { method: "random" });
    expect([explanation.target.probability ?? Number.NaN]).toBeAllClose(await outputOf(file, [...ids]), CLOSE);
    expect(explanation.warnings.filter(({ code }) => code === "problem-type")).toEqual([]);
  });

  it("under a softmax is refused: it is 1 whatever the input is", async () => {
    await expect(load(first(["Softmax", LAST]), { num_labels: 1 })).rejects.toThrow(UnsupportedModelError);
    await expect(load(first(["Softmax", LAST]), { num_labels: 1 })).rejects.toThrow(
      /a softmax over one logit, which is 1/,
    );
  });

  it("alone is its sigmoid, with a warning that nothing says so", async () => {
    await using model = await load(first(), { num_labels: 1 });
    expect(model.activation).toBe("sigmoid");
    expect(model.warnings?.map(({ code }) => code)).toEqual(["problem-type"]);
  });
});
